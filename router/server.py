"""Serves a supergraph on one port, in one process or in several, until a signal says that it is time to go."""

import logging
import multiprocessing
import signal
import socket
from collections.abc import Callable
from typing import Final

from router.errors import RouterError
from router.serving.assemble import serve_alone, work
from router.serving.machine import ForkingMachine
from router.serving.release import Release, Source
from router.serving.releases import Releases
from router.serving.supervisor import Supervisor
from router.telemetry.metrics import shared_metrics

_BACKLOG: Final = 2048
"""Connections that wait to be accepted; uvicorn's own number."""
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FORMAT_OF_MANY: Final = "%(asctime)s %(levelname)s %(processName)s [%(process)d] %(name)s: %(message)s"


def serve(source: Source, say: Callable[[str], None]) -> None:
    """Returns when everything has stopped. Raises RouterError."""
    release = source.read()
    releases = Releases(source, release)
    many = release.settings.server.workers > 1
    logging.basicConfig(level=logging.INFO, format=_FORMAT_OF_MANY if many else _FORMAT)

    def greet(listener: socket.socket) -> None:
        say(f"Serving GraphQL at {url_of(listener)}{release.settings.server.path}")

    with shared_metrics(release.settings.telemetry.metrics):
        if many:
            _supervise(releases, greet)
        else:
            serve_alone(releases, _listen, greet)


def _supervise(releases: Releases, on_ready: Callable[[socket.socket], None]) -> None:
    multiprocessing.current_process().name = "supervisor"
    machine = ForkingMachine(work)
    loaded = machine.load(releases.current)
    with _listen(releases.current) as listener:
        machine.listen(listener)
        supervisor = Supervisor(machine, releases, loaded, lambda: on_ready(listener))
        supervisor.run()
    if supervisor.ended_by == signal.SIGTERM:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _listen(release: Release) -> socket.socket:
    return listen(release.settings.server.host, release.settings.server.port)


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes a free one. Raises RouterError ADDRESS_TAKEN."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise RouterError(
            "ADDRESS_TAKEN", f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port."
        ) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """The address to put into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
