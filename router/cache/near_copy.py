"""A copy of an entry in the memory of a process, or of that there is none, and all copies of one entity."""

from collections.abc import Iterable
from sys import getsizeof
from typing import Final

import msgspec

from router.cache.store import Entry

_OVERHEAD: Final = 400
"""Bytes of an entry beside its texts; measured, rounded up."""
_OF_ENTITY: Final = 1000
_OF_TAG: Final = 250
_MANY: Final = 50
"""In an entity with more fields it matters which was used last."""
_NOTHING_LASTS: Final = 60_000


class Copy(msgspec.Struct, gc=False):
    """`value` is None where the store has nothing. Milliseconds; `until` it is fresh."""

    value: bytes | None
    born: int
    until: int
    stale: int
    spare: int
    tags: tuple[str, ...]
    size: int

    def entry(self, value: bytes, now: int) -> Entry:
        """As it is now."""
        fresh = self.until - now
        return Entry(value, now - self.born, fresh, fresh + self.stale, fresh + self.spare, self.tags)


class Copies:
    """Of one entity. `size` is in bytes."""

    __slots__ = ("fields", "size")

    def __init__(self) -> None:
        self.fields: dict[str, Copy] = {}
        self.size = _OF_ENTITY

    def find(self, wanted: Iterable[str], now: int) -> tuple[dict[str, Entry], list[str]]:
        """What is fresh, and the fields of which nothing is known."""
        there, lacking, fields = {}, [], self.fields
        keeps_order = len(fields) > _MANY
        for field in wanted:
            copy = fields.get(field)
            if copy is None or copy.until <= now:
                lacking.append(field)
                continue
            if copy.value is not None:
                there[field] = copy.entry(copy.value, now)
            if keeps_order:
                del fields[field]
                fields[field] = copy
        return there, lacking


def copy_of(field: str, entry: Entry | None, now: int) -> Copy:
    """Of what a shared store has told just now."""
    size = _OVERHEAD + getsizeof(field)
    if entry is None:
        return Copy(None, now, now + _NOTHING_LASTS, 0, 0, (), size)
    size += getsizeof(entry.value) + sum(_OF_TAG + getsizeof(tag) for tag in entry.tags)
    born, until = now - entry.age, now + entry.fresh
    return Copy(
        entry.value, born, until, entry.stale - entry.fresh, entry.spare - entry.fresh, entry.tags, size
    )
