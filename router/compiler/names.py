"""Names in generated code: attributes for response keys, and the types of msgspec for those of GraphQL."""

import keyword
import re
from typing import Final

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_named_type,
    is_specified_scalar_type,
)

TYPENAME: Final = "typename_"
"""The attribute for `__typename`; no response key gets a name that ends like this."""

_PLAIN: Final = re.compile(r"[A-Za-z](?:\w*[A-Za-z0-9])?", re.ASCII)
_LEAVES: Final = {"String": "str", "ID": "str", "Boolean": "bool", "Int": "Int", "Float": "Raw"}


def attribute(key: str) -> str:
    """The attribute for a response key: the key itself, unless Python has other plans with such names."""
    if key == "__typename":
        return TYPENAME
    return key if _PLAIN.fullmatch(key) and not keyword.iskeyword(key) else f"x_{key}_"


def leaf_annotation(type_: GraphQLOutputType) -> str:
    """How a leaf is decoded. Floats and custom scalars stay the subgraph's own text, null included."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return f"Literal[{', '.join(repr(name) for name in named.values)}]"
    return _LEAVES.get(named.name, "Raw")


def annotation(type_: GraphQLOutputType, named: str, *, lenient: bool = False) -> str:
    """The type with its lists and nulls around `named`. `lenient` lets everything be null."""
    if isinstance(type_, GraphQLNonNull):
        inner = _present(type_.of_type, named, lenient)
        if not lenient:
            return inner
    else:
        inner = _present(type_, named, lenient)
    return inner if inner == "Raw" else f"{inner} | None"


def is_verbatim(type_: GraphQLOutputType) -> bool:
    """Whether its leaves are not looked into while they are decoded."""
    named = get_named_type(type_)
    return named.name == "Float" or (
        isinstance(named, GraphQLScalarType) and not is_specified_scalar_type(named)
    )


def list_depth(type_: GraphQLOutputType) -> int:
    """How many lists are around the named type."""
    depth = 0
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        depth += isinstance(type_, GraphQLList)
        type_ = type_.of_type
    return depth


def null_pattern(type_: GraphQLOutputType) -> tuple[bool, ...]:
    """From the outside in: whether null is forbidden."""
    strict = isinstance(type_, GraphQLNonNull)
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return (strict, *(null_pattern(inner.of_type) if isinstance(inner, GraphQLList) else ()))


def _present(type_: GraphQLOutputType, named: str, lenient: bool) -> str:
    if isinstance(type_, GraphQLList):
        return f"list[{annotation(type_.of_type, named, lenient=lenient)}]"
    return named
