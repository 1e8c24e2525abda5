"""plan -> program: conditions, layout, text, code."""

from collections.abc import Collection, Mapping

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
    long_texts: Collection[tuple[str, ...]] = (),
) -> Program:
    """The program for the operation where `conditions` are as given. Raises NotCompilableError.

    At the paths of `long_texts`, response keys without the places in lists, texts are usually long. That only decides how
    they are treated.
    """
    step = decide(plan, conditions)
    layout = lay_out(step, definition, fragments, supergraph, conditions, long_texts)
    where = "".join(f"\n  where ${name} is {str(value).lower()}" for name, value in conditions.items())
    text = emit(layout, step, f"Compiled from this plan{where}:\n\n{print_plan(plan)}\n")
    nodes = [fetch.node for fetch in layout.fetches.values()]
    return load(
        text,
        tuple(node.service for node in nodes),
        tuple(node.kind is OperationType.MUTATION for node in nodes),
    )
