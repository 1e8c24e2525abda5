"""Why a query cannot be answered, in words: the query, and for each subgraph what stands in the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import FieldNode, SelectionSetNode

from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.composition.satisfiability.graph import Graph, Place
from router.federation.field_set import print_field_set
from router.federation.schema import Field
from router.federation.type_reference import is_list, nullable


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an example query. The first is the operation, others a field or a type condition."""

    parent: "Step | None"
    text: str
    field: Field | None


def unsatisfiable(
    graph: Graph, path: Step, type_: str, field: Field, places: Iterable[Place]
) -> CompositionProblem:
    """The problem of a field that no reachable subgraph resolves."""
    context = graph.context
    target = context.schema.types.get(field.type.strip("[]!"))
    query = print_query(context, path, is_leaf=target is None or target.is_leaf)
    reasons = "\n".join(_reasons(graph, type_, field, places))
    message = f"The following supergraph API query:\n{query}\ncannot be satisfied by the subgraphs because:\n{reasons}"
    return CompositionProblem("SATISFIABILITY_ERROR", message)


def print_query(context: MergeContext, path: Step, *, is_leaf: bool) -> str:
    """The shortest operation that goes the way of the path."""
    steps: list[Step] = []
    current: Step | None = path
    while current is not None:
        steps.append(current)
        current = current.parent
    steps.reverse()
    operation = steps[0].text
    lines = ["{" if operation == "query" else f"{operation} {{"]
    last = len(steps) - 1
    for depth, step in enumerate(steps[1:], start=1):
        opening = "" if depth == last and is_leaf else " {"
        lines.append("  " * depth + step.text + _arguments(step.field) + opening)
    if not is_leaf:
        lines.append("  " * (last + 1) + "...")
    closing = last - 1 if is_leaf else last
    lines += ["  " * depth + "}" for depth in range(closing, -1, -1)]
    return "\n".join(lines)


def _arguments(field: Field | None) -> str:
    """Values for the arguments that must be given."""
    required = [each for each in field.arguments.values() if each.is_required] if field else []
    if not required:
        return ""
    return "(" + ", ".join(f"{each.name}: {_example(each.type)}" for each in required) + ")"


def _example(type_: str) -> str:
    type_ = nullable(type_)
    if is_list(type_):
        return "[]"
    examples = {
        "Int": "0",
        "Float": "3.14",
        "Boolean": "true",
        "String": '"A string value"',
        "ID": '"<any id>"',
    }
    return examples.get(type_, "<value>")


def _reasons(graph: Graph, type_: str, field: Field, places: Iterable[Place]) -> Iterator[str]:
    names = graph.context.names
    reached = sorted(places)
    for place in reached:
        lines = list(
            dict.fromkeys(_reasons_at(graph, type_, field, place, {each.subgraph for each in reached}))
        )
        if len(lines) == 1:
            yield f'- from subgraph "{names[place.subgraph]}": {lines[0]}.'
        else:
            yield f'- from subgraph "{names[place.subgraph]}":'
            yield from (f"  - {line}." for line in lines)


def _reasons_at(graph: Graph, type_: str, field: Field, place: Place, reached: set[int]) -> Iterator[str]:
    context = graph.context
    here = context.names[place.subgraph]
    definition = graph.definition(place)
    own = definition.fields.get(field.name) if definition else None
    obstacle = graph.obstacle(place, own) if own is not None else None
    yield obstacle or f'cannot find field "{field.coordinate}"'
    moves = [
        move for move in graph.moves(place) if move.target.subgraph not in reached and move.key is not None
    ]
    for move in moves:
        if move.key is not None:
            yield (
                f'cannot move to subgraph "{context.names[move.target.subgraph]}" using @key(fields: '
                f'"{print_field_set(move.key)}") of "{move.target.type}", the key field(s) cannot be '
                f'resolved from subgraph "{here}"{_overridden_note(graph, place, move.key)}'
            )
    targets = {move.target.subgraph for move in moves}
    for index, owner in context.types(type_).items():
        if index in reached or index in targets or field.name not in owner.fields:
            continue
        keys = context.subgraphs[index].uses(owner, "key")
        reason = (
            f'none of the @key defined on type "{type_}" in subgraph "{context.names[index]}" are resolvable (they are '
            'all declared with their "resolvable" argument set to false)'
            if keys
            else f'type "{type_}" has no @key defined in subgraph "{context.names[index]}"'
        )
        yield f'cannot move to subgraph "{context.names[index]}", which has field "{field.coordinate}", because {reason}'


def _overridden_note(graph: Graph, place: Place, key: SelectionSetNode) -> str:
    """A word on keys that were there before an @override."""
    definition = graph.definition(place)
    names = [each.name.value for each in key.selections if isinstance(each, FieldNode)]
    fields = [definition.fields[name] for name in names if definition and name in definition.fields]
    if not any("overridden" in (graph.obstacle(place, each) or "") for each in fields):
        return ""
    here = graph.context.names[place.subgraph]
    return f' (note that some of those key fields are overridden in "{here}")'
