"""A GraphQL request from text to answer, without HTTP: parse, validate, plan, compile, run, respond."""

import asyncio
from collections.abc import Coroutine, Hashable, Mapping, Sequence
from typing import Any, Final

import msgspec
from graphql import OperationType

from router.cache.answers import Held
from router.cache.field_cache import FieldCache
from router.cache.usage import CacheMode, Usage
from router.errors import ClientError, JsonValue
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.response import encode_refusal
from router.executor.run import Runner
from router.federation.supergraph import Supergraph
from router.incident import incident
from router.operation import Operation
from router.preparation import Preparation, PreparationOptions, PreparationStatistics
from router.security.introspection import without_suggestions
from router.upstream.subgraph import SubgraphTransport

_METHOD_NOT_ALLOWED: Final = 405
_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


class GraphQLRequest(msgspec.Struct, frozen=True, gc=False):
    """`headers` are those for the subgraphs, names in lower case. `read_only` refuses what is not a query.

    `deadline` is when nobody waits any more, in seconds of the event loop's clock.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, JsonValue] = {}
    headers: Mapping[str, str] = {}
    read_only: bool = False
    deadline: float | None = None
    cache_mode: CacheMode = CacheMode.USE
    shareable: bool = True
    """Whether its answer may be that of an equal request before it, whose deadline is earlier."""


class GraphQLResponse(msgspec.Struct, frozen=True, gc=False):
    """`body` is the response map as JSON. `refused` says why nothing was executed; then `body` has no data."""

    body: bytes
    refused: ClientError | None = None
    fresh: float = 0
    """Milliseconds for which it holds: what a cache knows of all that it is made of."""
    is_shared: bool = True
    """It is the same for all viewers."""


class Pipeline:
    """Answers requests for one supergraph. Holds what earlier requests have worked out, nothing of who sent them."""

    def __init__(
        self,
        supergraph: Supergraph,
        transports: Mapping[str, SubgraphTransport],
        options: PreparationOptions | None = None,
    ) -> None:
        self._transports = transports
        self._options = options or PreparationOptions()
        self._mutations: set[asyncio.Task[GraphQLResponse]] = set()
        self._preparation = Preparation(supergraph, self._options)
        self._supergraph = supergraph
        self._shapes = AnswerShapes(supergraph.schema)
        self.cache: FieldCache | None = None

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """Raises nothing but CancelledError; a mutation that has begun goes on to its end even then."""
        try:
            prepared = await self._preparation.document(request.query, request.operation_name)
            operation = prepared.operation
            kind = operation.kind
            usage, key = None, None
            if self.cache is not None and kind is OperationType.QUERY:
                key = (
                    request.query,
                    request.operation_name,
                    _encode(request.variables) if request.variables else b"",
                )
                usage = self.cache.usage(request.cache_mode)
                held = self._held(key, usage)
                if held is not None:
                    return GraphQLResponse(held.body, fresh=held.fresh)
            if kind is not OperationType.QUERY:
                _refuse_kind(kind, read_only=request.read_only)
            variables = prepared.variables.coerce(request.variables)
            if prepared.lifted.values:
                variables = {**variables, **prepared.lifted.values}
            runner = await self._preparation.runner(prepared, variables)
            context = ExecutionContext(
                self._supergraph.schema,
                self._supergraph.api_schema,
                self._transports,
                self._shapes,
                variables,
                request.headers,
                self._supergraph.interface_objects,
                deadline=request.deadline,
                usage=usage,
            )
            run = _run(runner, operation, context)
            if kind is OperationType.MUTATION:
                return await self._finish(run)
            response = await run
            if usage is None or response.refused is not None:
                return response
            if self.cache is not None and self.cache.answers is not None:
                self.cache.answers.put(key, response.body, usage)
            fresh = usage.fresh if usage.dependencies else 0
            return GraphQLResponse(response.body, fresh=fresh, is_shared=usage.is_shared)
        except ClientError as error:
            return refusal(error if self._options.introspection else without_suggestions(error))
        except Exception as error:
            return refusal(incident(error))

    def _held(self, key: Hashable, usage: Usage) -> Held | None:
        answers = self.cache.answers if self.cache is not None else None
        if answers is None or usage.mode is not CacheMode.USE or usage.compares:
            return None
        return answers.get(key, usage.haste)

    async def close(self) -> None:
        """Waits for mutations whose clients have gone."""
        await asyncio.gather(*self._mutations, return_exceptions=True)
        self._preparation.close()

    def popular(self, count: int) -> list[tuple[str, str | None]]:
        """Text and operation name of what was asked for most of late, the most popular first."""
        return self._preparation.popular(count)

    async def warm(self, operations: Sequence[tuple[str, str | None]]) -> None:
        """Works these out as their first requests would. What is not valid is passed over."""
        await self._preparation.warm(operations)

    def statistics(self) -> PreparationStatistics:
        """How the caches have served."""
        return self._preparation.statistics()

    async def _finish(self, run: Coroutine[Any, Any, GraphQLResponse]) -> GraphQLResponse:
        """Half a list of mutations is worse than an answer that nobody reads."""
        task = asyncio.create_task(run)
        self._mutations.add(task)
        task.add_done_callback(self._mutations.discard)
        return await asyncio.shield(task)


def refusal(error: ClientError) -> GraphQLResponse:
    """The response to a request that is not executed."""
    return GraphQLResponse(encode_refusal(error), error)


async def _run(runner: Runner, operation: Operation, context: ExecutionContext) -> GraphQLResponse:
    try:
        return GraphQLResponse(await runner.run(operation, context))
    except Exception as error:
        # Here, because nobody may be there any more to catch what happens to a mutation.
        return refusal(incident(error))


def _refuse_kind(kind: OperationType, *, read_only: bool) -> None:
    if kind is OperationType.SUBSCRIPTION:
        raise ClientError("SUBSCRIPTION_NOT_SUPPORTED", "This router does not serve subscriptions.")
    if kind is OperationType.MUTATION and read_only:
        raise ClientError(
            "METHOD_NOT_ALLOWED", "GET is for queries: send mutations by POST.", status=_METHOD_NOT_ALLOWED
        )
