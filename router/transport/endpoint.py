"""The GraphQL endpoint: one HTTP request, step by step, and the status code of its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from router.errors import ClientError
from router.incident import incident
from router.pipeline import GraphQLRequest, GraphQLResponse, refusal
from router.transport.body import read_body, refuse_content_type
from router.transport.csrf import refuse_forged
from router.transport.disconnect import ClientGoneError, unless_disconnected
from router.transport.media_type import MediaType, negotiate
from router.transport.parameters import Parameters, parameters_from_body, parameters_from_query_string
from router.transport.persisted_queries import PersistedQueries
from router.upstream.headers import HeaderRules, propagated

_OK: Final = 200
_BAD_REQUEST: Final = 400
_SEE_OTHER: Final = 303
_METHOD_NOT_ALLOWED: Final = 405
_TOO_LARGE: Final = 413


class GraphQLExecutor(Protocol):
    """What the endpoint needs of the pipeline."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """Answers, whatever happens."""


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """`csrf_headers` is None where forged requests are not refused. `explorer` is where browsers are sent to."""

    max_body_bytes: int = 2_000_000
    csrf_headers: tuple[str, ...] | None = ()
    propagation: HeaderRules = field(default_factory=HeaderRules)
    explorer: str | None = None


class GraphQLEndpoint:
    """An ASGI application: https://graphql.github.io/graphql-over-http/draft/"""

    def __init__(
        self, executor: GraphQLExecutor, persisted: PersistedQueries, options: EndpointOptions
    ) -> None:
        self._executor = executor
        self._persisted = persisted
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, unless its client has gone."""
        request = Request(scope, receive)
        if self._options.explorer is not None and _is_visit(request):
            response: Response = RedirectResponse(self._options.explorer, _SEE_OTHER)
        else:
            try:
                response = await self._respond(request)
            except (ClientDisconnect, ClientGoneError):
                return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type = MediaType.JSON
        try:
            media_type = negotiate(request.headers.get("accept"))
            parameters = await self._parameters(request)
            return _response(await self._answer(request, parameters), media_type)
        except ClientError as error:
            return error_response(error, media_type)
        except (ClientDisconnect, ClientGoneError):
            raise
        except Exception as error:
            return error_response(incident(error), media_type)

    async def _parameters(self, request: Request) -> Parameters:
        if request.method == "GET":
            if self._options.csrf_headers is not None:
                refuse_forged(request.headers, self._options.csrf_headers)
            return parameters_from_query_string(request.scope["query_string"])
        if request.method == "POST":
            refuse_content_type(request.headers)
            return parameters_from_body(await read_body(request, self._options.max_body_bytes))
        raise ClientError(
            "METHOD_NOT_ALLOWED", "Send a GraphQL request by POST or GET.", status=_METHOD_NOT_ALLOWED
        )

    async def _answer(self, request: Request, parameters: Parameters) -> GraphQLResponse:
        sha256 = self._persisted.hash_of(parameters)
        query = parameters.query
        if query is None and sha256 is not None:
            query = await self._persisted.find(sha256)
            if query is None:
                return refusal(ClientError("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))
        if query is None:
            raise ClientError(
                "MISSING_QUERY", 'The request has no query. Send one, as in {"query": "{ __typename }"}.'
            )
        graphql_request = GraphQLRequest(
            query=query,
            operation_name=parameters.operation_name,
            variables=parameters.variables,
            headers=propagated(request.headers.items(), self._options.propagation),
            read_only=request.method == "GET",
        )
        answer = await unless_disconnected(request.receive, self._executor.execute(graphql_request))
        if sha256 is not None and parameters.query is not None and answer.refused is None:
            await self._persisted.remember(sha256, query)
        return answer


def error_response(
    error: ClientError, media_type: MediaType = MediaType.JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """A request that was not GraphQL over HTTP, with the status code that the error names."""
    extra = _ERROR_HEADERS.get(error.status, {}) if headers is None else headers
    return _http_response(refusal(error).body, error.status, media_type, extra)


def _response(answer: GraphQLResponse, media_type: MediaType) -> Response:
    """A well-formed request has 200 in application/json, whatever is wrong with its GraphQL.

    https://graphql.github.io/graphql-over-http/draft/#sec-application-json
    """
    status = answer.refused.status if answer.refused else _OK
    if media_type is MediaType.JSON and status == _BAD_REQUEST:
        status = _OK
    allow = {"allow": "POST"} if status == _METHOD_NOT_ALLOWED else {}
    return _http_response(answer.body, status, media_type, allow)


def _http_response(body: bytes, status: int, media_type: MediaType, extra: Mapping[str, str]) -> Response:
    headers = {"cache-control": "no-store", "vary": "accept", **extra}
    return Response(body, status, headers, media_type.content_type)


_ERROR_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    _METHOD_NOT_ALLOWED: {"allow": "GET, POST"},
    # The rest of the body is still under way, and nobody will read it.
    _TOO_LARGE: {"connection": "close"},
}


def _is_visit(request: Request) -> bool:
    """Somebody typed the endpoint's address into a browser."""
    return (
        request.method == "GET"
        and not request.scope["query_string"]
        and "text/html" in request.headers.get("accept", "")
    )
