"""Where an operation uses @defer, and which variables decide about it."""

from collections.abc import Iterator

from graphql import DirectiveNode, SelectionSetNode, VariableNode

from router.operation.load import Operation

_MAX_VARIABLES = 3
"""Each doubles the plan."""


def defers(operation: Operation) -> bool:
    """Whether the operation has a @defer anywhere."""
    return next(_directives(operation), None) is not None


def defer_variables(operation: Operation) -> tuple[str, ...]:
    """The variables of `@defer(if:)`, the first few; whatever depends on others is not deferred, as a server may."""
    found: dict[str, None] = {}
    for directive in _directives(operation):
        for argument in directive.arguments or ():
            if argument.name.value == "if" and isinstance(argument.value, VariableNode):
                found[argument.value.name.value] = None
    return tuple(found)[:_MAX_VARIABLES]


def _directives(operation: Operation) -> Iterator[DirectiveNode]:
    pending: list[SelectionSetNode] = [operation.definition.selection_set]
    pending += [fragment.selection_set for fragment in operation.fragments.values()]
    while pending:
        for selection in pending.pop().selections:
            yield from (each for each in selection.directives or () if each.name.value == "defer")
            below = getattr(selection, "selection_set", None)
            if below is not None:
                pending.append(below)
