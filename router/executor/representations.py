"""From objects of the tree to the representations that `_entities` takes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from router.errors import JsonValue
from router.executor.tree import Target, Tree, select
from router.planner.nodes import EntityInput, InputField, InputFragment, InputSelection

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


class _MissingFieldError(Exception):
    """The object lacks something that the representation needs."""


@dataclass(slots=True)
class Batch:
    """The representations of one entity input: distinct, each with all the objects that it stands for."""

    input: EntityInput
    representations: list[Tree] = field(default_factory=list)
    targets: list[list[Target]] = field(default_factory=list)


def collect(
    tree: Tree, entity_input: EntityInput, is_meant: Callable[[Target], bool] = lambda _: True
) -> Batch:
    """Everything that this input has to send. Equality of representations is that of their JSON."""
    batch = Batch(entity_input)
    indexes: dict[bytes, int] = {}
    for target in select(tree, entity_input.paths):
        representation = represent(target.object, entity_input.requires) if is_meant(target) else None
        if representation is None:
            continue
        index = indexes.setdefault(_encoder.encode(representation), len(indexes))
        if index == len(batch.representations):
            batch.representations.append(representation)
            batch.targets.append([])
        batch.targets[index].append(target)
    return batch


def represent(entity: Tree, requires: Sequence[InputFragment]) -> Tree | None:
    """None where the object cannot be sent: other type, a field that was not fetched, nothing but nulls for a key."""
    matching = [fragment for fragment in requires if _matches(entity, fragment)]
    if not matching:
        return None
    representation = {"__typename": _sent_typename(entity, matching)}
    try:
        for fragment in matching:
            _add(representation, entity, fragment.selections)
    except _MissingFieldError:
        return None
    return None if _is_empty(representation) else representation


def _matches(value: Tree, fragment: InputFragment) -> bool:
    typename = value.get("__typename")
    if not isinstance(typename, str):
        return False
    return typename == fragment.type_condition or typename in fragment.possible_types


def _sent_typename(value: Tree, matching: Iterable[InputFragment]) -> JsonValue:
    return next((item.typename for item in matching if item.typename is not None), value["__typename"])


def _add(result: Tree, value: Tree, selections: Iterable[InputSelection]) -> None:
    for selection in selections:
        if isinstance(selection, InputField):
            _add_field(result, value, selection)
        elif _matches(value, selection):
            # An abstract field inside a key or @requires: the subgraph needs the type to tell what it got.
            result.setdefault("__typename", _sent_typename(value, (selection,)))
            _add(result, value, selection.selections)


def _add_field(result: Tree, value: Tree, selection: InputField) -> None:
    if selection.source not in value:
        raise _MissingFieldError
    if selection.is_key and value[selection.source] is None:
        raise _MissingFieldError
    if selection.name == "__typename":
        result.setdefault("__typename", value[selection.source])
        return
    known = result.get(selection.name)
    result[selection.name] = _input_value(value[selection.source], selection, known)


def _input_value(value: JsonValue, selection: InputField, known: JsonValue = None) -> JsonValue:
    if not selection.selections or value is None:
        return value
    if isinstance(value, list):
        before = known if isinstance(known, list) and len(known) == len(value) else [None] * len(value)
        return [_input_value(item, selection, old) for item, old in zip(value, before, strict=True)]
    if not isinstance(value, dict):
        raise _MissingFieldError
    result: Tree = known if isinstance(known, dict) else {}
    _add(result, value, selection.selections)
    return result


def _is_empty(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(item) for key, item in value.items() if key != "__typename")
    return value is None
