"""What the router keeps open while it serves: HTTP connections to subgraphs, and to Redis."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.guards import guarded
from router.settings import RouterSettings, SubgraphSettings, TlsSettings
from router.upstream.http1 import (
    Http1Transport,
    HttpSettings,
    PropagatedHeaders,
    Target,
    read_url,
    tls_context,
)
from router.upstream.subgraph import SubgraphTransport

_REDIS_SECONDS = 0.5
"""How long a request waits for Redis before it goes on without."""


class UnknownUrlError(RouterError):
    """The router does not know where a subgraph is, or a setting is about one that the graph has not."""

    def __init__(self, message: str) -> None:
        super().__init__("INVALID_SUBGRAPH_SETTINGS", message)


@dataclass(frozen=True, slots=True)
class HttpSubgraph:
    """Where a subgraph is, and how to talk to it."""

    url: str
    settings: HttpSettings
    tls: ssl.SSLContext | None = None


def http_subgraphs(
    supergraph: Supergraph, settings: RouterSettings, in_process: Mapping[str, SubgraphTransport]
) -> dict[str, HttpSubgraph]:
    """The subgraphs that are called over HTTP. Raises UnknownUrlError."""
    unknown = sorted(settings.subgraphs.keys() - {info.name for info in supergraph.subgraphs.values()})
    if unknown:
        known = ", ".join(info.name for info in supergraph.subgraphs.values())
        raise UnknownUrlError(f"subgraphs.{unknown[0]}: the supergraph has no such subgraph. It has {known}.")
    found = {}
    for info in supergraph.subgraphs.values():
        if info.name in in_process:
            continue
        own = settings.subgraphs.get(info.name, SubgraphSettings())
        target = _target(info.name, own.url or info.url)
        if target.socket is not None and _takes_aiohttp(settings):
            raise UnknownUrlError(
                f"subgraphs.{info.name}.url is a socket, which only the router's own client reaches: "
                "leave out upstream.client and upstream.proxy."
            )
        tls = _tls(info.name, own.tls) if target.secure else None
        found[info.name] = HttpSubgraph(target.url, _http_settings(settings, own.timeout_seconds), tls)
    return found


@asynccontextmanager
async def connected(
    subgraphs: Mapping[str, HttpSubgraph], settings: RouterSettings
) -> AsyncIterator[dict[str, SubgraphTransport]]:
    """The transports to these subgraphs, by name, while the block runs."""
    async with AsyncExitStack() as stack:
        if _takes_aiohttp(settings):
            # Only here, because importing aiohttp takes 11 MB.
            from router.upstream.http import HttpTransport, http_pool

            proxy = str(settings.upstream.proxy) if settings.upstream.proxy else None
            session = await stack.enter_async_context(http_pool(_http_settings(settings)))
            through_aiohttp = {
                name: HttpTransport(each.url, session, each.settings, proxy=proxy, tls=each.tls)
                for name, each in subgraphs.items()
            }
            yield guarded(through_aiohttp, settings)
            return
        propagated = PropagatedHeaders()
        transports = {
            name: Http1Transport(each.url, each.settings, tls=each.tls, propagated=propagated)
            for name, each in subgraphs.items()
        }
        for transport in transports.values():
            stack.push_async_callback(transport.close)
        yield guarded(transports, settings)


def redis_client(url: str) -> "Redis":
    """Connects when it is first used, and again after a failure."""
    return Redis.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)


def _takes_aiohttp(settings: RouterSettings) -> bool:
    return settings.upstream.client == "aiohttp" or settings.upstream.proxy is not None


def _target(name: str, url: str) -> Target:
    try:
        return read_url(url)
    except ValueError as error:
        raise UnknownUrlError(
            f"The supergraph has no URL for the subgraph {name}, or none of HTTP ({url!r}: {error}). "
            f"Set subgraphs.{name}.url in router.yaml."
        ) from None


def _tls(name: str, tls: TlsSettings) -> ssl.SSLContext:
    try:
        return tls_context(tls.ca, tls.certificate, tls.key)
    except OSError as error:
        raise UnknownUrlError(f"subgraphs.{name}.tls: a file cannot be used: {error}") from None


def _http_settings(settings: RouterSettings, timeout: float | None = None) -> HttpSettings:
    upstream = settings.upstream
    return HttpSettings(
        connect_timeout=upstream.connect_timeout_seconds,
        read_timeout=upstream.read_timeout_seconds,
        total_timeout=timeout or upstream.timeout_seconds,
        max_connections=upstream.max_connections,
        max_connection_age=upstream.max_connection_age_seconds,
        max_response_bytes=upstream.max_response_bytes,
        accept_encoding=upstream.accept_encoding,
    )
