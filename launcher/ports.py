"""TCP ports of 127.0.0.1 for servers of our own."""

import socket
from collections.abc import Callable

from launcher.errors import LaunchError

_TRIES = 5


class PortTakenError(LaunchError):
    """Somebody else listens there."""

    def __init__(self, port: int) -> None:
        super().__init__("PORT_TAKEN", f"Another program listens on port {port} of 127.0.0.1.")


def free_port() -> int:
    """One that nobody listens on now; another process may take it before a server does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_on_port(fixed: int | None, start: Callable[[int], None]) -> None:
    """Starts a server on the fixed port, or on free ones until nobody else was faster."""
    for remaining in reversed(range(_TRIES)):
        try:
            return start(fixed or free_port())
        except PortTakenError:
            if fixed or not remaining:
                raise
    return None
