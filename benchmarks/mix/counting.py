"""What the cache has counted of each field, as the difference of two moments, window by window."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

import msgspec

from router.cache.open_store import OpenStore

Coordinate: TypeAlias = tuple[str, str]
"""A type and a field of it."""


class Count(msgspec.Struct, frozen=True):
    """As the cache says it: `hits` were fresh, `stale` older but allowed, `misses` fetched to be kept, `passed` may not be kept."""

    hits: int = 0
    stale: int = 0
    misses: int = 0
    passed: int = 0

    @property
    def found(self) -> int:
        return self.hits + self.stale

    @property
    def asked(self) -> int:
        """Of what may be kept."""
        return self.found + self.misses

    @property
    def ratio(self) -> float:
        """0 where nothing was asked."""
        return self.found / self.asked if self.asked else 0.0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.hits + other.hits,
            self.stale + other.stale,
            self.misses + other.misses,
            self.passed + other.passed,
        )

    def __sub__(self, other: "Count") -> "Count":
        return Count(
            self.hits - other.hits,
            self.stale - other.stale,
            self.misses - other.misses,
            self.passed - other.passed,
        )


Counts: TypeAlias = Mapping[Coordinate, Count]


def counts(opened: OpenStore) -> dict[Coordinate, Count]:
    """Since the start, also what whole answers had."""
    for answers in opened.answers:
        answers.count()
    found = {}
    for each in opened.coordinates:
        type_name, _, field = each.name.partition(".")
        found[type_name, field] = Count(each.hits, each.stale, each.misses, each.passed)
    return found


def since(before: Counts, now: Counts) -> dict[Coordinate, Count]:
    """What was counted in between."""
    return {name: count - before.get(name, Count()) for name, count in now.items()}


@asynccontextmanager
async def windows(opened: OpenStore, seconds: float) -> AsyncIterator[list[Counts]]:
    """What is counted meanwhile. The list is complete at the end; its last window may be shorter than `seconds`."""
    found: list[Counts] = []
    before = counts(opened)

    def close() -> None:
        nonlocal before
        now = counts(opened)
        found.append(since(before, now))
        before = now

    async def watch() -> None:
        while True:
            await asyncio.sleep(seconds)
            close()

    watching = asyncio.create_task(watch())
    try:
        yield found
    finally:
        watching.cancel()
        close()
