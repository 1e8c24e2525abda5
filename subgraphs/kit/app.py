"""A subgraph over HTTP: POST /graphql, GET /health (the process runs), GET /ready (the database answers)."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from fastapi import FastAPI, Request, Response

from subgraphs.kit.clock import Clock, utc_now
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.rendering import request_error
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.subgraph import GraphQLRequest, Subgraph

__all__ = ["GraphQLRequest", "Subgraph", "create_app"]

LARGEST_BODY: Final = 4 * 1024 * 1024

logger = logging.getLogger("subgraphs")


class Body(msgspec.Struct, rename="camel"):
    query: str
    variables: dict[str, JsonValue] | None = None
    operation_name: str | None = None


_decode: Final = msgspec.json.Decoder(Body)


def create_app(service: Service, settings: SubgraphSettings, clock: Clock = utc_now) -> FastAPI:
    """The subgraph as an ASGI application; `app.state.subgraph` is the running Subgraph."""
    subgraph = Subgraph(service, settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with subgraph:
            yield

    app = FastAPI(title=f"SoftFactory {service.name}", lifespan=lifespan, openapi_url=None)
    app.state.subgraph = subgraph

    @app.post("/graphql")
    async def graphql(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return _json(
                request_error("REQUEST_TOO_LARGE", f"The body has more than {LARGEST_BODY} bytes."), 413
            )
        try:
            operation = _decode.decode(body)
        except msgspec.MsgspecError as error:
            return _json(request_error("BAD_REQUEST", f"The body is not a GraphQL request: {error}."), 400)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return _json(
            await subgraph.execute(
                GraphQLRequest(operation.query, operation.variables or {}, operation.operation_name, headers)
            )
        )

    @app.get("/health")
    async def health() -> Response:
        return _json({"status": "ok"})

    @app.get("/ready")
    async def ready() -> Response:
        try:
            await subgraph.database.check()
        except Exception:
            logger.exception("%s is not ready", service.name)
            return _json({"status": "database unreachable"}, 503)
        return _json({"status": "ok"})

    return app


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _json(content: JsonValue, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
