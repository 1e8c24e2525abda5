"""Subgraphs over aiohttp, which can go through a proxy: one pool of kept-alive connections for the whole router."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

import aiohttp

from router.upstream.codes import ACCEPT, CONNECTION_FAILED, INVALID_RESPONSE, TIMEOUT
from router.upstream.http1.settings import HttpSettings
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

_CHUNK: Final = 64 * 1024
_ASKED_FOR_BY_SETTINGS: Final = ("accept-encoding",)


@asynccontextmanager
async def http_pool(settings: HttpSettings) -> AsyncIterator[aiohttp.ClientSession]:
    """The session that all HttpTransports of a router share. No cookies are kept: they would mix up clients."""
    connector = aiohttp.TCPConnector(
        limit=0, limit_per_host=settings.max_connections, keepalive_timeout=settings.keep_alive
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
    """One subgraph at one URL. `proxy` is the URL of one."""

    def __init__(
        self,
        url: str,
        session: aiohttp.ClientSession,
        settings: HttpSettings,
        *,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = url
        self._session = session
        self._settings = settings
        self._proxy = proxy
        self._tls = tls or True
        self._headers = {"content-type": "application/json", "accept": ACCEPT}
        if settings.accept_encoding:
            self._headers["accept-encoding"] = ", ".join(settings.accept_encoding)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError. A query is sent again where its kept-alive connection proves to be closed."""
        connection = _Connection()
        now = asyncio.get_running_loop().time()
        until = now + self._settings.total_timeout
        if request.deadline is not None:
            until = min(until, request.deadline)
        try:
            try:
                return await self._post(request, connection, until)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                # The other side may close an idle connection at the moment that we take it from the pool. It may
                # also have done the work, so a mutation is not repeated.
                if request.mutation or not connection.reused:
                    raise
                return await self._post(request, _Connection(), until)
        except TimeoutError as error:
            connecting = isinstance(error, aiohttp.ConnectionTimeoutError)
            raise self._error(TIMEOUT, error or "no answer in time", connecting=connecting) from error
        except aiohttp.ClientPayloadError as error:
            raise self._error(INVALID_RESPONSE, f"truncated: {error}") from error
        except aiohttp.ClientConnectorError as error:
            raise self._error(CONNECTION_FAILED, error, connecting=True) from error
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise self._error(CONNECTION_FAILED, error) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise self._error(INVALID_RESPONSE, repr(error)) from error

    async def _post(
        self, request: SubgraphRequest, connection: _Connection, until: float
    ) -> SubgraphResponse:
        async with self._session.post(
            self._url,
            data=request.body,
            headers={**request.headers, **self._headers},
            skip_auto_headers=_ASKED_FOR_BY_SETTINGS,
            timeout=self._timeout(until),
            allow_redirects=False,
            proxy=self._proxy,
            ssl=self._tls,
            trace_request_ctx=connection,
        ) as response:
            body = await self._body(response)
            return SubgraphResponse(body, response.status, _joined(response))

    def _timeout(self, until: float) -> aiohttp.ClientTimeout:
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            raise TimeoutError("no time is left")
        settings = self._settings
        return aiohttp.ClientTimeout(
            total=left, sock_connect=settings.connect_timeout, sock_read=settings.read_timeout
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """Counts after decompression, so that a small body cannot blow up."""
        most = self._settings.max_response_bytes
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > most:
                raise self._error(INVALID_RESPONSE, f"more than {most} bytes")
        return bytes(body)

    def _error(self, code: str, reason: object, *, connecting: bool = False) -> SubgraphError:
        return SubgraphError(code, f"{self._url}: {reason}", connecting=connecting)


def _joined(response: aiohttp.ClientResponse) -> Mapping[str, str]:
    """Repeated headers as one, as RFC 9110 section 5.3 allows."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
