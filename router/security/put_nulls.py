"""Puts null where a field was taken out of the operation, and lets it propagate: the answer to the whole operation.

https://spec.graphql.org/October2021/#sec-Handling-Field-Errors. What has nothing of that inside is passed on as it is, byte by byte.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

import msgspec
from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    SelectionSetNode,
    get_named_type,
    is_object_type,
)

from router.errors import JsonValue
from router.operation.collect_fields import FieldCollector
from router.security.restriction import Restriction

_NULL: Final = ord("n")
_read_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_list: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_name: Final = msgspec.json.Decoder(str).decode

Completer: TypeAlias = Callable[[msgspec.Raw], JsonValue]
"""From what stands in the answer to the allowed operation to what is to be there."""


class _NullError(Exception):
    """A null where there must be none; the nearest nullable parent becomes null."""


class _Field(NamedTuple):
    """`complete` gets the values of the object."""

    key: str
    complete: Callable[[Mapping[str, msgspec.Raw]], JsonValue]


def put_nulls(
    restriction: Restriction, schema: GraphQLSchema, variables: Mapping[str, JsonValue], data: msgspec.Raw
) -> JsonValue:
    """`data` of the answer to the allowed operation, with the nulls. None where they propagate to the root."""
    if memoryview(data)[0] == _NULL:
        return None
    putting = _Putting(restriction, schema, variables)
    definition = restriction.whole.definition
    root = schema.get_root_type(definition.operation)
    assert root is not None  # noqa: S101 - the operation is valid
    try:
        return putting.composite(root, [definition.selection_set])(data)
    except _NullError:
        return None


class _Putting:
    """Completers are made once for a selection and a type, then used for every object."""

    def __init__(
        self, restriction: Restriction, schema: GraphQLSchema, variables: Mapping[str, JsonValue]
    ) -> None:
        self._restriction = restriction
        self._schema = schema
        self._collector = FieldCollector(schema, {}, variables)

    def composite(self, declared: GraphQLNamedType, selections: Sequence[SelectionSetNode]) -> Completer:
        fields_of: dict[str, list[_Field]] = {}

        def complete(raw: msgspec.Raw) -> JsonValue:
            values = _read_object(raw)
            is_object = is_object_type(declared)
            name = declared.name if is_object else _read_name(values["__typename"])
            if name not in fields_of:
                runtime = self._schema.type_map[name]
                assert is_object_type(runtime)  # noqa: S101 - the answer has been checked
                fields_of[name] = self._fields(runtime, selections)
            return _object(fields_of[name], values)

        return complete

    def _fields(self, runtime: GraphQLObjectType, selections: Sequence[SelectionSetNode]) -> list[_Field]:
        grouped = self._collector.collect(runtime, selections)
        return [self._field(runtime, key, nodes) for key, nodes in grouped.items()]

    def _field(self, runtime: GraphQLObjectType, key: str, nodes: Sequence[FieldNode]) -> _Field:
        refused, touched = self._restriction.refused, self._restriction.touched
        name = nodes[0].name.value
        if name == "__typename":
            return _Field(key, lambda _values: runtime.name)
        if all(id(node) in refused for node in nodes):
            is_nullable = not isinstance(runtime.fields[name].type, GraphQLNonNull)
            return _Field(key, _null if is_nullable else _never)
        selections = [node.selection_set for node in nodes if node.selection_set]
        if not selections or all(id(node) not in refused and id(node) not in touched for node in nodes):
            return _Field(key, itemgetter(key))
        complete = self._completer(runtime.fields[name].type, selections)
        return _Field(key, lambda values: complete(values[key]))

    def _completer(self, type_: GraphQLOutputType, selections: Sequence[SelectionSetNode]) -> Completer:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, selections)
        present = self._present(type_, selections)

        def nullable(raw: msgspec.Raw) -> JsonValue:
            try:
                return present(raw)
            except _NullError:
                return None

        return nullable

    def _present(self, type_: GraphQLOutputType, selections: Sequence[SelectionSetNode]) -> Completer:
        if isinstance(type_, GraphQLList):
            inside = _list(self._completer(type_.of_type, selections))
        else:
            inside = self.composite(get_named_type(type_), selections)
        # Whoever answered the allowed operation has seen to it that there is none where it must not be.
        return lambda raw: None if memoryview(raw)[0] == _NULL else inside(raw)


def _list(item: Completer) -> Completer:
    return lambda raw: [item(each) for each in _read_list(raw)]


def _object(fields: Sequence[_Field], values: Mapping[str, msgspec.Raw]) -> dict[str, JsonValue]:
    return {key: complete(values) for key, complete in fields}


def _null(_values: Mapping[str, msgspec.Raw]) -> JsonValue:
    return None


def _never(_values: Mapping[str, msgspec.Raw]) -> JsonValue:
    raise _NullError
