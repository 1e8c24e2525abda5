"""From a request's text to what can be run: documents, plans and programs, each worked out once, beside the event loop."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

from graphql import print_ast

from router.compiler.compile import compile_plan
from router.compiler.conditions import condition_variables
from router.compiler.not_compilable import NotCompilableError
from router.compiler.program import Program
from router.errors import ClientError, JsonValue
from router.executor.run import Runner
from router.federation.authorization import Demand
from router.federation.supergraph import Supergraph
from router.operation import Operation, choose_operation, parse_document, validate_document
from router.operation.budget import MAX_WORK, Budget
from router.operation.lift_literals import Lifted, fixed_fields, lift_literals
from router.operation.variables import VariableCoercer
from router.planner import plan
from router.planner.nodes import QueryPlan
from router.security.demands import FieldDemands
from router.security.introspection import refuse_introspection
from router.security.operation_size import OperationSize, measure, refuse_size, refuse_wide_document
from router.security.restriction import Restriction, restrict
from router.work_cache import CacheStatistics, Weighed, WorkCache

DEFAULT_SIZE: Final = OperationSize(depth=50, fields=5000)
_THREADS: Final = 2
"""For what is not cached: one hostile operation shall not keep all others waiting."""
_CHARACTERS_PER_UNIT: Final = 100
"""Of memory: what a plan's key weighs beside the plan."""
_INTERPRETED: Final = 1000
"""What a plan without a program weighs, in characters of programs."""


@dataclass(frozen=True, slots=True)
class PreparationOptions:
    """Sizes of caches in entries, limits as in the settings. `compiled`: whether plans become programs."""

    document_cache: int = 1000
    document_cache_characters: int = 5_000_000
    plan_cache: int = 1000
    plan_cache_work: int = 500_000
    program_cache: int = 1000
    program_cache_characters: int = 3_000_000
    max_query_characters: int = 100_000
    max_tokens: int = 10_000
    max_size: OperationSize = DEFAULT_SIZE
    max_planning_work: int = MAX_WORK
    introspection: bool = True
    compiled: bool = True
    authorization: bool = True
    """Whether operations tell what they demand a right for."""


class PreparationStatistics(NamedTuple):
    """Of what is remembered. Documents and programs weigh their characters, plans the work that they took."""

    documents: CacheStatistics
    plans: CacheStatistics
    programs: CacheStatistics


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid operation. `key` is equal for texts that differ in layout, comments, literals, or operations not chosen.

    `conditions` are the variables that decide which program it is.
    """

    operation: Operation
    lifted: Lifted
    key: str
    variables: VariableCoercer
    conditions: tuple[str, ...]
    demands: tuple[Demand, ...] = ()
    """What whoever asks needs a right for."""


class Restricted(NamedTuple):
    """What is left of an operation is another one, with a plan and a program of its own."""

    prepared: Prepared
    restriction: Restriction


class Preparation:
    """For one supergraph."""

    def __init__(self, supergraph: Supergraph, options: PreparationOptions) -> None:
        self._supergraph = supergraph
        self._options = options
        self._fixed = fixed_fields(supergraph)
        self._demands = FieldDemands(supergraph.api_schema, supergraph.demands)
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="planning")
        self._documents: WorkCache[tuple[str, str | None], Prepared] = WorkCache(
            self._executor, options.document_cache, options.document_cache_characters
        )
        self._restricted: WorkCache[tuple[str, tuple[Demand, ...]], Restricted] = WorkCache(
            self._executor, options.document_cache, options.document_cache_characters
        )
        self._plans: WorkCache[str, QueryPlan] = WorkCache(
            self._executor, options.plan_cache, options.plan_cache_work
        )
        self._met: OrderedDict[tuple[str, tuple[bool, ...]], None] = OrderedDict()
        """What has been run once: interpreted, for compiling takes longer than that."""
        self._programs: WorkCache[tuple[str, tuple[bool, ...]], Runner] = WorkCache(
            self._executor, options.program_cache, options.program_cache_characters
        )

    async def document(self, text: str, operation_name: str | None) -> Prepared:
        """Raises ClientError."""
        key = (text, operation_name)
        found = self._documents.known(key)
        if found is not None:
            return found
        limit = self._options.max_query_characters
        if len(text) > limit:
            raise ClientError(
                "QUERY_TOO_LARGE",
                f"The document has {len(text)} characters, and at most {limit} are allowed.",
            )
        return await self._documents.get(key, partial(self._read, text, operation_name), self._limit)

    async def restricted(self, prepared: Prepared, unmet: tuple[Demand, ...]) -> Restricted:
        """What is left of the operation for whoever does not meet these of its demands."""
        key = (prepared.key, unmet)
        found = self._restricted.known(key)
        if found is not None:
            return found
        return await self._restricted.get(key, partial(self._restrict, prepared, unmet), self._limit)

    async def runner(
        self, prepared: Prepared, variables: Mapping[str, JsonValue], *, again: bool = False
    ) -> Runner:
        """What runs the operation with these variables. `again`: it will be run more than once. Raises ClientError."""
        conditions = (
            tuple(variables.get(name) is True for name in prepared.conditions) if prepared.conditions else ()
        )
        key = (prepared.key, conditions)
        found = self._programs.known(key)
        if found is not None:
            return found
        planned = await self._plans.get(prepared.key, partial(self._plan, prepared), self._limit)
        if not again and key not in self._met:
            self._met[key] = None
            if len(self._met) > self._options.program_cache:
                self._met.popitem(last=False)
            return Runner(planned, None)
        return await self._programs.get(
            key, partial(self._compile, prepared, planned, conditions), self._limit
        )

    def popular(self, count: int) -> list[tuple[str, str | None]]:
        """Text and operation name of what was asked for most of late, the most popular first."""
        return self._documents.popular(count)

    async def warm(self, operations: Sequence[tuple[str, str | None]]) -> None:
        """Works these out as their first requests would. What is not valid is passed over."""
        for text, name in operations:
            with suppress(ClientError):
                await self.runner(await self.document(text, name), {}, again=True)

    def statistics(self) -> PreparationStatistics:
        """How the caches have served."""
        return PreparationStatistics(
            self._documents.statistics(), self._plans.statistics(), self._programs.statistics()
        )

    def close(self) -> None:
        """Nothing more is worked out."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    @property
    def _limit(self) -> int:
        return self._options.max_planning_work

    def _read(self, text: str, operation_name: str | None, _budget: Budget) -> Weighed[Prepared]:
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
        conditions = condition_variables(operation.definition, operation.fragments)
        coercer = VariableCoercer(self._supergraph, operation)
        demands = (
            self._demands.of_operation(operation.definition, operation.fragments)
            if options.authorization
            else ()
        )
        key = _key(lifted.operation)
        return Weighed(Prepared(operation, lifted, key, coercer, conditions, demands), len(text))

    def _restrict(
        self, prepared: Prepared, unmet: tuple[Demand, ...], _budget: Budget
    ) -> Weighed[Restricted]:
        whole = prepared.lifted.operation
        restriction = restrict(whole, self._supergraph.api_schema, self._demands, unmet)
        allowed, key = restriction.allowed, _key(restriction.allowed)
        left = replace(
            prepared,
            operation=allowed,
            lifted=Lifted(allowed, prepared.lifted.values),
            key=key,
            conditions=condition_variables(allowed.definition, {}),
        )
        return Weighed(Restricted(left, restriction), len(prepared.key) + len(key))

    def _plan(self, prepared: Prepared, budget: Budget) -> Weighed[QueryPlan]:
        try:
            found = plan(self._supergraph, prepared.lifted.operation, budget=budget)
        except RecursionError:
            raise ClientError(
                "QUERY_PLAN_TOO_COMPLEX", "The operation is nested too deeply to plan."
            ) from None
        return Weighed(found, budget.spent + len(prepared.key) // _CHARACTERS_PER_UNIT)

    def _compile(
        self, prepared: Prepared, planned: QueryPlan, conditions: tuple[bool, ...], _budget: Budget
    ) -> Weighed[Runner]:
        program: Program | None = None
        if self._options.compiled:
            operation = prepared.lifted.operation
            decided = dict(zip(prepared.conditions, conditions, strict=True))
            with suppress(NotCompilableError, RecursionError):
                program = compile_plan(
                    planned,
                    operation.definition,
                    operation.fragments,
                    self._supergraph,
                    decided,
                )
        weight = len(program.text) if program else _INTERPRETED
        return Weighed(Runner(planned, program), weight)


def _key(operation: Operation) -> str:
    nodes = (operation.definition, *operation.fragments.values())
    return "\n".join(print_ast(node) for node in nodes)
