"""Serves ASGI applications until Ctrl-C or SIGTERM, and then returns."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI

from launcher.errors import LaunchError
from launcher.interrupts import ENDING, ignore_signals

T = TypeVar("T")

_PATIENCE_SECONDS = 3


class _Server(uvicorn.Server):
    """Without uvicorn's own signal handlers, which raise the signal again at the end and so cut our cleaning short."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends with `on_ready`, unless the application refused to start."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()


async def serve(app: FastAPI, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Calls `on_ready` once requests are answered; the second Ctrl-C does not wait for requests under way."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=_PATIENCE_SECONDS
    )
    server = _Server(config, on_ready)
    loop = asyncio.get_running_loop()
    for ending in ENDING:
        loop.add_signal_handler(ending, _end, server)
    await server.serve(sockets=[listener])
    if not server.started:
        raise LaunchError("NOT_SERVING", "The application did not start; the reason stands above.")


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` on uvicorn's event loop. When it returns, cleaning up can no longer be interrupted."""
    try:
        with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
            return runner.run(work)
    finally:
        ignore_signals()


def _end(server: uvicorn.Server) -> None:
    server.force_exit = server.should_exit
    server.should_exit = True
