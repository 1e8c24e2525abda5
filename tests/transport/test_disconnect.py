"""Clients that leave before their answer is there."""

import asyncio
from typing import Any

import msgspec

from router.app import create_app
from router.settings import RouterSettings


class LeavingClient:
    """Speaks ASGI: sends one request, and is gone when told so."""

    def __init__(self, query: str, *, body_complete: bool = True) -> None:
        self.gone = asyncio.Event()
        self.received: list[Any] = []
        body = msgspec.json.encode({"query": query})
        self._messages = [{"type": "http.request", "body": body, "more_body": not body_complete}]

    async def request(self, app: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("router", 80),
        }  # fmt: skip
        await app(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        if self._messages:
            return self._messages.pop()
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.received.append(message)


def app(small_graph: Any) -> Any:
    return create_app(RouterSettings(), small_graph.supergraph, transports=small_graph.transports)


async def test_stops_a_query_nobody_waits_for(small_graph: Any) -> None:
    client = LeavingClient("{ slow }")
    serving = asyncio.create_task(client.request(app(small_graph)))
    await small_graph.waiting.wait()

    client.gone.set()
    await serving

    assert small_graph.finished == ["slow cancelled"]
    assert client.received == []


async def test_finishes_a_mutation_nobody_waits_for(small_graph: Any) -> None:
    client = LeavingClient("mutation { slowly }")
    serving = asyncio.create_task(client.request(app(small_graph)))
    await small_graph.waiting.wait()

    client.gone.set()
    await serving
    small_graph.release.set()
    for _ in range(10):
        await asyncio.sleep(0)

    assert small_graph.finished == ["slowly"]


async def test_a_client_that_leaves_while_it_sends(small_graph: Any) -> None:
    client = LeavingClient("{ slow }", body_complete=False)
    client.gone.set()

    await client.request(app(small_graph))

    assert client.received == []
    assert small_graph.requests == []


async def test_answers_a_client_that_stays(small_graph: Any) -> None:
    client = LeavingClient("{ slow }")
    small_graph.release.set()

    await client.request(app(small_graph))

    assert client.received[1]["body"] == b'{"data":{"slow":"slow"}}'
