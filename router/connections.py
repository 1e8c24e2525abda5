"""What the router keeps open while it serves: HTTP connections to subgraphs, and to Redis."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from redis.asyncio import Redis

from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.settings import RouterSettings
from router.upstream.http import HttpSettings, HttpTransport, http_pool
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
        own = settings.subgraphs.get(info.name)
        url = str(own.url) if own and own.url else info.url
        if not url.startswith(("http://", "https://")):
            raise UnknownUrlError(
                f"The supergraph has no URL for the subgraph {info.name}, or none of HTTP ({url!r}). "
                f"Set subgraphs.{info.name}.url in router.yaml."
            )
        timeout = own.timeout_seconds if own else None
        found[info.name] = HttpSubgraph(url, _http_settings(settings, timeout))
    return found


@asynccontextmanager
async def connected(
    subgraphs: Mapping[str, HttpSubgraph], settings: RouterSettings
) -> AsyncIterator[dict[str, SubgraphTransport]]:
    """The transports to these subgraphs, by name, while the block runs."""
    async with http_pool(_http_settings(settings)) as session:
        yield {
            name: HttpTransport(subgraph.url, session, subgraph.settings)
            for name, subgraph in subgraphs.items()
        }


def redis_client(url: str) -> "Redis":
    """Connects when it is first used, and again after a failure."""
    return Redis.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)


def _http_settings(settings: RouterSettings, timeout: float | None = None) -> HttpSettings:
    upstream = settings.upstream
    common = HttpSettings(
        connect_timeout=upstream.connect_timeout_seconds,
        total_timeout=upstream.timeout_seconds,
        max_response_bytes=upstream.max_response_bytes,
        max_connections_per_subgraph=upstream.max_connections,
    )
    return common if timeout is None else replace(common, total_timeout=timeout)
