"""The guard around both HTTP clients, against a server on the loopback that a script runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from router.connections import HttpSubgraph, connected
from router.settings import RouterSettings
from router.upstream.http1 import HttpSettings
from router.upstream.subgraph import StartingTransport, SubgraphRequest
from tests.upstream.fake_transport import code_of, query
from tests.upstream.http1.raw_server import Peer, Received, Script, answer, serving

BODY = b'{"data":{}}'
BUSY = answer(b"busy", status="503 Service Unavailable")

pytestmark = pytest.mark.parametrize("client", ["own", "aiohttp"])


@asynccontextmanager
async def guarded(script: Script, client: str) -> AsyncIterator[StartingTransport]:
    settings = RouterSettings.model_validate({"upstream": {"client": client}})
    async with serving(script) as server:
        subgraph = HttpSubgraph(server.url, HttpSettings(total_timeout=20.0))
        async with connected({"s": subgraph}, settings) as transports:
            transport = transports["s"]
            assert isinstance(transport, StartingTransport)
            yield transport


def within(seconds: float, request: SubgraphRequest) -> SubgraphRequest:
    deadline = asyncio.get_running_loop().time() + seconds
    return SubgraphRequest(request.body, request.headers, request.mutation, deadline)


async def test_a_busy_subgraph_is_asked_again(client: str) -> None:
    received: list[Received] = []

    async def script(peer: Peer) -> None:
        while True:
            received.append(await peer.request())
            await peer.send(BUSY if len(received) == 1 else answer(BODY))

    async with guarded(script, client) as transport:
        waiters = [transport.start(within(20, query(authorization="a"))) for _ in range(3)]
        assert {each.body for each in await asyncio.gather(*waiters)} == {BODY}
    assert len(received) == 2
    for head, body in received:
        lines = head.decode().lower().split("\r\n")
        [told] = [line for line in lines if line.startswith("x-request-timeout-ms: ")]
        assert 0 < int(told.partition(": ")[2]) <= 20_000
        assert "authorization: a" in lines
        assert body == b"{a}"


async def test_a_deadline_closes_the_connection(client: str) -> None:
    closed = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.end()
        closed.set()

    async with guarded(script, client) as transport:
        waiter = transport.start(within(0.2, query()))
        async with asyncio.timeout(20):
            await asyncio.wait([waiter])
            await closed.wait()
        assert code_of(waiter) == "SUBREQUEST_TIMEOUT"


async def test_who_leaves_last_closes_the_connection(client: str) -> None:
    arrived, closed = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        arrived.set()
        await peer.end()
        closed.set()

    async with guarded(script, client) as transport:
        waiters = [transport.start(query()) for _ in range(2)]
        async with asyncio.timeout(20):
            await arrived.wait()
            for waiter in waiters:
                waiter.cancel()
            await closed.wait()
