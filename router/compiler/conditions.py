"""A program is made for one set of answers to the operation's conditions, so that none of them is asked while it runs."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from router.compiler.not_compilable import NotCompilableError
from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    FetchNode,
    ParallelNode,
    PlanNode,
    QueryPlan,
    SequenceNode,
)

Conditions: TypeAlias = Mapping[str, bool]
"""By variable: whether its value is true."""

Step: TypeAlias = FetchNode | SequenceNode | ParallelNode
"""A plan node that is left when conditions are decided."""


def condition_variables(
    definition: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """The variables that @skip, @include and @defer of the operation ask, in alphabetical order."""
    sets = (definition.selection_set, *(fragment.selection_set for fragment in fragments.values()))
    return tuple(sorted({name for each in sets for name in _asked(each)}))


def decide(plan: QueryPlan, conditions: Conditions) -> Step | None:
    """The plan without its conditions. Deferred parts follow those that they wait for. Raises NotCompilableError."""
    return _decide(plan.node, conditions) if plan.node else None


def _decide(node: PlanNode, conditions: Conditions) -> Step | None:
    match node:
        case FetchNode():
            return node
        case SequenceNode() | ParallelNode():
            return _several(type(node), node.nodes, conditions)
        case ConditionNode():
            chosen = node.if_true if conditions.get(node.variable) else node.if_false
            return _decide(chosen, conditions) if chosen else None
        case DeferNode():
            parts = (node.primary, *(each.node for each in node.deferred))
            return _several(SequenceNode, tuple(part for part in parts if part), conditions)
        case _:
            raise NotCompilableError("subscriptions are not executed")


def _several(
    kind: type[SequenceNode | ParallelNode], nodes: tuple[PlanNode, ...], conditions: Conditions
) -> Step | None:
    left = tuple(step for node in nodes if (step := _decide(node, conditions)) is not None)
    if len(left) > 1:
        return kind(left)
    return left[0] if left else None


def _asked(selections: SelectionSetNode) -> Iterator[str]:
    for selection in selections.selections:
        for directive in selection.directives or ():
            if directive.name.value in ("skip", "include", "defer"):
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        yield argument.value.name.value
        if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            yield from _asked(selection.selection_set)
