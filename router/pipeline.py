"""A GraphQL request from text to answer, without HTTP: parse, validate, plan, execute, respond."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

from graphql import OperationType, print_ast

from router.errors import ClientError, JsonValue
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.execute import execute
from router.executor.response import encode, encode_refusal
from router.federation.supergraph import Supergraph
from router.incident import incident
from router.operation import (
    Operation,
    choose_operation,
    coerce_variables,
    parse_document,
    validate_document,
)
from router.operation.budget import MAX_WORK, Budget
from router.operation.lift_literals import Lifted, fixed_fields, lift_literals
from router.planner import plan
from router.planner.nodes import QueryPlan
from router.security.introspection import refuse_introspection, without_suggestions
from router.security.operation_size import OperationSize, measure, refuse_size, refuse_wide_document
from router.upstream.subgraph import SubgraphTransport
from router.work_cache import CacheStatistics, Weighed, WorkCache

DEFAULT_SIZE: Final = OperationSize(depth=50, fields=5000)
_METHOD_NOT_ALLOWED: Final = 405
_THREADS: Final = 2
"""For what is not cached: one hostile operation shall not keep all others waiting."""
_CHARACTERS_PER_UNIT: Final = 100
"""Of memory: what a plan's key weighs beside the plan."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """`headers` are those for the subgraphs, names in lower case. `read_only` refuses what is not a query."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """`body` is the response map as JSON. `refused` says why nothing was executed; then `body` has no data."""

    body: bytes
    refused: ClientError | None = None


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """Sizes of caches in entries, limits as in the settings."""

    document_cache: int = 1000
    document_cache_characters: int = 5_000_000
    plan_cache: int = 1000
    plan_cache_work: int = 500_000
    max_query_characters: int = 100_000
    max_tokens: int = 10_000
    max_size: OperationSize = DEFAULT_SIZE
    max_planning_work: int = MAX_WORK
    introspection: bool = True


class PipelineStatistics(NamedTuple):
    """Of what is remembered. Documents weigh their characters, plans the work that they took."""

    documents: CacheStatistics
    plans: CacheStatistics


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A valid operation. `key` is equal for texts that differ in layout, comments, literals, or operations not chosen."""

    operation: Operation
    lifted: Lifted
    key: str


class Pipeline:
    """Answers requests for one supergraph. Holds what earlier requests have worked out, nothing of who sent them."""

    def __init__(
        self,
        supergraph: Supergraph,
        transports: Mapping[str, SubgraphTransport],
        options: PipelineOptions | None = None,
    ) -> None:
        self._supergraph = supergraph
        self._transports = transports
        self._options = options or PipelineOptions()
        self._mutations: set[asyncio.Task[GraphQLResponse]] = set()
        self._fixed = fixed_fields(supergraph)
        self._shapes = AnswerShapes(supergraph.schema)
        chosen = self._options
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="planning")
        self._documents: WorkCache[tuple[str, str | None], _Loaded] = WorkCache(
            self._executor, chosen.document_cache, chosen.document_cache_characters
        )
        self._plans: WorkCache[str, QueryPlan] = WorkCache(
            self._executor, chosen.plan_cache, chosen.plan_cache_work
        )

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """Raises nothing but CancelledError; a mutation that has begun goes on to its end even then."""
        try:
            loaded = await self._load(request.query, request.operation_name)
            operation = loaded.operation
            _refuse_kind(operation.kind, read_only=request.read_only)
            variables = {**self._coerce(operation, request.variables), **loaded.lifted.values}
            run = self._run(operation, await self._plan(loaded), variables, request.headers)
            return await (self._finish(run) if operation.kind is OperationType.MUTATION else run)
        except ClientError as error:
            return refusal(error if self._options.introspection else without_suggestions(error))
        except Exception as error:
            return refusal(incident(error))

    async def close(self) -> None:
        """Waits for mutations whose clients have gone."""
        await asyncio.gather(*self._mutations, return_exceptions=True)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def statistics(self) -> PipelineStatistics:
        """How the caches have served."""
        return PipelineStatistics(self._documents.statistics(), self._plans.statistics())

    async def _load(self, text: str, operation_name: str | None) -> _Loaded:
        limit = self._options.max_query_characters
        if len(text) > limit:
            raise ClientError(
                "QUERY_TOO_LARGE",
                f"The document has {len(text)} characters, and at most {limit} are allowed.",
            )
        work = partial(self._load_now, text, operation_name)
        return await self._documents.get((text, operation_name), work, self._options.max_planning_work)

    async def _plan(self, loaded: _Loaded) -> QueryPlan:
        work = partial(self._plan_now, loaded)
        return await self._plans.get(loaded.key, work, self._options.max_planning_work)

    def _load_now(self, text: str, operation_name: str | None, _budget: Budget) -> Weighed[_Loaded]:
        options = self._options
        try:
            document = parse_document(text, max_tokens=options.max_tokens)
            refuse_wide_document(document, options.max_size)
            validate_document(self._supergraph, document)
            operation = choose_operation(document, operation_name)
            refuse_size(measure(operation.definition, operation.fragments), options.max_size)
        except RecursionError:
            raise ClientError("MAX_DEPTH_EXCEEDED", "The document is nested too deeply.") from None
        if not options.introspection:
            refuse_introspection(operation.definition, operation.fragments)
        lifted = lift_literals(self._supergraph, operation, self._fixed)
        nodes = (lifted.operation.definition, *lifted.operation.fragments.values())
        key = "\n".join(print_ast(node) for node in nodes)
        return Weighed(_Loaded(operation, lifted, key), len(text))

    def _coerce(self, operation: Operation, values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        try:
            return coerce_variables(self._supergraph, operation, values)
        except RecursionError:
            raise ClientError("BAD_USER_INPUT", "The variables are nested too deeply.") from None

    def _plan_now(self, loaded: _Loaded, budget: Budget) -> Weighed[QueryPlan]:
        try:
            found = plan(self._supergraph, loaded.lifted.operation, budget=budget)
        except RecursionError:
            raise ClientError(
                "QUERY_PLAN_TOO_COMPLEX", "The operation is nested too deeply to plan."
            ) from None
        return Weighed(found, budget.spent + len(loaded.key) // _CHARACTERS_PER_UNIT)

    async def _run(
        self,
        operation: Operation,
        query_plan: QueryPlan,
        variables: Mapping[str, JsonValue],
        headers: Mapping[str, str],
    ) -> GraphQLResponse:
        context = ExecutionContext(
            schema=self._supergraph.schema,
            api_schema=self._supergraph.api_schema,
            transports=self._transports,
            shapes=self._shapes,
            variables=variables,
            headers=headers,
            interface_objects=self._supergraph.interface_objects,
        )
        try:
            return GraphQLResponse(encode(await execute(query_plan, operation, context)))
        except Exception as error:
            # Here, because nobody may be there any more to catch what happens to a mutation.
            return refusal(incident(error))

    async def _finish(self, run: Coroutine[Any, Any, GraphQLResponse]) -> GraphQLResponse:
        """Half a list of mutations is worse than an answer that nobody reads."""
        task = asyncio.create_task(run)
        self._mutations.add(task)
        task.add_done_callback(self._mutations.discard)
        return await asyncio.shield(task)


def refusal(error: ClientError) -> GraphQLResponse:
    """The response to a request that is not executed."""
    return GraphQLResponse(encode_refusal(error), error)


def _refuse_kind(kind: OperationType, *, read_only: bool) -> None:
    if kind is OperationType.SUBSCRIPTION:
        raise ClientError("SUBSCRIPTION_NOT_SUPPORTED", "This router does not serve subscriptions.")
    if kind is OperationType.MUTATION and read_only:
        raise ClientError(
            "METHOD_NOT_ALLOWED", "GET is for queries: send mutations by POST.", status=_METHOD_NOT_ALLOWED
        )
