"""The whole application over ASGI, without sockets."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from router.app import create_app
from router.settings import RouterSettings

Serve = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def serve(small_graph: Any) -> AsyncIterator[Serve]:
    """`serve(**settings)` gives a client of the small graph."""
    async with AsyncExitStack() as stack:

        def client(**settings: Any) -> httpx.AsyncClient:
            app = create_app(
                RouterSettings(**settings), small_graph.supergraph, transports=small_graph.transports
            )
            opened = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router")
            stack.push_async_callback(opened.aclose)
            return opened

        yield client
