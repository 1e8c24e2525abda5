"""The router as an ASGI application: settings and a supergraph in, a graph over HTTP out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from router.cache.asked_names import AskedNames
from router.cache.endpoint import invalidation_routes
from router.cache.field_cache import FieldCache
from router.connections import connected, http_subgraphs, redis_client
from router.errors import RouterError
from router.explorer import ExplorerPage, explorer_routes, read_examples
from router.explorer.first_query import first_query
from router.explorer.page import HeadersSource
from router.federation.supergraph import Supergraph
from router.guards import guarded
from router.pipeline import Pipeline
from router.preparation import PreparationOptions
from router.security.authorization import authorization
from router.security.operation_size import OperationSize
from router.serving.lasting import Lasting
from router.serving.release import parse_supergraph, read_supergraph, supergraph_id
from router.settings import RouterSettings
from router.telemetry.metrics import keep_flushing, metrics_routes
from router.transport.from_settings import cors, graphql_endpoint
from router.transport.front import RouterApp
from router.transport.health import ServedGraph, health_routes
from router.transport.request_id import new_ids
from router.upstream.subgraph import SubgraphTransport

if TYPE_CHECKING:
    from router.security.jwt_authentication import JwtAuthentication


def create_app(
    settings: RouterSettings,
    supergraph: Supergraph | None = None,
    *,
    transports: Mapping[str, SubgraphTransport] | None = None,
    explorer_headers: HeadersSource | None = None,
    lasting: Lasting | None = None,
) -> RouterApp:
    """Serves `supergraph`, by default the one that the settings name.

    Subgraphs in `transports`, by name, are called through these; the others over HTTP, for which the lifespan has to
    run. `explorer_headers` fills the explorer's headers editor, and wins over the settings'. The application's
    `state.readiness` takes the router out of service without stopping it. With `lasting`, that of a process which serves
    one application after another, the process says when it is ready. Raises RouterError.
    """
    graph = supergraph or parse_supergraph(read_supergraph(settings.supergraph), settings.supergraph)
    shared = lasting or Lasting()
    shared.queries.size = settings.persisted_queries.size
    upstream = dict(transports or {})
    remote = http_subgraphs(graph, settings, upstream)
    pipeline = Pipeline(graph, upstream, _pipeline_options(settings), authorization(settings.authorization))
    authentication = _authentication(settings, shared)
    redis = redis_client(settings.redis_url) if settings.redis_url else None
    opened = shared.stores.get(settings.cache)
    cache = FieldCache(graph, settings.cache, opened) if opened is not None else None
    consumer = shared.consumers.get(settings.cache, opened) if opened is not None else None
    names = AskedNames(graph)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if redis is not None:
                stack.push_async_callback(redis.aclose)
            upstream.update(guarded(transports or {}, settings))
            upstream.update(await stack.enter_async_context(connected(remote, settings)))
            if settings.telemetry.metrics.enabled:
                flushing = asyncio.create_task(keep_flushing(shared.flush_metrics))
                stack.callback(flushing.cancel)
            if cache is not None:
                upstream.update(cache.around(upstream))
                pipeline.cache = cache
                stack.push_async_callback(cache.close)
            if authentication is not None:
                authentication.start()
                stack.push_async_callback(authentication.close)
            stack.push_async_callback(pipeline.close)
            if lasting is None:
                stack.push_async_callback(shared.stores.close)
            if consumer is not None:
                await stack.enter_async_context(consumer.serving(names))
            if lasting is None:
                stack.callback(shared.readiness.drain)
                shared.readiness.open()
            yield

    new_id = new_ids()
    routes: list[BaseRoute] = [
        *health_routes(shared.readiness, ServedGraph.now(supergraph_id(graph.sdl)), shared.reloads),
        *(_invalidation(settings, names, cache) if cache is not None else ()),
        *metrics_routes(
            settings.telemetry.metrics,
            shared.flush_metrics,
            (*_taken(settings), settings.cache.invalidation.path),
        ),
        *(_explorer(settings, graph, explorer_headers) if settings.explorer.enabled else ()),
    ]
    app = RouterApp(
        settings.server.path,
        graphql_endpoint(pipeline, settings, redis, shared.queries, new_id, authentication),
        cors(settings.server.cors),
        new_id,
        routes=routes,
        lifespan=lifespan,
    )
    app.state.readiness = shared.readiness
    app.state.pipeline, app.state.supergraph = pipeline, graph
    return app


def _pipeline_options(settings: RouterSettings) -> PreparationOptions:
    return PreparationOptions(
        document_cache=settings.document_cache.size,
        document_cache_characters=settings.document_cache.characters,
        plan_cache=settings.plan_cache.size,
        plan_cache_work=settings.plan_cache.work,
        program_cache=settings.program_cache.size,
        program_cache_characters=settings.program_cache.characters,
        compiled=settings.compile,
        max_planning_work=settings.limits.max_planning_work,
        max_query_characters=settings.limits.max_query_characters,
        max_tokens=settings.limits.max_tokens,
        max_size=OperationSize(settings.limits.max_depth, settings.limits.max_fields),
        introspection=settings.introspection,
        authorization=settings.authorization.directives.enabled,
    )


def _authentication(settings: RouterSettings, lasting: Lasting) -> "JwtAuthentication | None":
    if settings.authentication.jwt is None:
        return None
    # Only here, because the libraries for it take 100 ms to import, and most routers need none.
    from router.security.jwt_authentication import jwt_authentication

    return jwt_authentication(settings.authentication.jwt, settings.headers.propagate, lasting.key_sets)


def _invalidation(settings: RouterSettings, names: AskedNames, cache: FieldCache) -> list[Route]:
    keys = cache.surrogate_keys.to_drop if cache.surrogate_keys is not None else None
    taken = _taken(settings)
    return invalidation_routes(settings.cache.invalidation, names, cache.invalidate, taken, keys)


def _taken(settings: RouterSettings) -> tuple[str, ...]:
    return (settings.server.path, "/health", "/ready")


def _explorer(settings: RouterSettings, supergraph: Supergraph, headers: HeadersSource | None) -> list[Route]:
    explorer = settings.explorer
    try:
        examples = read_examples(explorer.examples) if explorer.examples else ()
    except (OSError, UnicodeError) as error:
        raise RouterError("EXAMPLES_NOT_READABLE", f"An example cannot be read: {error}") from None
    page = ExplorerPage(
        endpoint=settings.server.path.removeprefix("/"),
        graph=supergraph.sdl,
        title=explorer.title,
        examples=examples,
        open_first=explorer.open,
        first_query=first_query(supergraph.api_schema),
        headers=headers or (lambda: explorer.headers),
        cache_debug=settings.cache.store != "off" and settings.cache.debug == "development",
    )
    return explorer_routes(page)
