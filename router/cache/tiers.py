"""The memory of a process in front of a store in Redis: what is read again and again needs no round trip.

The memory is believed for as long as a lease lasts, from when Redis was asked something that it has answered. Whoever
invalidates, in whatever process, waits until all memories have dropped what he names, or hold no lease any more. When the
connection on which that is heard of is lost, the memory is emptied, and Redis is read until there is another.

Where Redis cannot be told, it is told again until nobody believes any more what it has: see promise.py.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from redis.asyncio.connection import ConnectionPool

from router.cache.announcement import LEASE, MARGIN
from router.cache.near_memory import NearMemory
from router.cache.promise import LASTS
from router.cache.redis_store import RedisStore, Runner
from router.cache.statistics import StoreCounts, StoreStatistics
from router.cache.store import Fill, Found, Invalidation, StoreUnavailableError, Wanted
from router.cache.tracking import Tracking

_AGAIN: Final = 0.05
"""Seconds after which a Redis that could not be told is told again."""


def _nobody(_: Invalidation) -> None:
    pass


class TieredStore:
    """`pool` is that of the store's client. `memory` may also be that of stores of other entities. `clock` is in seconds and does
    not go back."""

    def __init__(
        self,
        store: RedisStore,
        pool: ConnectionPool,
        memory: NearMemory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.on_change: Callable[[Invalidation], None] = _nobody
        """Hears of what is dropped, whoever wanted that, before he knows that it is."""
        self._store = store
        self._clock = clock
        self._memory = memory
        self._tracking = Tracking(pool, store.keys, store.owner, store.hearing, self)
        self._counts = StoreCounts()
        self._failing = 0
        """Invalidations that Redis could not be told of so far."""

    @property
    def is_coherent(self) -> bool:
        """Whether the memory, and whatever is made of what was read, is known to be right as far as `on_change` has told."""
        return self._tracking.is_coherent

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """Of Redis only what is not in memory. The stamp may be a little older than Redis's clock."""
        self._counts.reads += 1
        self._counts.wanted += sum(len(each.fields) for each in wanted)
        self._tracking.start()
        if self._tracking.is_coherent:
            found = await self._read(wanted)
        else:
            found, _ = await self._ask(wanted)
        self._counts.found += sum(map(len, found.entries))
        return found

    def near(self, wanted: Sequence[Wanted]) -> Found | None:
        """The same where all of it is in memory, which is not counted."""
        if not self._tracking.is_coherent:
            return None
        found, missing = self._memory.find(wanted, self._now())
        return None if missing else Found(self._tracking.clock, found)

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """Redis decides what counts; it comes to memory when it is read."""
        try:
            await self._store.fill(stamp, fills, age)
        finally:
            for fill in fills:
                self._memory.drop_fields(fill.entity, fill.values)

    async def invalidate(self, what: Invalidation) -> None:
        """In one round trip to Redis and one to the slowest process; up to the time of a lease where that does not answer.

        Where Redis does not answer, until the promise and the leases of others are over; then nobody reads what was there before,
        but what others have filled in since.
        """
        self._tracking.start()
        self._memory.drop(what)
        try:
            await self._store.invalidate(what)
        except StoreUnavailableError as error:
            self._failing += 1
            try:
                await self._invalidate_again(what, error)
            finally:
                self._failing -= 1
        finally:
            self._memory.drop(what)

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        """In Redis."""
        return await self._store.claim(names, milliseconds)

    async def release(self, names: Sequence[str]) -> None:
        """In Redis."""
        await self._store.release(names)

    async def close(self) -> None:
        """Frees the memory, too."""
        await self._tracking.stop()
        await self._store.close()

    def statistics(self) -> StoreStatistics:
        """`bytes` and `evicted` are of the memory."""
        return self._store.statistics()._replace(
            reads=self._counts.reads,
            wanted=self._counts.wanted,
            found=self._counts.found,
            evicted=self._memory.evicted,
            bytes=self._memory.size,
        )

    def drop(self, what: Invalidation) -> None:
        """Tracking has heard of it."""
        self._memory.drop(what)
        self.on_change(what)

    def may_promise(self) -> bool:
        """Tracking is about to."""
        return not self._failing and self._store.is_answered

    def written(self, entity: str) -> bool:
        """Tracking has heard of it, and asks whether copies are held."""
        return self._memory.drop_nothings(entity)

    async def _invalidate_again(self, what: Invalidation, error: StoreUnavailableError) -> None:
        """Also over the connection of tracking, which needs no new one, and is slow at most. Raises the error in the end."""
        left = self._tracking.promise.ends + LEASE + MARGIN - time.monotonic()
        if self._tracking.is_connected:
            left = max(left, LASTS)
        if left <= 0:
            raise error
        tries = [asyncio.create_task(self._keep_telling(what, way)) for way in (None, self._tracking)]
        try:
            told, _ = await asyncio.wait(tries, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in tries:
                each.cancel()
            await asyncio.gather(*tries, return_exceptions=True)
        if not told:
            raise error

    async def _keep_telling(self, what: Invalidation, way: Runner | None) -> None:
        while True:
            with suppress(StoreUnavailableError):
                return await self._store.invalidate(what, way)
            await asyncio.sleep(_AGAIN)

    async def _read(self, wanted: Sequence[Wanted]) -> Found:
        stamp = self._tracking.clock
        found, missing = self._memory.find(wanted, self._now())
        if not missing:
            return Found(stamp, found)
        answer, was_invalidated = await self._ask([each for _, each in missing])
        if was_invalidated and any(found):
            return await self._store.read(wanted)  # else what was in memory may be older than the rest
        for (place, _), entries in zip(missing, answer.entries, strict=True):
            found[place].update(entries)
        return Found(min(stamp, answer.stamp), found)

    async def _ask(self, wanted: Sequence[Wanted]) -> tuple[Found, bool]:
        """Also tells whether something was invalidated meanwhile."""
        if not self._tracking.is_connected:
            return await self._store.read(wanted), False
        now = self._now()
        lookup = self._memory.begin(wanted)
        try:
            answer = await self._store.read(wanted)
        finally:
            self._memory.end(lookup)
        if answer.stamp:
            self._memory.put(lookup, wanted, answer.entries, now)
        return answer, lookup.invalidated

    def _now(self) -> int:
        return int(self._clock() * 1000)
