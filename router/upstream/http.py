"""Subgraphs over HTTP: one pool of kept-alive connections for the whole router."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

import aiohttp

from router.upstream.answer import (
    ACCEPT,
    CONNECTION_FAILED,
    INVALID_RESPONSE,
    TIMEOUT,
    encode_request,
    read_answer,
)
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Times in seconds. `keep_alive` stays below the 5 s after which uvicorn and Node close an idle connection."""

    connect_timeout: float = 3.0
    total_timeout: float = 30.0
    max_response_bytes: int = 64 * 1024 * 1024
    max_connections_per_subgraph: int = 100
    keep_alive: float = 4.0


@asynccontextmanager
async def http_pool(settings: HttpSettings) -> AsyncIterator[aiohttp.ClientSession]:
    """The session that all HttpTransports of a router share. No cookies are kept: they would mix up clients."""
    connector = aiohttp.TCPConnector(
        limit=0,
        limit_per_host=settings.max_connections_per_subgraph,
        keepalive_timeout=settings.keep_alive,
    )
    traces = aiohttp.TraceConfig()
    traces.on_connection_reuseconn.append(_note_reuse)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trace_configs=[traces]
    ) as session:
        yield session


@dataclass(slots=True)
class _Connection:
    """Of one request: whether it went over a connection that had served before."""

    reused: bool = False


async def _note_reuse(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.reused = True


class HttpTransport:
    """One subgraph at one URL."""

    def __init__(self, url: str, session: aiohttp.ClientSession, settings: HttpSettings) -> None:
        self._url = url
        self._session = session
        self._max_bytes = settings.max_response_bytes
        self._timeout = aiohttp.ClientTimeout(
            total=settings.total_timeout, sock_connect=settings.connect_timeout
        )

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError. A query is sent again where its kept-alive connection proves to be closed."""
        connection = _Connection()
        try:
            try:
                return await self._post(request, connection)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                # The other side may close an idle connection at the moment that we take it from the pool. It may
                # also have done the work, so a mutation is not repeated.
                if request.mutation or not connection.reused:
                    raise
                return await self._post(request, _Connection())
        except TimeoutError as error:
            raise SubgraphError(TIMEOUT, f"{self._url}: {error or 'no answer in time'}") from error
        except aiohttp.ClientPayloadError as error:
            raise SubgraphError(INVALID_RESPONSE, f"{self._url}: truncated: {error}") from error
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise SubgraphError(CONNECTION_FAILED, f"{self._url}: {error}") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise SubgraphError(INVALID_RESPONSE, f"{self._url}: {error!r}") from error

    async def _post(self, request: SubgraphRequest, connection: _Connection) -> SubgraphResponse:
        headers = {**request.headers, "content-type": "application/json", "accept": ACCEPT}
        async with self._session.post(
            self._url,
            data=encode_request(request),
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
            trace_request_ctx=connection,
        ) as response:
            body = await self._body(response)
            return read_answer(response.status, _joined(response), body)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """Counts after decompression, so that a small body cannot blow up."""
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise SubgraphError(INVALID_RESPONSE, f"{self._url}: more than {self._max_bytes} bytes")
        return bytes(body)


def _joined(response: aiohttp.ClientResponse) -> Mapping[str, str]:
    """Repeated headers as one, as RFC 9110 section 5.3 allows."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
