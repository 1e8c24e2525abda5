"""What an entity is called in the cache: its type and its key, the same name whoever sends it, in whatever order.

A type may have several keys, in several subgraphs. One of them makes the name: that which most subgraphs have.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
from graphql import FieldNode, GraphQLSchema, SelectionSetNode, get_named_type, is_enum_type, is_object_type

from router.errors import JsonValue
from router.federation.field_set import normalize_field_set
from router.federation.subgraph_view import Key
from router.federation.supergraph import Supergraph

KeyTree: TypeAlias = tuple["KeyField", ...]

_VERBATIM: Final = ("ID", "String", "Int", "Boolean")
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[object]).decode


@dataclass(frozen=True, slots=True)
class KeyField:
    """`below`: of an object inside the key. `is_id`: numbers are strings, too, as the specification has it for ID.
    `is_verbatim`: an answer has the same JSON as the name."""

    name: str
    is_id: bool
    below: KeyTree = ()
    is_verbatim: bool = False


class Identities:
    """Of all entities of a supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._known: dict[str, KeyTree | None] = {}

    def key(self, type_name: str) -> KeyTree | None:
        """The fields that make the name. None for what is no entity, or one whose keys cannot be read as plain values."""
        if type_name not in self._known:
            self._known[type_name] = self._find(type_name)
        return self._known[type_name]

    def _find(self, type_name: str) -> KeyTree | None:
        keys = [
            key
            for graph in self._supergraph.subgraphs.values()
            if (view := graph.types.get(type_name)) is not None
            for key in view.keys
        ]
        if not keys:
            return None
        counts = Counter(normalize_field_set(key.fields) for key in keys)
        [(text, _)] = counts.most_common(1)
        chosen: Key = next(key for key in keys if normalize_field_set(key.fields) == text)
        return key_tree(chosen.fields, type_name, self._supergraph.schema)


def key_tree(fields: SelectionSetNode, type_name: str, schema: GraphQLSchema) -> KeyTree | None:
    """None where it has fragments, or objects that are not of one type."""
    type_ = schema.type_map.get(type_name)
    own = getattr(type_, "fields", {})
    found = []
    for selection in fields.selections:
        if not isinstance(selection, FieldNode):
            return None
        name = selection.name.value
        if name == "__typename":
            continue
        if name not in own:
            return None
        named = get_named_type(own[name].type)
        below: KeyTree = ()
        if selection.selection_set is not None:
            inner = key_tree(selection.selection_set, named.name, schema) if is_object_type(named) else None
            if inner is None:
                return None
            below = inner
        is_verbatim = not below and (named.name in _VERBATIM or is_enum_type(named))
        found.append(KeyField(name, named.name == "ID", below, is_verbatim))
    return tuple(sorted(found, key=lambda each: each.name)) or None


def entity_name(type_name: str, key: KeyTree, values: Mapping[str, object]) -> str | None:
    """None where a part of the key is missing or null. Parts are JSON, so that no two keys have the same name."""
    found = _values(key, values)
    return None if found is None else f"{type_name}:{_encode(found).decode()}"


def key_values(name: str, key: KeyTree) -> dict[str, JsonValue]:
    """The key's fields, from the name of an entity."""
    return _fields(key, _decode(name.partition(":")[2]))


def key_json(name: str, key: KeyTree, field: str) -> bytes:
    """One of the key's fields, as an answer has it."""
    if len(key) == 1:
        return name[name.index("[") + 1 : -1].encode()
    return _encode(key_values(name, key)[field])


def _values(key: KeyTree, values: Mapping[str, object]) -> list[object] | None:
    found: list[object] = []
    for field in key:
        value = values.get(field.name)
        if field.below:
            value = _values(field.below, value) if isinstance(value, Mapping) else None
        elif field.is_id and type(value) is int:
            value = str(value)
        if value is None or (not field.below and isinstance(value, Mapping | list)):
            return None
        found.append(value)
    return found


def _fields(key: KeyTree, values: list[object]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for field, value in zip(key, values, strict=True):
        if field.below:
            assert isinstance(value, list)  # noqa: S101 - it was written by `_values`
            found[field.name] = _fields(field.below, value)
        else:
            found[field.name] = value
    return found
