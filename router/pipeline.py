"""A GraphQL request from text to answer, without HTTP: parse, validate, plan, compile, run, respond."""

import asyncio
from collections.abc import Coroutine, Hashable, Mapping, Sequence
from typing import Any, Final

import msgspec
from graphql import OperationType

from router.cache.answers import Held
from router.cache.explanation import explanation
from router.cache.field_cache import FieldCache
from router.cache.only_cached import NOBODY, OnlyCached, not_cached
from router.cache.trace import Trace
from router.cache.usage import NO_DEMAND, CacheDemand, CacheMode, Usage
from router.errors import ClientError, JsonValue
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.response import encode, encode_refusal
from router.executor.run import Runner
from router.federation.authorization import Demand
from router.federation.supergraph import Supergraph
from router.incident import incident
from router.operation import Operation
from router.preparation import Preparation, PreparationOptions, PreparationStatistics, Prepared
from router.security.authorization import Authorization
from router.security.introspection import without_suggestions
from router.security.principal import Principal
from router.security.restriction import Restriction
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
    demand: CacheDemand = NO_DEMAND
    """What the client demands of the cache."""
    shareable: bool = True
    """Whether its answer may be that of an equal request before it, whose deadline is earlier."""
    principal: Principal | None = None
    """Who asks; None for the anonymous."""
    traced: bool = False
    """`extensions.cache` of its answer says where each field came from. It is interpreted, and never kept whole."""


class GraphQLResponse(msgspec.Struct, frozen=True, gc=False):
    """`body` is the response map as JSON. `refused` says why nothing was executed; then `body` has no data."""

    body: bytes
    refused: ClientError | None = None
    fresh: float = 0
    """Milliseconds for which it holds: what a cache knows of all that it is made of."""
    is_shared: bool = True
    """It is the same for all viewers, and a cache that they share may keep it."""
    surrogate_keys: bytes = b""
    """By which such a cache drops it, as a header has them."""


class Pipeline:
    """Answers requests for one supergraph. Holds what earlier requests have worked out, nothing of who sent them."""

    def __init__(
        self,
        supergraph: Supergraph,
        transports: Mapping[str, SubgraphTransport],
        options: PreparationOptions | None = None,
        authorization: Authorization | None = None,
    ) -> None:
        self._transports = transports
        self._options = options or PreparationOptions()
        self._authorization = authorization or Authorization()
        self._mutations: set[asyncio.Task[GraphQLResponse]] = set()
        self._preparation = Preparation(supergraph, self._options)
        self._supergraph = supergraph
        self._shapes = AnswerShapes(supergraph.schema)
        self.cache: FieldCache | None = None

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """Raises nothing but CancelledError; a mutation that has begun goes on to its end even then."""
        try:
            self._authorization.refuse_anonymous(request.principal)
            prepared = await self._preparation.document(request.query, request.operation_name)
            if not prepared.demands:
                return await self._answer(request, prepared, ())
            unmet = await self._authorization.unmet(prepared.demands, request.principal)
            response = await self._answer(request, prepared, unmet)
            return _for_its_sender(response, is_whole=not unmet)
        except ClientError as error:
            return refusal(error if self._options.introspection else without_suggestions(error))
        except Exception as error:
            return refusal(incident(error))

    async def _answer(
        self, request: GraphQLRequest, prepared: Prepared, unmet: tuple[Demand, ...]
    ) -> GraphQLResponse:
        """From a cache of whole answers, or executed: who may see other fields has another answer."""
        cache, kind = self.cache, prepared.operation.kind
        if kind is not OperationType.QUERY:
            _refuse_kind(kind, request)
        if request.traced:
            return await self._trace(request, prepared, unmet)
        if kind is not OperationType.QUERY or cache is None:
            return await self._execute(request, prepared, unmet, None)
        variables = _encode(request.variables) if request.variables else b""
        key = (request.query, request.operation_name, variables, unmet)
        usage = cache.usage(request.demand)
        held = self._held(key, usage)
        if held is not None:
            return _kept(held.body, held.fresh, held.surrogate_keys)
        response = await self._execute(request, prepared, unmet, usage)
        return response if response.refused is not None else _noted(cache, key, response.body, usage)

    async def _trace(
        self, request: GraphQLRequest, prepared: Prepared, unmet: tuple[Demand, ...]
    ) -> GraphQLResponse:
        """From the fields alone, and never kept."""
        usage = self.cache.usage(request.demand) if self.cache is not None else None
        trace = Trace()
        if usage is not None:
            usage.trace = trace
        return await self._execute(request, prepared, unmet, usage, trace)

    async def _execute(
        self,
        request: GraphQLRequest,
        prepared: Prepared,
        unmet: tuple[Demand, ...],
        usage: Usage | None,
        trace: Trace | None = None,
    ) -> GraphQLResponse:
        variables = prepared.variables.coerce(request.variables)
        if prepared.lifted.values:
            variables = {**variables, **prepared.lifted.values}
        restriction = None
        if unmet:
            prepared, restriction = await self._preparation.restricted(prepared, unmet)
            self._authorization.refuse(restriction.missing(variables), request.principal)
        runner = await self._preparation.runner(prepared, variables)
        only = None if request.demand.fetches else self._only_cached(request.demand)
        context = ExecutionContext(
            self._supergraph.schema,
            self._supergraph.api_schema,
            self._transports if only is None else only.transports,
            self._shapes,
            variables,
            request.headers,
            self._supergraph.interface_objects,
            deadline=request.deadline,
            usage=usage,
            claims=request.principal.claims if request.principal is not None else None,
            trace=trace,
        )
        run = self._run(runner, prepared.operation, context, restriction, trace)
        if prepared.operation.kind is OperationType.MUTATION:
            return await self._finish(run)
        return await (run if only is None else only.answer(run))

    async def _run(
        self,
        runner: Runner,
        operation: Operation,
        context: ExecutionContext,
        restriction: Restriction | None,
        trace: Trace | None,
    ) -> GraphQLResponse:
        try:
            if trace is None:
                body = await runner.run(operation, context)
            else:
                result = await runner.interpret(operation, context)
                result.extensions["cache"] = explanation(result.data, trace)
                body = encode(result)
            if restriction is not None:
                body = self._authorization.completed(body, restriction, context.api_schema, context.variables)
            return GraphQLResponse(body)
        except Exception as error:
            # Here, because nobody may be there any more to catch what happens to a mutation.
            return refusal(incident(error))

    def _held(self, key: Hashable, usage: Usage) -> Held | None:
        """None also where its fields count: for a client that asks how old they are, and to compare them."""
        answers = self.cache.answers if self.cache is not None else None
        if answers is None or usage.mode not in (CacheMode.USE, CacheMode.ONLY):
            return None
        if usage.demand.is_choosy or usage.compares:
            return None
        return answers.get(key, usage.haste)

    def _only_cached(self, demand: CacheDemand) -> OnlyCached:
        reads = self.cache is not None and demand.mode is CacheMode.ONLY
        return OnlyCached(self._transports if reads else dict.fromkeys(self._transports, NOBODY))

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


def _for_its_sender(response: GraphQLResponse, *, is_whole: bool) -> GraphQLResponse:
    """Of an operation with protected fields: not for others, nor to be kept by caches where something was left out."""
    return msgspec.structs.replace(response, fresh=response.fresh if is_whole else 0, is_shared=False)


def _noted(cache: FieldCache, key: Hashable, body: bytes, usage: Usage) -> GraphQLResponse:
    """Keeps the answer where it may be kept, and says for how long that is."""
    fresh = usage.fresh if usage.dependencies else 0
    if fresh <= 0 or not usage.is_shared:
        return GraphQLResponse(body, fresh=fresh, is_shared=usage.is_shared)
    keys = cache.surrogate_keys.value(usage.dependencies) if cache.surrogate_keys is not None else b""
    if cache.answers is not None:
        cache.answers.put(key, body, usage, keys)
    return _kept(body, fresh, keys)


def _kept(body: bytes, fresh: float, keys: bytes | None) -> GraphQLResponse:
    """What has too many keys for a cache that viewers share is for their own."""
    return GraphQLResponse(body, fresh=fresh, is_shared=keys is not None, surrogate_keys=keys or b"")


def _refuse_kind(kind: OperationType, request: GraphQLRequest) -> None:
    if kind is OperationType.SUBSCRIPTION:
        raise ClientError("SUBSCRIPTION_NOT_SUPPORTED", "This router does not serve subscriptions.")
    if kind is OperationType.MUTATION and request.read_only:
        raise ClientError(
            "METHOD_NOT_ALLOWED", "GET is for queries: send mutations by POST.", status=_METHOD_NOT_ALLOWED
        )
    if not request.demand.fetches:
        not_cached()
