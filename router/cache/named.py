"""What a subgraph names as changed: in the `extensions` of a mutation's answer, or in the payload of an event.

    {"entities": [{"__typename": "Chef", "id": "7"}], "fields": [{"__typename": "Chef", "id": "7", "field": "rating"}],
     "types": ["ChefConnection"], "tags": ["chefs"]}

A field of a root type is `{"__typename": "Query", "field": "chefs"}`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from router.cache.invalidation_request import Asked, CacheTag, OfType, OneEntity, OneField


class Named(msgspec.Struct):
    """As it was decoded. What is not as it should be inside an entity or a field is passed over."""

    entities: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    types: list[str] = []
    tags: list[str] = []

    def asked(self) -> Iterator[Asked]:
        """As requests to invalidate."""
        for values in self.entities:
            if isinstance(type_name := values.get("__typename"), str):
                yield OneEntity(type_name, _key(values))
        for values in self.fields:
            type_name, field = values.get("__typename"), values.get("field")
            if isinstance(type_name, str) and isinstance(field, str):
                yield OneField(type_name, field, _key(values) or None)
        yield from map(OfType, self.types)
        yield from map(CacheTag, self.tags)


def _key(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("__typename", "field")}
