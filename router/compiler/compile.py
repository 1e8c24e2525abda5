"""plan -> program: conditions, layout, text, code."""

from collections.abc import Mapping

from graphql import FragmentDefinitionNode, OperationDefinitionNode, OperationType

from router.compiler.conditions import Conditions, decide
from router.compiler.emit import emit
from router.compiler.lay_out import lay_out
from router.compiler.program import Program, load
from router.federation.supergraph import Supergraph
from router.planner.nodes import QueryPlan
from router.planner.printer import print_plan


def compile_plan(
    plan: QueryPlan,
    definition: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    supergraph: Supergraph,
    conditions: Conditions,
) -> Program:
    """The program for the operation where `conditions` are as given. Raises NotCompilableError."""
    step = decide(plan, conditions)
    layout = lay_out(step, definition, fragments, supergraph, conditions)
    where = "".join(f"\n  where ${name} is {str(value).lower()}" for name, value in conditions.items())
    text = emit(layout, step, f"Compiled from this plan{where}:\n\n{print_plan(plan)}\n")
    nodes = [fetch.node for fetch in layout.fetches.values()]
    return load(
        text,
        tuple(node.service for node in nodes),
        tuple(node.kind is OperationType.MUTATION for node in nodes),
    )
