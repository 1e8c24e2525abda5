"""The GraphQL endpoint: one HTTP request, step by step, from raw ASGI to raw ASGI."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from router.cache.debug_access import HEADER as DEBUG_HEADER
from router.cache.debug_access import DebugAccess
from router.cache.demand import read_demand
from router.cache.surrogate_keys import SurrogateKeys
from router.cache.usage import NO_DEMAND
from router.errors import ClientError
from router.incident import incident
from router.pipeline import GraphQLRequest, GraphQLResponse
from router.remembered import remembered
from router.security.sender import Authentication, Sender
from router.transport.answer import Answer, AnswerFormat, conditional, redirect, send_answer
from router.transport.batch import Batch, batch_from_body, is_batch, merged
from router.transport.body import read_body, refuse_content_type
from router.transport.compression import Compression, compressed
from router.transport.content_coding import unpack
from router.transport.csrf import refuse_forged
from router.transport.disconnect import ClientGoneError, Clients
from router.transport.execution import Execution
from router.transport.executor import GraphQLExecutor
from router.transport.headers import HeaderReader, RequestHeaders
from router.transport.media_type import MediaType, negotiate, refuse_without_json
from router.transport.parameters import Parameters, parameters_from_body, parameters_from_query_string
from router.transport.persisted_queries import PersistedQueries
from router.transport.request_id import new_ids
from router.upstream.deadline import HEADER as DEADLINE_HEADER
from router.upstream.deadline import deadline_of
from router.upstream.headers import OF_ONE_REQUEST, HeaderRules

_METHOD_NOT_ALLOWED: Final = 405
_DEBUG_HEADER: Final = DEBUG_HEADER.encode()


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """`csrf_headers` is None where forged requests are not refused. `explorer` is where browsers are sent to.

    `request_timeout` is in seconds; by `deadline_header` a client may ask for less.
    """

    max_body_bytes: int = 2_000_000
    csrf_headers: tuple[str, ...] | None = ()
    propagation: HeaderRules = field(default_factory=HeaderRules)
    explorer: str | None = None
    compression: Compression | None = None
    new_id: Callable[[], str] = field(default_factory=new_ids)
    request_timeout: float = 60.0
    deadline_header: str | None = DEADLINE_HEADER
    authentication: Authentication | None = None
    debug: DebugAccess | None = None
    """Who is told where each field came from. None: nobody."""
    max_batch: int = 0
    """Requests in a batch; 0 takes none."""
    surrogate_keys: SurrogateKeys | None = None


class GraphQLEndpoint:
    """An ASGI application: https://graphql.github.io/graphql-over-http/draft/

    It stands before the web framework, whose routing alone would take twice as long as all that is done here.
    """

    def __init__(
        self, executor: GraphQLExecutor, persisted: PersistedQueries, options: EndpointOptions
    ) -> None:
        self._execution = Execution(executor, persisted, options.debug)
        self._options = options
        self._compression = options.compression
        named = [
            *(options.csrf_headers or ()),
            *([options.deadline_header] if options.deadline_header else ()),
            *([DEBUG_HEADER] if options.debug else ()),
        ]
        self._headers = HeaderReader(options.propagation, options.new_id, named)
        self._deadline_header = (options.deadline_header or "").encode()
        self._clients = Clients()
        self._demand = remembered(read_demand)
        vary = b"accept" if self._compression is None else b"accept, accept-encoding"
        # Who asks is known by headers that subgraphs see, too.
        viewer = options.propagation.names - OF_ONE_REQUEST
        if options.authentication is not None:
            viewer |= {options.authentication.header}
        passed = sorted(viewer)
        keys = options.surrogate_keys.name if options.surrogate_keys is not None else b""
        formats = {each: AnswerFormat(each, vary, passed, keys) for each in MediaType}
        self._json = formats[MediaType.JSON]
        self._format_for = remembered(lambda accept: formats[negotiate(accept.decode("latin-1"))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, unless its client has gone."""
        headers = self._headers.read(scope["headers"])
        try:
            answer = await self._respond(scope, receive, headers)
        except ClientGoneError:
            return
        if self._compression is not None and b"accept-encoding" in headers.own:
            coding = self._compression.coding_for(headers.own[b"accept-encoding"], len(answer.body))
            if coding is not None:
                answer = await compressed(answer, coding)
        await send_answer(answer, headers.request_id, send)

    async def _respond(self, scope: Scope, receive: Receive, headers: RequestHeaders) -> Answer:
        answers = self._json
        try:
            if scope["method"] == "GET" and self._is_visit(scope, headers.own):
                return redirect(self._options.explorer or "/")
            accept = headers.own.get(b"accept")
            if accept is not None:
                answers = self._format_for(accept)
            sent = await self._parameters(scope, receive, headers.own)
            if not isinstance(sent, Parameters):
                refuse_without_json(None if accept is None else accept.decode("latin-1"))
                answers = self._json
            sender = Sender(None, headers.passed)
            if self._options.authentication is not None:
                sender = await self._options.authentication.sender(scope["headers"], headers.passed)
            debug = headers.own.get(_DEBUG_HEADER)
            with self._clients.waiting(receive):
                response = await self._execute(sent, self._terms(scope, headers.own, sender), debug)
            answer = answers.executed(response)
            if scope["method"] == "GET" and response.fresh:
                return conditional(answer, headers.own.get(b"if-none-match"))
            return answer
        except ClientError as error:
            return answers.refused(error)
        except ClientGoneError:
            raise
        except Exception as error:
            return answers.refused(incident(error))

    async def _parameters(
        self, scope: Mapping[str, Any], receive: Receive, headers: Mapping[bytes, bytes]
    ) -> Parameters | Batch:
        method = scope["method"]
        if method == "POST":
            refuse_content_type(headers.get(b"content-type"))
            most = self._options.max_body_bytes
            body = await read_body(receive, headers.get(b"content-length"), most)
            coding = headers.get(b"content-encoding")
            if coding is not None:
                body = unpack(body, coding, most)
            if self._options.max_batch and is_batch(body):
                return batch_from_body(body, self._options.max_batch)
            return parameters_from_body(body)
        if method == "GET":
            if self._options.csrf_headers is not None:
                refuse_forged(headers, self._options.csrf_headers)
            return parameters_from_query_string(scope["query_string"])
        raise ClientError(
            "METHOD_NOT_ALLOWED", "Send a GraphQL request by POST or GET.", status=_METHOD_NOT_ALLOWED
        )

    def _terms(self, scope: Mapping[str, Any], own: Mapping[bytes, bytes], sender: Sender) -> GraphQLRequest:
        """A request without its text: all that the header says of it."""
        asked = own.get(self._deadline_header)
        control = own.get(b"cache-control")
        demand = NO_DEMAND if control is None else self._demand(control)
        return GraphQLRequest(
            query="",
            headers=sender.headers,
            principal=sender.principal,
            read_only=scope["method"] == "GET",
            deadline=deadline_of(
                asyncio.get_running_loop().time(),
                self._options.request_timeout,
                None if asked is None else asked.decode("latin-1"),
            ),
            shareable=asked is None and demand == NO_DEMAND,
            demand=demand,
        )

    async def _execute(
        self, sent: Parameters | Batch, terms: GraphQLRequest, debug: bytes | None
    ) -> GraphQLResponse:
        if isinstance(sent, Parameters):
            return await self._execution.one(sent, terms, debug)
        return merged(await self._execution.all(sent, terms, debug), self._options.surrogate_keys)

    def _is_visit(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
        """Somebody typed the endpoint's address into a browser."""
        return (
            self._options.explorer is not None
            and not scope["query_string"]
            and b"text/html" in headers.get(b"accept", b"")
        )
