"""ASGI applications on sockets of this machine, all in one thread."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(apps: Mapping[str, ASGIApp]) -> Iterator[Mapping[str, str]]:
    """The URL of each, without a slash at the end, once all of them answer."""
    servers = {
        name: uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
        for name, app in apps.items()
    }

    async def run() -> None:
        await asyncio.gather(*(server.serve() for server in servers.values()))

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    while not all(server.started for server in servers.values()):
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield {name: _url(server) for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.should_exit = True
        thread.join()


def _url(server: uvicorn.Server) -> str:
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}"
