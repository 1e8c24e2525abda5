"""What is measured of the field cache's memory is what is there, and a store that lies is found out."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from benchmarks.cache_memory import in_process
from benchmarks.cache_memory.entities import Entities
from benchmarks.cache_memory.eviction import POLICIES, evictions
from benchmarks.cache_memory.figures import BYTES_OF_PARTS, Eviction, Report, Size, Times
from benchmarks.cache_memory.in_redis import DEFAULT, size_and_times
from benchmarks.cache_memory.picture import draw
from benchmarks.cache_memory.tables import ratios, tables
from benchmarks.cache_memory.timing import WrongError, fill, measure
from router.cache.memory import MemoryStore
from router.cache.store import Fill, Invalidation
from tests.benchmarks.svg import parsed, texts

ROOT = Path(__file__).parents[3]
ENTITIES = Entities(7)


def test_entities_have_as_many_fields_as_asked_and_their_values_in_fills() -> None:
    for number in range(20):
        fills = list(ENTITIES.fills(number))
        assert {field: value for each in fills for field, value in each.values.items()} == ENTITIES.values(
            number
        )
        assert len(ENTITIES.values(number)) == len(ENTITIES.wanted(number).fields) == 7
        assert all(msgspec.json.decode(value) is not None for value in ENTITIES.values(number).values())
        assert all(ENTITIES.tag(number) in each.tags for each in fills)
    assert not set(ENTITIES.values(1).values()) & set(ENTITIES.values(1, 2).values())


class Forgetful(MemoryStore):
    async def invalidate(self, what: Invalidation) -> None:
        pass


class Wrong(MemoryStore):
    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        await super().fill(
            stamp, [Fill(each.entity, dict.fromkeys(each.values, b"7"), 1000) for each in fills]
        )


@pytest.mark.parametrize("kind", [Forgetful, Wrong])
async def test_a_store_that_tells_something_wrong_is_not_measured(kind: type[MemoryStore]) -> None:
    store = kind(lambda: 1.0, 1 << 24)
    fills = await fill(store, ENTITIES, range(200), lambda _: None)
    with pytest.raises(WrongError):
        await measure(store, ENTITIES, 200, fills)


async def test_what_redis_takes_is_the_sum_of_its_parts(valkey_url: str) -> None:
    done: list[int] = []
    wide, _ = await size_and_times(valkey_url, ENTITIES, 2000, 1024, done.append)
    size, times = await size_and_times(valkey_url, ENTITIES, 2000, DEFAULT, done.append)
    assert sum(done) == 4000
    assert (size.entities, size.entries, times.entities) == (2000, 14_000, 2000)
    assert sum(size.parts.values()) == pytest.approx(size.per_entity)
    assert min(size.parts.values()) > 0
    assert (size.encoding, wide.encoding) == ("hashtable", "listpack")
    assert 0.5 * size.per_entity < size.sampled < size.per_entity
    assert wide.sampled < 0.85 * size.sampled


async def test_a_full_redis_has_less_and_tells_nothing_wrong(valkey_url: str) -> None:
    found = {each.policy: each for each in await evictions(valkey_url, ENTITIES, 4000, lambda _: None)}
    assert tuple(found) == POLICIES
    for each in found.values():
        assert 0 < each.hits < 0.9
        assert each.wrong == 0
    assert [found["noeviction"].evicted, found["allkeys-lru"].failures] == [0, 0]
    assert found["noeviction"].failures > 0
    assert found["allkeys-lru"].evicted > 0


@pytest.mark.parametrize("trace", [True, False])
@pytest.mark.parametrize("is_near", [True, False])
async def test_the_memory_of_a_process_is_measured_in_one_of_its_own(
    valkey_url: str, is_near: bool, trace: bool
) -> None:
    options = ["--entities", "400", "--fields", "5", "--bound", "300000", *(["--trace"] if trace else [])]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.cache_memory.in_process", *options),
        *(["--redis", valkey_url] if is_near else []),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    told, _ = await process.communicate()
    found = msgspec.json.decode(told, type=in_process.Measured)
    assert found.times is None
    assert 10 < found.size.entities < 400
    assert found.size.counted <= found.size.bound == 300_000
    assert found.size.store == ("near" if is_near else "memory")
    if trace:
        assert found.size.taken < 600_000


def test_the_figures_as_tables_and_as_a_picture(tmp_path: Path) -> None:
    parts = dict.fromkeys(BYTES_OF_PARTS, 250.0)
    sizes = [Size("redis", count, 5 * count, 1000 * count, 1000 * count, parts) for count in (1000, 10_000)]
    times = [Times(1000, 2, 1, 0.1, 0.1, 0.1), Times(10_000, 2, 2, 0.1, 0.05, 0.1)]
    report = Report({"date": "today"}, {}, sizes, {"redis": times}, [Eviction("allkeys-lru", 0.5, 0, 7, 0)])
    assert dict(ratios(times)) == {"fill": 1, "read": 2, "tag": 1, "type": 0.5, "everything": 1}
    assert [table.row_count for table in tables(report)] == [2, 1, 3, 1]
    words = texts(parsed(draw(sizes, "Title", "note")))
    assert words.count("1,000 bytes") == 1
