"""A Redis-compatible server on a free port of loopback, on the core that gateways do not use."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from benchmarks.gateway.processes import OTHER_CORE, NotStartedError, Server, free_port, serving

_PROGRAMS: Final = ("redis-server", "valkey-server")
_SECONDS: Final = 10


@contextmanager
def redis_server() -> Iterator[Server | None]:
    """None where no program for it is installed. It writes nothing to disk. Raises NotStartedError."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        yield None
        return
    port = free_port()
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with serving(command, port, core=OTHER_CORE) as server:
        _wait(server)
        yield server


def redis_url(server: Server) -> str:
    """Of its first database."""
    return f"redis://127.0.0.1:{server.port}/0"


def _wait(server: Server) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            if connection.recv(7) == b"+PONG\r\n":
                return
        time.sleep(0.05)
    raise NotStartedError(f"{_PROGRAMS[0]} does not answer: {server.last_words()}")
