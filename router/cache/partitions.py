"""One field store made of several, each with a part of the entities: as many nodes of a Redis Cluster work as have some.

An entity is in one of them, by a hash of its name. What was invalidated by type or tag is told to each, for it may have
entities that it concerns. Each has a clock of its own, and a stamp stands for what all of them said when something was read.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar
from zlib import crc32

from router.cache.near_memory import NearMemory
from router.cache.redis_entry import encode
from router.cache.redis_store import RedisStore
from router.cache.stamps import Stamps
from router.cache.statistics import StoreCounts, StoreStatistics
from router.cache.store import Fill, Found, Invalidation, Wanted
from router.cache.tiers import TieredStore

_NOTHING: Final = Invalidation()
_Store = TypeVar("_Store", RedisStore, TieredStore)
_Item = TypeVar("_Item")


class PartitionedStore(Generic[_Store]):
    """Each read asks all of `stores` for their clocks, at the same time."""

    def __init__(self, stores: Sequence[_Store]) -> None:
        self._stores: Sequence[_Store] = stores
        self._stamps = Stamps(len(stores))
        self._counts = StoreCounts()

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """Of those that do not answer there is nothing, and what was known of their clocks is in the stamp."""
        self._counts.reads += 1
        self._counts.wanted += sum(len(each.fields) for each in wanted)
        places = self._split(range(len(wanted)), lambda place: wanted[place].entity)
        answers = await self._read([[wanted[place] for place in part] for part in places])
        entries: list[Any] = [None] * len(wanted)
        for part, answer in zip(places, answers, strict=True):
            for place, found in zip(part, answer.entries, strict=True):
                entries[place] = found
                self._counts.found += len(found)
        return Found(self._stamps.note([answer.stamp for answer in answers]), entries)

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """In those that have the entities."""
        self._counts.fills += 1
        clocks = self._stamps.clocks(stamp)
        if clocks is None:
            self._counts.refused += sum(len(fill.values) for fill in fills)
            return
        parts = self._split(fills, lambda fill: fill.entity)
        await _together(
            store.fill(clock, part, age)
            for store, clock, part in zip(self._stores, clocks, parts, strict=True)
            if part
        )

    async def invalidate(self, what: Invalidation) -> None:
        """In all that it concerns, at the same time. Raises StoreUnavailableError, and has tried all of them."""
        self._counts.invalidations += 1
        entities = self._split(what.entities, lambda entity: entity)
        fields = self._split(what.fields, lambda field: field[0])
        parts = [
            Invalidation(tuple(some), tuple(others), what.types, what.tags, what.everything)
            for some, others in zip(entities, fields, strict=True)
        ]
        await _together(
            store.invalidate(part)
            for store, part in zip(self._stores, parts, strict=True)
            if part != _NOTHING
        )

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        """Each where an entity of that name would be."""
        places = self._split(range(len(names)), lambda place: names[place])
        answers = await _together(
            store.claim([names[place] for place in part], milliseconds)
            for store, part in zip(self._stores, places, strict=True)
            if part
        )
        left = [0] * len(names)
        for part, answer in zip(filter(None, places), answers, strict=True):
            for place, each in zip(part, answer, strict=True):
                left[place] = each
        return left

    async def release(self, names: Sequence[str]) -> None:
        """Each where it was claimed."""
        parts = self._split(names, lambda name: name)
        await _together(store.release(part) for store, part in zip(self._stores, parts, strict=True) if part)

    async def close(self) -> None:
        """All of them."""
        await _together(store.close() for store in self._stores)

    def statistics(self) -> StoreStatistics:
        """Calls are counted once, whomever they concern."""
        parts = [store.statistics() for store in self._stores]
        return self._counts.statistics()._replace(
            refused=self._counts.refused + sum(part.refused for part in parts),
            failures=sum(part.failures for part in parts),
            garbage=sum(part.garbage for part in parts),
        )

    async def _read(self, parts: Sequence[Sequence[Wanted]]) -> Sequence[Found]:
        return await _together(store.read(part) for store, part in zip(self._stores, parts, strict=True))

    def _split(self, items: Sequence[_Item], name: Callable[[_Item], str]) -> list[list[_Item]]:
        parts: list[list[_Item]] = [[] for _ in self._stores]
        for item in items:
            parts[crc32(encode(name(item))) % len(parts)].append(item)
        return parts


class TieredPartitions(PartitionedStore[TieredStore]):
    """Over one `memory`, of which those that hear nothing any more use nothing. Clocks are heard of, not asked for."""

    def __init__(self, stores: Sequence[TieredStore], memory: NearMemory) -> None:
        super().__init__(stores)
        self._memory = memory

    @property
    def is_coherent(self) -> bool:
        """Whether each of them is."""
        return all(store.is_coherent for store in self._stores)

    @property
    def on_change(self) -> Callable[[Invalidation], None]:
        """As of a TieredStore."""
        heard: Callable[[Invalidation], None] = self._stores[0].on_change
        return heard

    @on_change.setter
    def on_change(self, heard: Callable[[Invalidation], None]) -> None:
        for store in self._stores:
            store.on_change = heard

    def statistics(self) -> StoreStatistics:
        """`bytes` and `evicted` are of the memory."""
        return super().statistics()._replace(evicted=self._memory.evicted, bytes=self._memory.size)

    async def _read(self, parts: Sequence[Sequence[Wanted]]) -> Sequence[Found]:
        near = [store.near(part) for store, part in zip(self._stores, parts, strict=True)]
        if None not in near:
            return [found for found in near if found is not None]
        asked = await _together(
            store.read(part)
            for store, part, found in zip(self._stores, parts, near, strict=True)
            if found is None
        )
        rest = iter(asked)
        return [found if found is not None else next(rest) for found in near]


async def _together(calls: Any) -> list[Any]:
    """Lets all of them end. Raises the first error."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers
