"""What a mutation has changed, in `extensions.cacheInvalidation` of its answer: routers drop it before that leaves them.

docs/router.md, "Field cache: invalidation", has the form.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from subgraphs.kit.errors import JsonValue
from subgraphs.kit.outbox import OutboxEvent

MOST: Final = 200
"""Of so many entities of a type each is named, of more the type: that drops all of them, and what a router has to read stays small."""

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class Named(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """Entities and fields have a `__typename`, the fields of the key, and a field its `field`."""

    entities: list[dict[str, JsonValue]] = []
    fields: list[dict[str, JsonValue]] = []
    types: list[str] = []
    tags: list[str] = []


def read_named(payload: Mapping[str, JsonValue]) -> Named:
    """What the payload of an event names. Raises msgspec.ValidationError where it has another form."""
    named = msgspec.convert(payload.get("cacheInvalidation", {}), Named)
    for each in (*named.entities, *named.fields):
        if not isinstance(each.get("__typename"), str):
            raise msgspec.ValidationError(f"`__typename` is missing in {each}")
    return named


class NamesWhatChanged(SchemaExtension):
    """For what units of work of this operation have committed, also where it has errors after that."""

    def get_results(self) -> dict[str, Any]:
        operation = self.execution_context
        committed = operation.context.committed
        if not committed or operation.operation_type is not OperationType.MUTATION:
            return {}
        return {"cacheInvalidation": msgspec.to_builtins(name(committed))}


def name(events: Iterable[OutboxEvent]) -> Named:
    """Everything once, in the order of the events."""
    parts = [read_named(event.payload) for event in events]
    recorded = ({"__typename": event.entity_type, "id": event.entity_key} for event in events)
    entities = _distinct((*recorded, *(each for part in parts for each in part.entities)))
    fields = _distinct(each for part in parts for each in part.fields)
    types = dict.fromkeys(each for part in parts for each in part.types) | dict.fromkeys(
        (*_many(entities), *_many(fields))
    )
    return Named(
        [each for each in entities if each["__typename"] not in types],
        [each for each in fields if each["__typename"] not in types],
        list(types),
        list(dict.fromkeys(each for part in parts for each in part.tags)),
    )


def _distinct(values: Iterable[dict[str, JsonValue]]) -> list[dict[str, JsonValue]]:
    return list({_encode(each): each for each in values}.values())


def _many(values: Iterable[Mapping[str, JsonValue]]) -> Iterator[str]:
    counts = Counter(each["__typename"] for each in values)
    return (type_name for type_name, count in counts.items() if count > MOST)
