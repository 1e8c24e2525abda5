"""A field store that counts by type, field and moment what is asked of it, and what it has."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from router.cache.store import FieldStore, Fill, Found, Invalidation, Wanted, field_name, type_of

_ABSENT: Final = "!"
"""What ids begin with under which a store has that there is no such entity: no fields."""


class Count(msgspec.Struct):
    """`stale` are hits, too: answered with what was there, and fetched anew afterwards."""

    asked: int = 0
    fresh: int = 0
    stale: int = 0

    @property
    def hits(self) -> int:
        return self.fresh + self.stale

    @property
    def ratio(self) -> float:
        """0 where nothing was asked."""
        return self.hits / self.asked if self.asked else 0.0

    def add(self, other: "Count") -> None:
        self.asked += other.asked
        self.fresh += other.fresh
        self.stale += other.stale


Coordinate = tuple[str, str]
"""A type and a field of it."""


class CountingStore:
    """As the store inside. As the router does not know of what kind it is, it keeps no whole answers in front of it.

    Each field of an entity counts once for each request to a subgraph that asks for it. What is there but over, and would be used
    only if the subgraph failed, is no hit, nor is what somebody else is fetching already. `clock` is in seconds from the
    start of counting; negative before.
    """

    def __init__(self, inner: FieldStore, clock: Callable[[], float], window: float) -> None:
        self.counts: dict[tuple[int, str, str], Count] = {}
        """By window, type and field."""
        self._inner = inner
        self._clock = clock
        self._window = window

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """Counts."""
        found = await self._inner.read(wanted)
        window = int(self._clock() // self._window)
        for each, entries in zip(wanted, found.entries, strict=True):
            type_name = type_of(each.entity)
            for id_ in each.fields:
                if id_.startswith(_ABSENT):
                    continue
                count = self.counts.setdefault((window, type_name, field_name(id_)), Count())
                count.asked += 1
                entry = entries.get(id_)
                if entry is not None:
                    count.fresh += entry.fresh > 0
                    count.stale += entry.fresh <= 0 < entry.stale
        return found

    async def fill(self, stamp: int, fills: Sequence[Fill]) -> None:
        await self._inner.fill(stamp, fills)

    async def invalidate(self, what: Invalidation) -> None:
        await self._inner.invalidate(what)

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[bool]:
        return await self._inner.claim(names, milliseconds)

    async def release(self, names: Sequence[str]) -> None:
        await self._inner.release(names)

    async def close(self) -> None:
        await self._inner.close()
