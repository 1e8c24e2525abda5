"""The clients that are compared, each as a function that makes one call."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias, cast

import httptools
import httpx

from router.operation.request_body import encode_request
from router.upstream.http import HttpTransport, http_pool
from router.upstream.http1 import Http1Transport, HttpSettings, read_url
from router.upstream.subgraph import SubgraphRequest

Call: TypeAlias = Callable[[], Awaitable[object]]

REQUEST = SubgraphRequest(
    encode_request("query Users($first:Int){users(first:$first){id name}}", {"first": 10}),
    {"authorization": f"Bearer {'t' * 200}", "x-request-id": "6d0c7b1e", "accept-language": "en"},
)


@asynccontextmanager
async def own(url: str) -> AsyncIterator[Call]:
    """The router's own."""
    transport = Http1Transport(url, HttpSettings())
    yield lambda: transport.start(REQUEST)
    await transport.close()


@asynccontextmanager
async def over_aiohttp(url: str) -> AsyncIterator[Call]:
    """The router's other transport."""
    settings = HttpSettings()
    async with http_pool(settings) as session:
        transport = HttpTransport(url, session, settings)
        yield lambda: transport.fetch(REQUEST)


@asynccontextmanager
async def over_httpx(url: str) -> AsyncIterator[Call]:
    """As its guide has it."""
    headers = {**REQUEST.headers, "content-type": "application/json"}
    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=100)) as client:
        yield lambda: client.post(url, content=REQUEST.body, headers=headers)


class _Bare(asyncio.Protocol):
    """One connection, one call at a time, no check of anything: what no client can do without."""

    def __init__(self, authority: str) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in REQUEST.headers.items())
        head = f"POST /graphql HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n{lines}"
        self._request = head.encode() + b"content-length: %d\r\n\r\n%b" % (len(REQUEST.body), REQUEST.body)
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body = body

    def on_message_complete(self) -> None:
        self._future.set_result(self._body)

    def call(self) -> asyncio.Future[bytes]:
        self._future: asyncio.Future[bytes] = self._loop.create_future()
        self._transport.write(self._request)
        return self._future


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Call]:
    """The floor; only for one call at a time."""
    target = read_url(url)
    transport, protocol = await asyncio.get_running_loop().create_connection(
        lambda: _Bare(target.authority), target.host, target.port
    )
    yield protocol.call
    transport.abort()
