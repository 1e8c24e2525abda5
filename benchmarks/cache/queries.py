"""Many different queries over the same entities: other fields, aliases, arguments and nesting, and the same ones for the same seed."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from graphql import GraphQLSchema

from benchmarks.gateway.memory.operations import Operation, operations

_NAME: Final = re.compile(r"^query \w+")
_TYPE_NAME: Final = re.compile(r"^query\w*(\([^)]*\))? \{ __typename \}$")


def distinct(schema: GraphQLSchema, seed: int) -> Iterator[Operation]:
    """Without end. Names of operations do not make them different, and each asks for a field at least."""
    seen: set[tuple[str, bytes]] = set()
    for made in operations(schema, seed):
        key = without_name(made.text), msgspec.json.encode(made.variables)
        if key not in seen and not _TYPE_NAME.match(key[0]):
            seen.add(key)
            yield made


def without_name(text: str) -> str:
    """The same query for everybody but people."""
    return _NAME.sub("query", text)
