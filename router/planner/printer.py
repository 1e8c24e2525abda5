"""Prints a query plan as text, in the form in which Apollo's planner prints it."""

from collections.abc import Iterable

from graphql import SelectionSetNode, print_ast

from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    DeferredNode,
    EntityInput,
    FetchNode,
    InputField,
    InputSelection,
    OnTypes,
    Path,
    PlanNode,
    QueryPlan,
    SequenceNode,
    SubscriptionNode,
)
from router.planner.read_back import written_out

_STEP = "  "


def print_plan(plan: QueryPlan) -> str:
    """The text, without a line break at its end.

    A fetch that carries the objects of several paths prints them all; one that carries several groups of entities
    prints each in a block of its own.
    """
    if plan.node is None:
        return "QueryPlan {}"
    return "\n".join(["QueryPlan {", *_indent(_node(plan.node)), "}"])


def print_path(path: Path) -> str:
    """`users.@.reviews`, and `|[A,B]` where the path goes on for some types only."""
    parts: list[str] = []
    for element in path:
        if isinstance(element, OnTypes):
            types = f"|[{','.join(sorted(element.types))}]"
            if parts:
                parts[-1] += types
            else:
                parts.append(types)
        else:
            parts.append(element)
    return ".".join(parts)


def _node(node: PlanNode) -> list[str]:
    if isinstance(node, FetchNode):
        return _fetch(node)
    if isinstance(node, ConditionNode):
        return _condition(node)
    if isinstance(node, DeferNode):
        return _defer(node)
    if isinstance(node, SubscriptionNode):
        rest = ["Rest: {", *_indent(_node(node.rest)), "}"] if node.rest is not None else []
        return _block("Subscription", ["Primary: {", *_indent(_node(node.primary)), "},", *rest])
    name = "Sequence" if isinstance(node, SequenceNode) else "Parallel"
    return _block(name, [line for each in node.nodes for line in _node(each)])


def _condition(node: ConditionNode) -> list[str]:
    lines = []
    if node.if_true is not None:
        lines += _block(f"Include(if: ${node.variable})", _node(node.if_true))
    if node.if_false is not None:
        lines += _block(f"Skip(if: ${node.variable})", _node(node.if_false))
    return lines


def _defer(node: DeferNode) -> list[str]:
    primary = ["Primary {", *_indent(_part(node.selections, node.primary)), "}, ["]
    return _block("Defer", [*primary, *_indent(_deferred(node.deferred)), "]"])


def _deferred(nodes: Iterable[DeferredNode]) -> list[str]:
    lines = []
    for node in nodes:
        label = f', label: "{node.label}"' if node.label is not None else ""
        depends = ", ".join(map(str, node.depends))
        head = f'Deferred(depends: [{depends}], path: "{print_path(node.path)}"{label})'
        lines += _block(head, _part(node.selections, node.node))
    return lines


def _part(selections: str, node: PlanNode | None) -> list[str]:
    lines = _braces(written_out(selections)) if selections != "{}" else ["{}"]
    lines[-1] += ":"
    return lines + (_node(node) if node is not None else [])


def _fetch(node: FetchNode) -> list[str]:
    number = f", id: {node.id}" if node.id is not None else ""
    head = f'Fetch(service: "{node.service}"{number})'
    selections = written_out(node.operation)
    if not node.entities:
        lines = _block(head, _braces(selections))
        return _block(f'Flatten(path: "{print_path(node.path)}")', lines) if node.path else lines
    by_alias = {_alias(each): each for each in selections.selections}
    if len(node.entities) == 1:
        only = node.entities[0]
        return _flatten(only, _block(head, _entities(only, by_alias[only.alias])))
    blocks = [
        line for each in node.entities for line in _flatten(each, _entities(each, by_alias[each.alias]))
    ]
    return _block("Batch" + head, blocks)


def _flatten(entity: EntityInput, lines: list[str]) -> list[str]:
    paths = [f'"{print_path(path)}"' for path in entity.paths]
    head = f"path: {paths[0]}" if len(paths) == 1 else f"paths: [{', '.join(paths)}]"
    return _block(f"Flatten({head})", lines)


def _entities(entity: EntityInput, field: object) -> list[str]:
    selections: SelectionSetNode = field.selection_set  # type: ignore[attr-defined]
    sent = [line for fragment in entity.requires for line in _input(fragment)]
    return ["{", *_indent(sent), "} =>", *_braces(selections)]


def _input(selection: InputSelection) -> list[str]:
    if isinstance(selection, InputField):
        head = (
            selection.name if selection.source == selection.name else f"{selection.name}: {selection.source}"
        )
    else:
        head = f"... on {selection.type_condition}"
    if not selection.selections:
        return [head] if isinstance(selection, InputField) else []
    lines = [line for each in selection.selections for line in _input(each)]
    if not isinstance(selection, InputField) and selection.typename is not None:
        lines.insert(0, "__typename")
    return [f"{head} {{", *_indent(lines), "}"]


def _alias(selection: object) -> str:
    name = getattr(selection, "alias", None) or selection.name  # type: ignore[attr-defined]
    return str(name.value)


def _braces(selections: SelectionSetNode) -> list[str]:
    return print_ast(selections).split("\n")


def _block(head: str, lines: Iterable[str]) -> list[str]:
    return [f"{head} {{", *_indent(lines), "},"]


def _indent(lines: Iterable[str]) -> list[str]:
    return [_STEP + line for line in lines]
