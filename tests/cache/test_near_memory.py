"""What a memory in front of a store has: bytes that it keeps to, and order in what it drops."""

import gc
import tracemalloc

import pytest

from router.cache.near_memory import NearMemory
from router.cache.store import Entry, Invalidation, Wanted

MINUTE = 60_000


def put(
    memory: NearMemory, entity: str, *fields: str, value: bytes = b"1", tags: tuple[str, ...] = ()
) -> None:
    wanted = [Wanted(entity, fields)]
    entry = Entry(value, 0, MINUTE, MINUTE, MINUTE, tags)
    lookup = memory.begin(wanted)
    memory.put(lookup, wanted, [dict.fromkeys(fields, entry)], 0)
    memory.end(lookup)


def has(memory: NearMemory, entity: str, field: str = "a", now: int = 1) -> bool:
    [found], _ = memory.find([Wanted(entity, (field,))], now)
    return bool(found)


def test_an_entry_grows_older() -> None:
    memory = NearMemory(100_000)
    wanted = [Wanted("User:1", ("a",))]
    memory.put(memory.begin(wanted), wanted, [{"a": Entry(b"1", 5, 100, 150, 300)}], 1000)
    [found], missing = memory.find(wanted, 1040)
    assert found == {"a": Entry(b"1", 45, 60, 110, 260)}
    assert missing == []
    assert memory.find(wanted, 1100) == ([{}], [(0, wanted[0])])


def test_what_was_used_longest_ago_makes_room() -> None:
    memory = NearMemory(20_000)
    for number in range(4):
        put(memory, f"User:{number}", "a", value=b"x" * 4000)
    assert has(memory, "User:0")
    put(memory, "User:4", "a", value=b"x" * 4000)
    assert [has(memory, f"User:{number}") for number in range(5)] == [True, False, True, True, True]
    assert memory.evicted == 1


def test_of_an_entity_with_many_fields_the_oldest_make_room() -> None:
    memory = NearMemory(400_000)
    put(memory, "User:1", "a")
    for number in range(1000):
        put(memory, "Query:", f"f({number})")
        assert has(memory, "Query:", "f(0)")
    assert has(memory, "User:1")
    assert has(memory, "Query:", "f(999)")
    assert not has(memory, "Query:", "f(1)")
    assert memory.size < 120_000


def test_nothing_is_left_of_what_is_dropped() -> None:
    memory = NearMemory(400_000)
    drops = (
        Invalidation(entities=("User:1",)),
        Invalidation(types=("User",)),
        Invalidation(tags=("x",)),
        Invalidation(fields=(("User:1", "a"), ("User:1", "b"))),
        Invalidation(everything=True),
    )
    for what in drops:
        put(memory, "User:1", "a", "b(1)", tags=("x", "y"))
        memory.drop(what)
        assert not has(memory, "User:1", "a")
        assert not has(memory, "User:1", "b(1)")
        assert memory.size < 1000
        assert memory._held._tags == memory._held._types == {}


def test_what_comes_after_a_drop_counts() -> None:
    memory = NearMemory(400_000)
    put(memory, "User:1", "a", tags=("x",))
    put(memory, "User:2", "a", tags=("y",))
    memory.drop(Invalidation(tags=("x",)))
    assert [has(memory, "User:1"), has(memory, "User:2")] == [False, True]
    put(memory, "User:1", "a", tags=("x",))
    put(memory, "Film:1", "a", tags=("x",))
    memory.drop(Invalidation(tags=("z",), types=("Films",)))
    assert [has(memory, each) for each in ("User:1", "User:2", "Film:1")] == [True, True, True]
    memory.drop(Invalidation(types=("User",)))
    assert [has(memory, each) for each in ("User:1", "User:2", "Film:1")] == [False, False, True]
    put(memory, "User:2", "a", tags=("y",))
    assert has(memory, "User:2")


@pytest.mark.parametrize(
    ("entities", "fields", "size"), [(5000, 1, 10), (100, 50, 10), (2000, 2, 500), (1, 5000, 10)]
)
def test_counts_at_least_what_it_takes(entities: int, fields: int, size: int) -> None:
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        memory = NearMemory(1 << 30)
        for number in range(entities):
            wanted = [Wanted(f"User:{number}", tuple(f"field{number}(x{field})" for field in range(fields)))]
            values = {
                field: Entry(b"x" * size + b"%d" % number, 0, MINUTE, MINUTE, MINUTE, (f"tag:{number}",))
                for field in wanted[0].fields
            }
            lookup = memory.begin(wanted)
            memory.put(lookup, wanted, [values], 1_000_000 + number)
            memory.end(lookup)
        del wanted, values, lookup
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= memory.size <= 1.35 * taken
