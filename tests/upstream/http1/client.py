"""What the client's tests share: a transport to a server that runs a script, and what is left of it at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from router.operation.request_body import encode_request
from router.upstream.http1 import Http1Transport, HttpSettings
from router.upstream.http1.pool import PoolStatistics
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse
from tests.upstream.http1.raw_server import Peer, RawServer, Script, answer, serving

QUERY: Final = SubgraphRequest(encode_request("{a}"))
MUTATION: Final = SubgraphRequest(encode_request("mutation{a}"), mutation=True)

EMPTY: Final = PoolStatistics(0, 0, 0, 0)
ONE_IDLE: Final = PoolStatistics(1, 1, 0, 0)

TIMEOUT: Final = "SUBREQUEST_TIMEOUT"
CONNECTION: Final = "SUBREQUEST_CONNECTION_FAILED"
INVALID: Final = "SUBREQUEST_INVALID_RESPONSE"


@asynccontextmanager
async def client(url: str, **settings: Any) -> AsyncIterator[Http1Transport]:
    """Closed at the end of the block, and then without a rest."""
    transport = Http1Transport(url, HttpSettings(**{"total_timeout": 20.0, **settings}))
    try:
        yield transport
    finally:
        await transport.close()
        assert transport.statistics == EMPTY


@asynccontextmanager
async def talking(script: Script, **settings: Any) -> AsyncIterator[tuple[RawServer, Http1Transport]]:
    """A server with this script, and a client of it."""
    async with serving(script) as server, client(server.url, **settings) as transport:
        yield server, transport


async def failure(transport: Http1Transport, request: SubgraphRequest = QUERY) -> SubgraphError:
    """The error that the request ends with."""
    with pytest.raises(SubgraphError) as raised:
        await transport.fetch(request)
    return raised.value


async def until(transport: Http1Transport, expected: PoolStatistics) -> None:
    """Returns when the pool is so, at the latest after 20 s."""
    async with asyncio.timeout(20):
        while transport.statistics != expected:  # noqa: ASYNC110  the pool tells nobody of its changes
            await asyncio.sleep(0.001)


def numbered(number: int) -> SubgraphRequest:
    return SubgraphRequest(b"%d" % number)


async def fetch_at_once(transport: Http1Transport, count: int) -> list[SubgraphResponse]:
    return await asyncio.gather(*(transport.fetch(numbered(number)) for number in range(count)))


class Gate:
    """A script that answers each request with its body when the test says so."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        self.bodies: list[bytes] = []
        self.connections: list[int] = []

    async def __call__(self, peer: Peer) -> None:
        while True:
            body = (await peer.request()).body
            self.bodies.append(body)
            self.connections.append(peer.number)
            self.arrived.release()
            await self.open.wait()
            await peer.send(answer(body))

    async def wait(self, count: int) -> None:
        """Until so many more requests have come."""
        async with asyncio.timeout(20):
            for _ in range(count):
                await self.arrived.acquire()
