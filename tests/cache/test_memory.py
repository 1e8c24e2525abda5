"""What only the memory store has: bytes that it keeps to."""

import gc
import tracemalloc

import pytest

from router.cache.memory import MemoryStore
from router.cache.store import Fill, Invalidation, Wanted

MINUTE = 60_000


def store_of(max_bytes: int) -> MemoryStore:
    return MemoryStore(lambda: 1.0, max_bytes)


async def keep(store: MemoryStore, entity: str, value: bytes, *fields: str) -> None:
    stamp = (await store.read([])).stamp
    await store.fill(stamp, [Fill(entity, dict.fromkeys(fields or ("a",), value), MINUTE)])


async def has(store: MemoryStore, entity: str) -> bool:
    return bool((await store.read([Wanted(entity, ("a",))])).entries[0])


async def test_what_was_used_longest_ago_makes_room() -> None:
    store = store_of(20_000)
    for number in range(4):
        await keep(store, f"User:{number}", b"x" * 4000)
    assert await has(store, "User:0")
    await keep(store, "User:4", b"x" * 4000)
    assert [await has(store, f"User:{number}") for number in range(5)] == [True, False, True, True, True]
    assert store.statistics().evicted == 1
    assert store.statistics().bytes <= 20_000


async def test_what_is_larger_than_a_quarter_of_all_is_not_kept() -> None:
    store = store_of(20_000)
    await keep(store, "User:1", b"x" * 4000)
    await keep(store, "User:2", b"x" * 5000)
    assert await has(store, "User:1")
    assert not await has(store, "User:2")


async def test_of_an_entity_with_many_fields_the_oldest_make_room() -> None:
    store = store_of(400_000)
    await keep(store, "User:1", b"1")
    for number in range(1000):
        await keep(store, "Query:", b"1", f"f({number})")
        assert (await store.read([Wanted("Query:", ("f(0)",))])).entries[0]
    assert await has(store, "User:1")
    [found] = (await store.read([Wanted("Query:", ("f(1)", "f(999)"))])).entries
    assert set(found) == {"f(999)"}
    assert store.statistics().bytes < 110_000


async def test_what_is_replaced_ended_or_invalidated_frees_its_bytes() -> None:
    now = 1.0
    store = MemoryStore(lambda: now, 1 << 20)
    nothing = store.statistics().bytes
    await keep(store, "User:1", b"x" * 100_000)
    once = store.statistics().bytes
    await keep(store, "User:1", b"x" * 100_000)
    assert store.statistics().bytes == once > nothing + 100_000
    now += 120
    assert not await has(store, "User:1")
    assert store.statistics().bytes < nothing + 1000
    await keep(store, "User:1", b"x" * 100_000)
    await store.invalidate(Invalidation(everything=True))
    assert store.statistics().bytes < nothing + 1000


@pytest.mark.parametrize(("entities", "fields", "size"), [(5000, 1, 10), (100, 50, 10), (2000, 2, 500)])
async def test_counts_at_least_what_it_takes(entities: int, fields: int, size: int) -> None:
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        store = store_of(1 << 30)
        stamp = (await store.read([])).stamp
        for number in range(entities):
            values = {f"field{number}(x{field})": b"x" * size + b"%d" % field for field in range(fields)}
            await store.fill(stamp, [Fill(f"User:{number}", values, MINUTE, tags=(f"tag:{number}",))])
        for number in range(entities):
            await store.invalidate(
                Invalidation(tags=(f"other:{number}",), fields=((f"Film:{number}", "title"),))
            )
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= store.statistics().bytes <= 1.35 * taken


async def test_marks_stay_within_their_share_and_nothing_comes_back() -> None:
    store = store_of(100_000)
    stamp = (await store.read([])).stamp
    await keep(store, "User:1", b"1")
    await store.invalidate(Invalidation(entities=("User:1",)))
    for number in range(2000):
        await store.invalidate(Invalidation(tags=(f"tag:{number}",)))
        assert store.statistics().bytes <= 100_000
        assert not await has(store, "User:1")
    await store.fill(stamp, [Fill("User:1", {"a": b"1"}, MINUTE)])
    assert not await has(store, "User:1")
    await keep(store, "User:1", b"2")
    assert await has(store, "User:1")


async def test_leases_that_ended_are_swept() -> None:
    now = 1.0
    store = MemoryStore(lambda: now, 1 << 20)
    for number in range(50):
        now += 60
        assert not any(await store.claim([f"{number}:{each}" for each in range(100)], 30_000))
    assert len(store._leases) < 1500
