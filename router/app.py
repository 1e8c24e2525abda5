"""The router as an ASGI application: settings and a supergraph in, a graph over HTTP out."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.connections import connected, http_subgraphs, redis_client
from router.errors import ClientError, RouterError
from router.explorer import ExplorerPage, explorer_routes, read_examples
from router.explorer.first_query import first_query
from router.explorer.page import HeadersSource
from router.federation.supergraph import InvalidSupergraphError, Supergraph
from router.pipeline import Pipeline, PipelineOptions
from router.security.operation_size import OperationSize
from router.settings import CorsSettings, RouterSettings
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint, GraphQLExecutor, error_response
from router.transport.health import Readiness, health_routes
from router.transport.persisted_queries import MemoryStore, PersistedQueries, RedisStore, TieredStore
from router.transport.request_id import HEADER as REQUEST_ID
from router.transport.request_id import RequestIdMiddleware
from router.upstream.headers import HeaderRules
from router.upstream.subgraph import SubgraphTransport

_METHOD_NOT_ALLOWED: Final = 405


def create_app(
    settings: RouterSettings,
    supergraph: Supergraph | None = None,
    *,
    transports: Mapping[str, SubgraphTransport] | None = None,
    explorer_headers: HeadersSource | None = None,
) -> FastAPI:
    """Serves `supergraph`, by default the one that the settings name.

    Subgraphs in `transports`, by name, are called through these; the others over HTTP, for which the lifespan has to
    run. `explorer_headers` fills the explorer's headers editor, and wins over the settings'. The application's
    `state.readiness` takes the router out of service without stopping it. Raises RouterError.
    """
    graph = supergraph or read_supergraph(settings.supergraph)
    upstream = dict(transports or {})
    remote = http_subgraphs(graph, settings, upstream)
    pipeline = Pipeline(graph, upstream, _pipeline_options(settings))
    redis = redis_client(settings.redis_url) if settings.redis_url else None
    readiness = Readiness()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if redis is not None:
                stack.push_async_callback(redis.aclose)
            upstream.update(await stack.enter_async_context(connected(remote, settings)))
            stack.push_async_callback(pipeline.close)
            readiness.open()
            yield
            readiness.drain()

    routes: list[BaseRoute] = [
        Route(settings.server.path, _endpoint(pipeline, settings, redis)),
        *health_routes(readiness),
        *(_explorer(settings, graph, explorer_headers) if settings.explorer.enabled else ()),
    ]
    app = FastAPI(
        routes=routes,
        lifespan=lifespan,
        middleware=_middleware(settings),
        exception_handlers={HTTPException: _refuse_path(settings)},
        openapi_url=None,
    )
    app.state.readiness = readiness
    return app


def _middleware(settings: RouterSettings) -> list[Middleware]:
    """Outermost first."""
    return [
        Middleware(RequestIdMiddleware),
        *([_cors(settings.server.cors)] if settings.server.cors.origins else []),
    ]


def read_supergraph(file: Path | None) -> Supergraph:
    """Raises RouterError: SUPERGRAPH_NOT_FOUND, SUPERGRAPH_NOT_READABLE or INVALID_SUPERGRAPH."""
    if file is None:
        raise RouterError("SUPERGRAPH_NOT_FOUND", "No supergraph is given. Name one with --supergraph FILE.")
    try:
        sdl = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RouterError(
            "SUPERGRAPH_NOT_FOUND", f"There is no {file}. `softfactory compose --output {file}` makes one."
        ) from None
    except (OSError, UnicodeError) as error:
        raise RouterError("SUPERGRAPH_NOT_READABLE", f"{file} cannot be read: {error}") from None
    try:
        supergraph = Supergraph.parse(sdl)
        # Built now, so that a schema that is not valid is known before anybody asks, and nobody waits for it.
        _ = supergraph.api_schema, supergraph.graphs_of
    except InvalidSupergraphError as error:
        raise RouterError(error.code, f"{file}: {error.message}") from None
    return supergraph


def _cors(settings: CorsSettings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_credentials=settings.credentials,
        allow_methods=("GET", "POST"),
        allow_headers=settings.headers,
        expose_headers=(REQUEST_ID,),
    )


def _pipeline_options(settings: RouterSettings) -> PipelineOptions:
    return PipelineOptions(
        document_cache=settings.document_cache.size,
        document_cache_characters=settings.document_cache.characters,
        plan_cache=settings.plan_cache.size,
        plan_cache_work=settings.plan_cache.work,
        max_planning_work=settings.limits.max_planning_work,
        max_query_characters=settings.limits.max_query_characters,
        max_tokens=settings.limits.max_tokens,
        max_size=OperationSize(settings.limits.max_depth, settings.limits.max_fields),
        introspection=settings.introspection,
    )


def _endpoint(executor: GraphQLExecutor, settings: RouterSettings, redis: "Redis | None") -> GraphQLEndpoint:
    options = EndpointOptions(
        max_body_bytes=settings.limits.max_body_bytes,
        csrf_headers=settings.csrf.headers if settings.csrf.enabled else None,
        propagation=HeaderRules(frozenset(settings.headers.propagate)),
        explorer="/" if settings.explorer.enabled else None,
    )
    return GraphQLEndpoint(executor, _persisted_queries(settings, redis), options)


def _persisted_queries(settings: RouterSettings, redis: "Redis | None") -> PersistedQueries:
    persisted = settings.persisted_queries
    if not persisted.enabled:
        return PersistedQueries(None)
    memory = MemoryStore(persisted.size)
    if redis is None:
        return PersistedQueries(memory)
    return PersistedQueries(TieredStore((memory, RedisStore(redis, persisted.ttl_seconds))))


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
    )
    return explorer_routes(page)


def _refuse_path(settings: RouterSettings) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    """For what the routes do not have: another path, or a page asked for by another method."""

    async def refuse(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == _METHOD_NOT_ALLOWED:
            message = f"{request.url.path} is there to be read by GET; GraphQL is at {settings.server.path}."
            return error_response(
                ClientError("METHOD_NOT_ALLOWED", message, status=405), headers=error.headers
            )
        message = f"There is nothing at this path; GraphQL is at {settings.server.path}."
        return error_response(ClientError("NOT_FOUND", message, status=404))

    return refuse
