"""Runs the application in one uvicorn process, until a signal says that it is time to go."""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from router.errors import RouterError
from router.settings import ServerSettings

_PATIENCE_SECONDS = 30
"""How long requests under way may take once the router stops."""
_SWITCH_SECONDS = 0.0005
_BACKLOG = 2048
"""Connections that wait to be accepted; uvicorn's own number."""


def serve(app: FastAPI, settings: ServerSettings, say: Callable[[str], None]) -> None:
    """Returns when everything has stopped. Raises RouterError ADDRESS_TAKEN."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with listen(settings.host, settings.port) as listener:
        server = _Server(app, settings, lambda: say(_greeting(listener, settings)))
        with suppress(KeyboardInterrupt):  # which uvicorn raises again when it has stopped
            server.run(sockets=[listener])
    if not server.started:
        raise RouterError("NOT_SERVING", "The router did not start; the reason stands above.")


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, settings: ServerSettings, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
        )
        super().__init__(config)
        self._readiness = app.state.readiness
        self._drain_seconds = settings.drain_seconds
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends with `on_ready`, unless the application refused to start."""
        await super().startup(sockets)
        # What is not cached is worked out in threads; the event loop asks for its turn ten times as often as usual, and gets
        # through four times as many requests beside two such threads, which take a tenth longer.
        sys.setswitchinterval(_SWITCH_SECONDS)
        # A large supergraph is millions of objects that last: each full collection would look at all of them, for a
        # second with 2,000 types, while requests wait.
        gc.collect()
        gc.freeze()
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal closes /ready and waits for the load balancers to see it; the second one does not wait."""
        if self._drain_seconds and self._readiness.status != "draining":
            self._readiness.drain()
            asyncio.get_running_loop().call_later(self._drain_seconds, super().handle_exit, sig, frame)
        else:
            self._readiness.drain()
            super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """Early, so that a port in use is known before anything starts; clients wait meanwhile. Port 0 takes a free one.

    Raises RouterError ADDRESS_TAKEN.
    """
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


def _greeting(listener: socket.socket, settings: ServerSettings) -> str:
    return f"Serving GraphQL at {url_of(listener)}{settings.path}"
