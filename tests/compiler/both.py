"""Runs an operation both ways: interpreted and compiled, over the same subgraphs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from router.compiler.compile import compile_plan
from router.compiler.conditions import condition_variables
from router.compiler.not_compilable import NotCompilableError
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.run import Runner
from router.federation.supergraph import Supergraph
from router.operation import Operation, coerce_variables
from router.planner.nodes import QueryPlan
from router.upstream.subgraph import SubgraphTransport


@dataclass(frozen=True)
class Both:
    """The two answers. `reason` says why there is no program; then they are one."""

    interpreted: bytes
    compiled: bytes
    runner: Runner
    reason: str | None

    @property
    def went_on(self) -> bool:
        """Whether the program came to its end."""
        return self.reason is None and not self.runner.deviations and not self.runner.failures


async def both(
    supergraph: Supergraph,
    operation: Operation,
    plan: QueryPlan,
    transports: Mapping[str, SubgraphTransport],
    variables: Mapping[str, Any] | None = None,
) -> Both:
    """Raises AssertionError where the program fails."""
    context = ExecutionContext(
        supergraph.schema,
        supergraph.api_schema,
        transports,
        AnswerShapes(supergraph.schema),
        coerce_variables(supergraph, operation, variables or {}),
        interface_objects=supergraph.interface_objects,
    )
    names = condition_variables(operation.definition, operation.fragments)
    conditions = {name: context.variables.get(name) is True for name in names}
    reason = None
    try:
        program = compile_plan(plan, operation.definition, operation.fragments, supergraph, conditions)
    except NotCompilableError as error:
        program, reason = None, error.message
    interpreted = await Runner(plan, None).run(operation, context)
    runner = Runner(plan, program)
    compiled = await runner.run(operation, context)
    return Both(interpreted, compiled, runner, reason)
