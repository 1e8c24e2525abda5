"""What the options of `softfactory cache purge` ask for, as the requests that a router takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import typer

from router.cache.invalidation_request import (
    Asked,
    CacheTag,
    Everything,
    OfSubgraph,
    OfType,
    OneEntity,
    OneField,
)
from router.errors import JsonValue


@dataclass(frozen=True, slots=True)
class Targets:
    """As they were written."""

    types: Sequence[str]
    entities: Sequence[str]
    fields: Sequence[str]
    tags: Sequence[str]
    subgraphs: Sequence[str]
    everything: bool

    def requests(self) -> Sequence[Asked]:
        """At least one. Raises typer.BadParameter."""
        found = list(self._requests())
        if not found:
            raise typer.BadParameter(
                "Say what to drop: --type, --entity, --field, --tag, --subgraph or --all."
            )
        return found

    def _requests(self) -> Iterator[Asked]:
        yield from map(OfType, self.types)
        yield from map(_entity, self.entities)
        yield from map(_field, self.fields)
        yield from map(CacheTag, self.tags)
        yield from map(OfSubgraph, self.subgraphs)
        if self.everything:
            yield Everything()


def _entity(text: str) -> OneEntity:
    type_name, _, key = text.partition(":")
    if not type_name or not key:
        raise typer.BadParameter(f"""--entity {text}: write TYPE:KEY, such as 'Chef:{{"id": "7"}}'.""")
    return OneEntity(type_name, _key("--entity", text, key))


def _field(text: str) -> OneField:
    place, _, key = text.partition(":")
    type_name, _, name = place.partition(".")
    if not type_name or not name:
        raise typer.BadParameter(
            f"""--field {text}: write TYPE.FIELD, such as Query.chefs or 'Chef.rating:{{"id": "7"}}'."""
        )
    return OneField(type_name, name, _key("--field", text, key) if key else None)


def _key(option: str, text: str, key: str) -> dict[str, JsonValue]:
    try:
        return msgspec.json.decode(key, type=dict[str, JsonValue])
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(
            f"""{option} {text}: the key is no JSON object, such as {{"id": "7"}}: {error}"""
        ) from None
