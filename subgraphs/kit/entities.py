"""From rows to GraphQL objects, and stubs of entities that another subgraph owns."""

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.types import get_object_definition

from subgraphs.kit import ids

T = TypeVar("T")

STUB: Final = Key(fields=FieldSet("id"), resolvable=False)
"""The key of an entity that this subgraph only refers to: `@strawberry.federation.type(keys=[STUB])`."""


def from_row(graphql_type: type[T], row: Any, **computed: Any) -> T:
    """An object of the type: `id` made global, `computed` as given, every other field without a resolver from the
    row's attribute of the same name. A private field `row` gets the row itself."""
    name, attributes, keeps_row = _plan(graphql_type)  # type: ignore[arg-type]  # mypy: a type variable is not Hashable
    values = {attribute: getattr(row, attribute) for attribute in attributes if attribute not in computed}
    if keeps_row:
        values["row"] = row
    make: Callable[..., T] = graphql_type
    return make(id=ids.encode(name, row.id), **values, **computed)


@cache
def _plan(graphql_type: Any) -> tuple[str, tuple[str, ...], bool]:
    definition = get_object_definition(graphql_type, strict=True)
    names = [field.name for field in dataclasses.fields(graphql_type) if field.init]
    return definition.name, tuple(name for name in names if name not in ("id", "row")), "row" in names
