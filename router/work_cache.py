"""What is worked out once and kept: in a thread, so that the event loop goes on, and for all who wait for it at once."""

import asyncio
import heapq
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from dataclasses import dataclass
from time import thread_time
from typing import Final, Generic, NamedTuple, TypeVar

from router.operation.budget import Budget

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_FADING: Final = 10_000
"""Hits after which all that were counted before count half."""


class CacheStatistics(NamedTuple):
    """Since the start, but `entries` and `weight`, which are now.

    `joined`: found the work under way and waited for it. `seconds`: of a processor, spent on misses.
    """

    hits: int
    misses: int
    joined: int
    refused: int
    evicted: int
    seconds: float
    entries: int
    weight: int


class Weighed(NamedTuple, Generic[Value]):
    """`weight` is in whatever unit the limit of the cache is in."""

    value: Value
    weight: int


@dataclass(slots=True)
class _Work(Generic[Value]):
    future: "asyncio.Future[Weighed[Value]]"
    budget: Budget
    waiting: int = 0


@dataclass(slots=True)
class _Counts:
    hits: int = 0
    misses: int = 0
    joined: int = 0
    refused: int = 0
    evicted: int = 0
    seconds: float = 0.0


class WorkCache(Generic[Key, Value]):
    """Drops what was used longest ago, as soon as there are more than `size` entries or they weigh more than `weight`."""

    def __init__(self, executor: Executor, size: int, weight: int) -> None:
        self._executor = executor
        self._size, self._most = size, weight
        self._kept: OrderedDict[Key, Weighed[Value]] = OrderedDict()
        self._uses: dict[Key, int] = {}
        self._hits_to_fading = _FADING
        self._weight = 0
        self._running: dict[Key, _Work[Value]] = {}
        self._counts = _Counts()

    def known(self, key: Key) -> Value | None:
        """What has been worked out, if it has. Values are never None."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._counts.hits += 1
        self._kept.move_to_end(key)
        self._uses[key] += 1
        self._hits_to_fading -= 1
        if not self._hits_to_fading:
            self._fade()
        return kept.value

    async def get(self, key: Key, work: Callable[[Budget], Weighed[Value]], limit: int) -> Value:
        """What `work` gives or raises, which may run in another thread. When nobody waits any more, it is cancelled."""
        known = self.known(key)
        if known is not None:
            return known
        running = self._running.get(key)
        if running is None:
            self._counts.misses += 1
            running = self._start(key, work, Budget(limit))
        else:
            self._counts.joined += 1
        running.waiting += 1
        try:
            return (await asyncio.shield(running.future)).value
        finally:
            running.waiting -= 1
            if not running.waiting and not running.future.done():
                running.budget.cancel()
                if self._running.get(key) is running:
                    del self._running[key]

    def popular(self, count: int) -> list[Key]:
        """What was asked for most of late, the most popular first."""
        return heapq.nlargest(count, self._uses, key=self._uses.__getitem__)

    def statistics(self) -> CacheStatistics:
        """For metrics and tests."""
        counts = self._counts
        return CacheStatistics(
            counts.hits,
            counts.misses,
            counts.joined,
            counts.refused,
            counts.evicted,
            counts.seconds,
            len(self._kept),
            self._weight,
        )

    def _start(self, key: Key, work: Callable[[Budget], Weighed[Value]], budget: Budget) -> _Work[Value]:
        loop = asyncio.get_running_loop()
        running = _Work(loop.run_in_executor(self._executor, self._timed, work, budget), budget)
        self._running[key] = running
        running.future.add_done_callback(lambda future: self._finish(key, running, future))
        return running

    def _timed(self, work: Callable[[Budget], Weighed[Value]], budget: Budget) -> Weighed[Value]:
        begin = thread_time()
        try:
            return work(budget)
        finally:
            self._counts.seconds += thread_time() - begin

    def _finish(self, key: Key, running: _Work[Value], future: "asyncio.Future[Weighed[Value]]") -> None:
        if self._running.get(key) is running:
            del self._running[key]
        if future.cancelled() or future.exception() is not None:
            self._counts.refused += 1
            return
        found = future.result()
        if self._size and found.weight <= self._most:
            self._kept[key] = found
            self._uses[key] = 1
            self._weight += found.weight
            while len(self._kept) > self._size or self._weight > self._most:
                oldest, dropped = self._kept.popitem(last=False)
                del self._uses[oldest]
                self._weight -= dropped.weight
                self._counts.evicted += 1

    def _fade(self) -> None:
        self._hits_to_fading = _FADING
        self._uses = {key: uses // 2 for key, uses in self._uses.items()}
