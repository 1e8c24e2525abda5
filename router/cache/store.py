"""What every field store can do, in memory, in Redis, or in both: read fields of entities, fill them, invalidate them.

Time in a store is logical. Each read gives a stamp, and each invalidation a later one; what is filled in with the stamp of
the read before it was fetched counts only where nothing that concerns it was invalidated since. So an answer that was under
way while its entity changed cannot bring the old state back, whenever it arrives.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, Protocol, TypeVar

import msgspec

from router.cache.statistics import StoreStatistics

T = TypeVar("T")
GIVEN_BACK: Final = -1


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """Fields of one entity. `entity` is `Type:key`; `fields` are ids in which arguments and scope are written out."""

    entity: str
    fields: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """The JSON of a field's value as it was found. Milliseconds; those that are left are negative once they are over.

    It may be used without asking while `fresh`, while it is fetched again in the background until `stale`, and in place of
    an error until `spare`. `tags` are those of its fill.
    """

    value: bytes
    age: int
    fresh: int
    stale: int
    spare: int
    tags: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True, gc=False):
    """For each that was wanted, what there is, by field id. `stamp` is for what will be fetched now."""

    stamp: int
    entries: Sequence[Mapping[str, Entry]]


class Fill(msgspec.Struct, frozen=True, gc=False):
    """Values for fields of one entity. Milliseconds: fresh for `fresh`, then `stale` more, or `spare` more."""

    entity: str
    values: Mapping[str, bytes]
    fresh: int
    stale: int = 0
    spare: int = 0
    tags: tuple[str, ...] = ()


class Invalidation(msgspec.Struct, frozen=True, gc=False):
    """What has changed. `fields`: of an entity, by name, with whatever arguments and for whomever."""

    entities: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    everything: bool = False


def together(parts: Sequence[Invalidation]) -> Invalidation:
    """All of them in one, each name once."""
    return Invalidation(
        _once(part.entities for part in parts),
        _once(part.fields for part in parts),
        _once(part.types for part in parts),
        _once(part.tags for part in parts),
        any(part.everything for part in parts),
    )


class FieldStore(Protocol):
    """Raises nothing: a store that cannot be reached has nothing, keeps nothing, and counts it.

    But for `invalidate`: whoever has changed something must know whether older data may still be read.
    """

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """All in one round trip. Entries that are beyond use are not among them."""

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """What was fetched after the read with this stamp. `age`: milliseconds since it was asked for, from when times count."""

    async def invalidate(self, what: Invalidation) -> None:
        """From its end on, nobody reads what was there before, in any process. Raises StoreUnavailableError."""

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        """A lease for each name that nobody has, in any process, for so long. Milliseconds that somebody else's lasts; 0 where it
        is granted, and where the store is away; GIVEN_BACK where it is granted, and somebody had it a moment ago: what it is for
        may be there by now."""

    async def release(self, names: Sequence[str]) -> None:
        """Gives leases back before their time. A lease that somebody else has got meanwhile is left alone."""

    def statistics(self) -> StoreStatistics:
        """What it has counted."""

    async def close(self) -> None:
        """Frees its connections."""


class StoreUnavailableError(Exception):
    """It could not be reached, so nobody knows what it holds."""


def type_of(entity: str) -> str:
    """The type's name, from an entity's."""
    return entity.partition(":")[0]


def field_name(field: str) -> str:
    """The field's own name, from an id: `chefs#[Chef!]({"first":10})` is an id of `chefs`."""
    return field.partition("(")[0].partition("|")[0].partition("{")[0].partition("#")[0]


def _once(names: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(names)))
