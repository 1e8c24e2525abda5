"""Endlessly many different queries on a schema, valid all of them, and the same ones for the same seed."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_required_argument,
    is_scalar_type,
)

_DEPTH: Final = 4
_FIELDS: Final = 30
"""Of one query, so that none takes as long as a thousand others."""
_WIDEST: Final = 4
_SCALARS: Final = ("Int", "ID", "String", "Boolean")


@dataclass(frozen=True, slots=True)
class Operation:
    """`variables` has a value for each variable that is declared."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def operations(schema: GraphQLSchema, seed: int) -> Iterator[Operation]:
    """Without end. Fields that need an argument which is no plain scalar are left out, interfaces and unions, too."""
    source = random.Random(seed)
    while True:
        yield _Writer(schema, source).write()


class _Writer:
    """Of one operation."""

    def __init__(self, schema: GraphQLSchema, source: random.Random) -> None:
        self._schema = schema
        self._random = source
        self._left = _FIELDS
        self._aliases = 0
        self._declared: list[str] = []
        self._variables: dict[str, Any] = {}
        self._fragments: list[str] = []

    def write(self) -> Operation:
        assert self._schema.query_type is not None
        body = self._selections(self._schema.query_type, 1)
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        name = f"Q{self._random.randrange(1000)}"
        return Operation("\n".join([f"query {name}{declared} {body}", *self._fragments]), self._variables)

    def _selections(self, type_: GraphQLObjectType, depth: int) -> str:
        names = [name for name, found in type_.fields.items() if self._can_select(found, depth)]
        chosen = self._random.sample(names, min(self._random.randint(1, _WIDEST), len(names)))
        parts = [part for name in chosen if (part := self._field(name, type_.fields[name], depth))]
        if not parts or self._chance(0.2):
            parts.append("__typename")
        body = f"{{ {' '.join(parts)} }}"
        kind = self._random.random()
        if kind < 0.1:
            return f"{{ ... on {type_.name} {body} }}"
        if kind < 0.2:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {type_.name} {body}")
            return f"{{ ...{name} }}"
        return body

    def _can_select(self, found: GraphQLField, depth: int) -> bool:
        named = get_named_type(found.type)
        if is_composite_type(named) and (depth >= _DEPTH or not isinstance(named, GraphQLObjectType)):
            return False
        return all(_is_plain(argument) for argument in found.args.values() if is_required_argument(argument))

    def _field(self, name: str, found: GraphQLField, depth: int) -> str:
        if self._left <= 0:
            return ""
        self._left -= 1
        text = f"{self._alias()}{name}{self._arguments(found)}{self._directive()}"
        named = get_named_type(found.type)
        return (
            f"{text} {self._selections(named, depth + 1)}" if isinstance(named, GraphQLObjectType) else text
        )

    def _alias(self) -> str:
        """For each field another one, so that no two of them conflict."""
        if self._chance(0.7):
            return ""
        self._aliases += 1
        return f"a{self._aliases}: "

    def _arguments(self, found: GraphQLField) -> str:
        given = [
            f"{name}: {self._value(argument)}"
            for name, argument in found.args.items()
            if is_required_argument(argument) or (_is_plain(argument) and self._chance(0.6))
        ]
        return f"({', '.join(given)})" if given else ""

    def _value(self, argument: GraphQLArgument) -> str:
        """As a literal or a variable."""
        scalar = get_named_type(argument.type).name
        number = self._random.randint(1, 9)
        if self._chance(0.5):
            literals = {"Int": str(number), "Boolean": "true"}
            return literals.get(scalar, f'"{number}"')
        values = {"Int": number, "Boolean": True}
        return self._variable(str(argument.type), values.get(scalar, str(number)))

    def _directive(self) -> str:
        if not self._chance(0.08):
            return ""
        condition = self._variable("Boolean!", self._chance(0.5))
        return f" @{self._random.choice(('include', 'skip'))}(if: {condition})"

    def _variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self._declared)}"
        self._declared.append(f"${name}: {type_}")
        self._variables[name] = value
        return f"${name}"

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _is_plain(argument: GraphQLArgument) -> bool:
    named = get_nullable_type(argument.type)
    return is_scalar_type(named) and named.name in _SCALARS
