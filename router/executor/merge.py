"""Joins what a fetch answered onto the tree. Linear in the size of the answer."""

from collections.abc import Sequence

from graphql import GraphQLSchema, is_object_type

from router.errors import JsonValue
from router.executor.tree import Tree, select
from router.planner.nodes import Rename


def merge(target: Tree, source: Tree, schema: GraphQLSchema) -> None:
    """Puts the fields of `source` into `target`, in place; parts of `source` become parts of `target`.

    Where both have a field: objects merge, lists of equal length merge item by item, null never replaces a value,
    any other value does. So the result does not depend on which of two fetches came first, unless they contradict
    each other. A `__typename` that names an object type stays: interface objects answer the interface's name.
    """
    for key, new in source.items():
        old = target.get(key)
        if old is None:
            target[key] = new
        elif new is None:
            continue
        elif key == "__typename":
            if not is_object_type(schema.get_type(str(old))):
                target[key] = new
        else:
            target[key] = _merged(old, new, schema)


def _merged(old: JsonValue, new: JsonValue, schema: GraphQLSchema) -> JsonValue:
    if isinstance(old, dict) and isinstance(new, dict):
        merge(old, new, schema)
        return old
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            old[:] = [_merged_item(*items, schema) for items in zip(old, new, strict=True)]
        return old
    return new


def _merged_item(old: JsonValue, new: JsonValue, schema: GraphQLSchema) -> JsonValue:
    if old is None:
        return new
    return old if new is None else _merged(old, new, schema)


def merge_into_all(targets: Sequence[Tree], source: Tree, schema: GraphQLSchema) -> None:
    """Each target gets its own copy: later fetches may treat the same entity at two paths differently."""
    for target in targets[1:]:
        merge(target, _copy(source), schema)
    merge(targets[0], source, schema)


def _copy(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _copy(item) if isinstance(item, dict | list) else item for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def rename(answer: Tree, renames: Sequence[Rename]) -> None:
    """Gives fields their client's names, in order: where a subgraph could not be asked by these names."""
    for item in renames:
        for target in select(answer, (item.path,)):
            if item.source in target.object:
                target.object[item.target] = target.object.pop(item.source)
