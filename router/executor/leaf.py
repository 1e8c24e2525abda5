"""Result coercion of leaf values that arrived as JSON: https://spec.graphql.org/October2021/#sec-Scalars"""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec
from graphql import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT, GraphQLEnumType, GraphQLLeafType
from msgspec import Raw

from router.errors import JsonValue

_read_any: Final = msgspec.json.Decoder(float_hook=Decimal).decode

LeafCoercion: TypeAlias = Callable[[JsonValue], JsonValue]
"""Raises ValueError for a value that the type cannot represent."""


def leaf_coercion(leaf_type: GraphQLLeafType) -> LeafCoercion:
    """Values of custom scalars are the subgraph's own business and pass as they are."""
    if isinstance(leaf_type, GraphQLEnumType):
        return _enum(leaf_type)
    return _SCALARS.get(leaf_type.name, _verbatim)


def _enum(enum_type: GraphQLEnumType) -> LeafCoercion:
    names = frozenset(enum_type.values)

    def coerce(value: JsonValue) -> JsonValue:
        if isinstance(value, str) and value in names:
            return value
        raise ValueError

    return coerce


def _int(value: JsonValue) -> int:
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        value = int(value)
    if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        return value
    raise ValueError


def _float(value: JsonValue) -> JsonValue:
    if isinstance(value, Raw):
        if type(_read_any(value)) in (Decimal, int):
            return value
    elif type(value) is int or (isinstance(value, float | Decimal) and math.isfinite(value)):
        return value
    raise ValueError


def _string(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    raise ValueError


def _boolean(value: JsonValue) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError


def _id(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    raise ValueError


def _verbatim(value: JsonValue) -> JsonValue:
    return value


_SCALARS: Final[dict[str, LeafCoercion]] = {
    "Int": _int,
    "Float": _float,
    "String": _string,
    "Boolean": _boolean,
    "ID": _id,
}
