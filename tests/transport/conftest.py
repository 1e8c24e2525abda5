"""The whole application over ASGI, without sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from router.app import create_app
from router.settings import RouterSettings

Serve = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def serve(small_graph: Any) -> AsyncIterator[Serve]:
    """`await serve(**settings)` gives a client of the small graph."""
    async with AsyncExitStack() as stack:

        async def client(**settings: Any) -> httpx.AsyncClient:
            app = create_app(
                RouterSettings(**settings), small_graph.supergraph, transports=small_graph.transports
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
            opened = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router")
            return await stack.enter_async_context(opened)

        yield client
