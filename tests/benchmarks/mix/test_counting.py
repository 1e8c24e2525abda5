import asyncio
import math

from benchmarks.mix.counting import Count, counts, since, windows
from router.cache.answers import Answers
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.usage import Usage


def opened() -> OpenStore:
    """With one coordinate that has been counted."""
    found = OpenStore(MemoryStore(lambda: 0.0, 1_000_000))
    name = found.coordinates.of("Chef", "name")
    name.hits, name.stale, name.misses, name.passed = 4, 1, 3, 2
    return found


def test_counts_are_those_of_the_cache() -> None:
    assert counts(opened()) == {("Chef", "name"): Count(hits=4, stale=1, misses=3, passed=2)}


def test_what_whole_answers_had_is_counted_too() -> None:
    store = opened()
    answers = Answers(lambda: 0.0, 1_000_000, store.coordinates)
    store.answers.add(answers)
    usage = Usage(answers.moment)
    usage.add(math.inf, ("Chef:1",), (), {store.coordinates.of("Chef", "name"): 5}, is_shared=True, pace=1.0)
    answers.put("key", b"{}", usage)
    assert answers.get("key") is not None
    assert counts(store)["Chef", "name"].hits == 9


def test_a_difference_has_what_was_not_there_before() -> None:
    before = {("Chef", "name"): Count(1, 1, 1, 1)}
    now = {("Chef", "name"): Count(3, 1, 2, 1), ("Chef", "bio"): Count(misses=1)}
    assert since(before, now) == {("Chef", "name"): Count(2, 0, 1, 0), ("Chef", "bio"): Count(misses=1)}


async def test_windows_follow_one_another_and_what_is_left_is_the_last() -> None:
    store = opened()
    name = store.coordinates.of("Chef", "name")
    async with windows(store, 0.001) as found:
        name.hits += 1
        while not found:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)
        name.misses += 2
    total = sum((window["Chef", "name"] for window in found), Count())
    assert found[0]["Chef", "name"] == Count(hits=1)
    assert total == Count(hits=1, misses=2)


def test_found_are_fresh_ones_and_stale_ones_of_all_that_may_be_kept() -> None:
    count = Count(hits=5, stale=1, misses=2, passed=99)
    assert (count.found, count.asked, count.ratio) == (6, 8, 0.75)
    assert Count(passed=1).ratio == 0
