"""The router's ASGI application: the GraphQL endpoint in front, and a web framework for all else."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from router.errors import ClientError
from router.pipeline import refusal
from router.transport.request_id import RequestIdMiddleware

_METHOD_NOT_ALLOWED: Final = 405


class RouterApp(FastAPI):
    """`endpoint` gets the requests for its path directly, without the framework's routing and middleware.

    The framework has a route to it all the same: for preflights, for the path with a slash too many, and under a root path.
    """

    def __init__(
        self, path: str, endpoint: ASGIApp, cors: Middleware | None, new_id: Callable[[], str], **options: Any
    ) -> None:
        options["routes"] = [Route(path, endpoint), *options.get("routes", ())]
        super().__init__(
            middleware=[Middleware(RequestIdMiddleware, new_id), *([cors] if cors else ())],
            exception_handlers={HTTPException: refuse_path(path)},
            openapi_url=None,
            **options,
        )
        self._path = path
        self._endpoint = cors.cls(endpoint, *cors.args, **cors.kwargs) if cors else endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's lifespan."""
        if scope["type"] == "http" and scope["path"] == self._path and scope["method"] != "OPTIONS":
            await self._endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def refuse_path(graphql: str) -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    """For what the routes do not have: another path, or a page asked for by another method."""

    async def refuse(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == _METHOD_NOT_ALLOWED:
            message = f"{request.url.path} is there to be read by GET; GraphQL is at {graphql}."
            refused = ClientError("METHOD_NOT_ALLOWED", message, status=_METHOD_NOT_ALLOWED)
            return _response(refused, dict(error.headers or {}))
        message = f"There is nothing at this path; GraphQL is at {graphql}."
        return _response(ClientError("NOT_FOUND", message, status=404), {})

    return refuse


def _response(error: ClientError, headers: dict[str, str]) -> Response:
    headers = {"cache-control": "no-store", "vary": "accept", **headers}
    return Response(refusal(error).body, error.status, headers, "application/json; charset=utf-8")
