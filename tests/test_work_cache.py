"""Work is done once, kept within bounds, shared by all who wait, and given up when nobody does."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from router.operation.budget import Budget, WorkCancelled
from router.work_cache import Weighed, WorkCache


@pytest.fixture
async def executor() -> AsyncIterator[ThreadPoolExecutor]:
    found = ThreadPoolExecutor(1)
    yield found
    found.shutdown()


def gives(value: str, weight: int = 1) -> Callable[[Budget], Weighed[str]]:
    return lambda _budget: Weighed(value, weight)


def fails(_budget: Budget) -> Weighed[str]:
    raise ValueError("no")


async def test_works_once(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 10, 100)
    assert await cache.get("a", gives("x", 3), 1) == "x"
    assert await cache.get("a", fails, 1) == "x"
    found = cache.statistics()
    assert (found.hits, found.misses, found.entries, found.weight) == (1, 1, 1, 3)
    assert found.seconds > 0


async def test_works_in_another_thread_with_its_limit(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, tuple[int, int]] = WorkCache(executor, 10, 100)
    thread, limit = await cache.get("a", lambda budget: Weighed((threading.get_ident(), budget.limit), 1), 7)
    assert (thread != threading.get_ident(), limit) == (True, 7)


async def test_keeps_no_failures(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 10, 100)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await cache.get("a", fails, 1)
    assert await cache.get("a", gives("x"), 1) == "x"
    assert cache.statistics()[:4] == (0, 3, 0, 2)


async def test_drops_what_was_used_longest_ago(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 2, 100)
    for key in "abac":
        await cache.get(key, gives(key), 1)
    assert await cache.get("a", fails, 1) == "a"
    with pytest.raises(ValueError, match="no"):
        await cache.get("b", fails, 1)
    assert (cache.statistics().entries, cache.statistics().evicted) == (2, 1)


async def test_weighs_no_more_than_it_may(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 100, 10)
    for key, weight in (("a", 4), ("b", 4), ("too heavy", 11), ("c", 9)):
        await cache.get(key, gives(key, weight), 1)
    found = cache.statistics()
    assert (found.entries, found.weight, found.evicted) == (1, 9, 2)


async def test_size_nothing_keeps_nothing(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 0, 10)
    await cache.get("a", gives("x"), 1)
    assert cache.statistics().entries == 0


class Slow:
    """Work that goes on until it is told to end, spending as it goes."""

    def __init__(self) -> None:
        self.started, self.release, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.outcome = ""

    def __call__(self, budget: Budget) -> Weighed[str]:
        self.started.set()
        try:
            while not self.release.wait(0.001):
                budget.spend(0)
            self.outcome = "done"
        except WorkCancelled:
            self.outcome = "cancelled"
            raise
        finally:
            self.ended.set()
        return Weighed("x", 1)


async def test_all_who_ask_wait_for_the_same_work(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 10, 100)
    slow = Slow()
    tasks = [asyncio.create_task(cache.get("a", slow if not n else fails, 1)) for n in range(3)]
    await asyncio.to_thread(slow.started.wait)
    tasks[0].cancel()
    await asyncio.wait([tasks[0]])
    slow.release.set()
    assert await asyncio.gather(*tasks[1:]) == ["x", "x"]
    assert slow.outcome == "done"
    assert (cache.statistics().misses, cache.statistics().joined) == (1, 2)


async def test_what_nobody_waits_for_is_cancelled(executor: ThreadPoolExecutor) -> None:
    cache: WorkCache[str, str] = WorkCache(executor, 10, 100)
    slow = Slow()
    tasks = [asyncio.create_task(cache.get("a", slow, 1)) for _ in range(2)]
    await asyncio.to_thread(slow.started.wait)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await asyncio.to_thread(slow.ended.wait)
    assert slow.outcome == "cancelled"
    # Whoever asks afterwards has work of their own.
    assert await cache.get("a", gives("y"), 1) == "y"
