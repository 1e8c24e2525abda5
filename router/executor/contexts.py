"""Values that a field takes from the objects around its own: `@fromContext`."""

from collections.abc import Iterable
from typing import Final

import msgspec

from router.errors import JsonValue
from router.executor.tree import Location, Tree, select, written_out
from router.planner.nodes import ContextInput, FetchNode

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def contexts_of(tree: Tree, node: FetchNode) -> dict[bytes, dict[str, JsonValue]]:
    """The different sets of context values among the objects that the fetch is for, by their JSON."""
    found: dict[bytes, dict[str, JsonValue]] = {}
    for entity in node.entities:
        for target in select(tree, entity.paths):
            values = context_values(tree, target.location, node.contexts)
            found.setdefault(_encoder.encode(values), values)
    return found


def context_key(tree: Tree, location: Location, contexts: Iterable[ContextInput]) -> bytes:
    """Equal for objects that see the same values."""
    return _encoder.encode(context_values(tree, location, contexts))


def context_values(tree: Tree, location: Location, contexts: Iterable[ContextInput]) -> dict[str, JsonValue]:
    """By variable: what the nearest object says that has it, the object itself included; null where none does."""
    around = _objects(tree, location)
    return {each.variable: _nearest(around, each) for each in contexts}


def _objects(tree: Tree, location: Location) -> list[Tree]:
    """The object and those around it, from the inside out."""
    value: JsonValue = tree
    found = [tree]
    for key in written_out(location):
        value = value[key]
        if isinstance(value, dict):
            found.append(value)
    return found[::-1]


def _nearest(around: Iterable[Tree], context: ContextInput) -> JsonValue:
    for value in around:
        for first, *rest in context.sources:
            if first in value:
                return _follow(value[first], rest)
    return None


def _follow(value: JsonValue, keys: Iterable[str]) -> JsonValue:
    for key in keys:
        if isinstance(value, list):
            return [_follow(item, keys) for item in value]
        value = value.get(key) if isinstance(value, dict) else None
    return value
