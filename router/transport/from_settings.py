"""The GraphQL endpoint, and what stands before it, as the settings want them."""

import time
from collections.abc import Callable

from redis.asyncio import Redis
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from router.cache.debug_access import DebugAccess
from router.cache.settings import FieldCacheSettings
from router.cache.surrogate_keys import surrogate_keys
from router.security.sender import Authentication
from router.settings import CompressionSettings, CorsSettings, PersistedQueriesSettings, RouterSettings
from router.transport.compression import Compression
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.executor import GraphQLExecutor
from router.transport.persisted_queries import MemoryStore, PersistedQueries, RedisStore, TieredStore
from router.transport.request_id import HEADER as REQUEST_ID
from router.transport.single_flight import SingleFlight
from router.upstream.headers import HeaderRules


def graphql_endpoint(
    executor: GraphQLExecutor,
    settings: RouterSettings,
    redis: "Redis | None",
    queries: MemoryStore,
    new_id: Callable[[], str],
    authentication: Authentication | None = None,
) -> GraphQLEndpoint:
    """`redis` shares persisted queries with other processes; `new_id` is for requests that have none."""
    options = EndpointOptions(
        max_body_bytes=settings.limits.max_body_bytes,
        csrf_headers=settings.csrf.headers if settings.csrf.enabled else None,
        propagation=HeaderRules(frozenset(settings.headers.propagate)),
        explorer="/" if settings.explorer.enabled else None,
        compression=_compression(settings.compression),
        new_id=new_id,
        request_timeout=settings.limits.request_timeout_seconds,
        deadline_header=settings.upstream.deadline_header,
        authentication=authentication,
        debug=_debug(settings.cache),
        max_batch=settings.batching.max_operations if settings.batching.enabled else 0,
        surrogate_keys=surrogate_keys(settings.cache),
    )
    if settings.traffic.single_flight == "all":
        executor = SingleFlight(executor)
    return GraphQLEndpoint(executor, _persisted_queries(settings.persisted_queries, redis, queries), options)


def cors(settings: CorsSettings) -> Middleware | None:
    """None where no page of another origin may use the graph."""
    if not settings.origins:
        return None
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_credentials=settings.credentials,
        allow_methods=("GET", "POST"),
        allow_headers=settings.headers,
        expose_headers=(REQUEST_ID,),
    )


def _compression(settings: CompressionSettings) -> Compression | None:
    return Compression(settings.algorithms, settings.minimum_bytes) if settings.enabled else None


def _debug(settings: FieldCacheSettings) -> DebugAccess | None:
    key, is_open = settings.debug_key, settings.debug == "development"
    if key is None and not is_open:
        return None
    return DebugAccess(is_open, key.get_secret_value().encode() if key is not None else None, time.time)


def _persisted_queries(
    settings: PersistedQueriesSettings, redis: "Redis | None", memory: MemoryStore
) -> PersistedQueries:
    if not settings.enabled:
        return PersistedQueries(None)
    if redis is None:
        return PersistedQueries(memory)
    return PersistedQueries(TieredStore((memory, RedisStore(redis, settings.ttl_seconds))))
