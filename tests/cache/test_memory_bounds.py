"""The memory of a process stays within its bytes, whatever is put into it: measured as Python allocates it."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from router.cache.memory import MemoryStore
from router.cache.near_memory import NearMemory
from router.cache.store import Entry, Fill, Invalidation, Wanted

BOUND = 1 << 20
MINUTE = 60_000
Piece = tuple[str, dict[str, bytes], tuple[str, ...]]
"""An entity, values for fields of it, and tags."""


def huge_values() -> Iterator[Piece]:
    for number in range(200):
        yield f"User:{number}", {"bio": b"x" * (number % 7) * 50_000}, ()


def tiny_fields_of_one() -> Iterator[Piece]:
    for number in range(1500):
        yield "Query:", {f"chef({number}.{each})": b"" for each in range(10)}, ()


def tiny_entities() -> Iterator[Piece]:
    for number in range(8000):
        yield f"E:{number}", {"a": b"1"}, ()


def long_ids() -> Iterator[Piece]:
    for number in range(300):
        yield (
            f"User:{'x' * 5000}{number}",
            {f"f({number}{'ü' * 3000})": b"1", "g" * 90 + str(number): b"1"},
            (),
        )


def many_tags() -> Iterator[Piece]:
    for number in range(400):
        yield f"User:{number}", {"a": b"1", "b": b"2"}, tuple(f"tag:{number}:{each}" for each in range(100))


def the_same_tags() -> Iterator[Piece]:
    for number in range(3000):
        yield f"User:{number}", {"a": b"1"}, tuple(f"tag:{each}" for each in range(number % 20))


def long_tags_of_many() -> Iterator[Piece]:
    """The tags of a fill stay until the last of its entries is replaced."""
    for number in range(100):
        yield f"User:{number}", {f"f{each}": b"1" for each in range(50)}, (f"{number}" * 3000,)
        yield f"User:{number}", {f"f{each}": b"1" for each in range(49)}, ()


def as_many_names_as_there_are() -> Iterator[Piece]:
    for number in range(4000):
        yield f"User:{number % 50}", {f"field{number}#String!": b"1"}, ()


SHAPES = (
    huge_values, tiny_fields_of_one, tiny_entities, long_ids, many_tags, the_same_tags, long_tags_of_many,
    as_many_names_as_there_are,
)  # fmt: skip


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    def taken() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before

    try:
        yield taken
    finally:
        tracemalloc.stop()


def near_put(memory: NearMemory, entity: str, values: dict[str, bytes], tags: tuple[str, ...]) -> None:
    wanted = [Wanted(entity, tuple(values))]
    lookup = memory.begin(wanted)
    entries = {field: Entry(value, 7, MINUTE, MINUTE, MINUTE, tags) for field, value in values.items()}
    memory.put(lookup, wanted, [entries], 1_000_000)
    memory.end(lookup)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
async def test_a_memory_store_stays_within_its_bytes(shape: Callable[[], Iterator[Piece]]) -> None:
    now = 1000.0
    with traced() as taken:
        store = MemoryStore(lambda: now, BOUND)
        for number, (entity, values, tags) in enumerate(shape()):
            now += 0.001
            stamp = (await store.read([])).stamp
            await store.fill(stamp, [Fill(entity, values, MINUTE + number, 2 * MINUTE, 3 * MINUTE, tags)])
            if number % 50 == 0:
                await store.invalidate(Invalidation(fields=((entity, "other"),), tags=(f"other:{number}",)))
            if number % 500 == 0:
                assert store.statistics().bytes <= BOUND
        del entity, values, tags
        assert taken() <= 1.05 * BOUND
        assert store.statistics().bytes <= BOUND
        assert store.statistics().evicted > 0


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_near_memory_stays_within_its_bytes(shape: Callable[[], Iterator[Piece]]) -> None:
    with traced() as taken:
        memory = NearMemory(BOUND)
        for entity, values, tags in shape():
            near_put(memory, entity, values, tags)
        del entity, values, tags
        assert taken() <= 1.05 * BOUND
        assert memory.size <= BOUND
        assert memory.evicted > 0


def test_what_was_dropped_leaves_nothing_behind() -> None:
    """Dictionaries do not shrink with what is in them; where a few of many remain, that must not be forgotten."""
    with traced() as taken:
        memory = NearMemory(16 * BOUND)
        for number in range(40):
            near_put(
                memory, f"User:{number}", {f"f({each})": b"" for each in range(200)}, ("often", f"{number}")
            )
            near_put(memory, f"User:{number}", {"rare": b""}, ("rare",))
        for number in range(3000):
            near_put(memory, f"Film:{number}", {"a": b""}, ("often", f"tag{number % 4}"))
        fields = tuple(f"f({each})" for each in range(200))
        memory.drop(Invalidation(tags=("often",)))
        memory.find([Wanted(f"User:{number}", fields) for number in range(40)], 1_000_001)
        assert memory.size >= taken()
        memory.drop(Invalidation(types=("User", "Film")))
        memory.find([Wanted(f"User:{number}", ("rare",)) for number in range(40)], 1_000_001)
        memory.find([Wanted(f"Film:{number}", ("a",)) for number in range(3000)], 1_000_001)
        assert memory.size < 2000
