"""One store in the memory of a process of its own, which prints its bytes and its times as JSON: `--help` tells of what.

RSS is measured without tracing, since that takes memory, too; `--trace` counts what Python allocates instead.
"""

import argparse
import asyncio
import ctypes
import gc
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.cache_memory.entities import BATCH, Entities
from benchmarks.cache_memory.figures import Size, Times
from benchmarks.cache_memory.in_redis import open_store
from benchmarks.cache_memory.timing import fill, measure
from router.cache.memory import MemoryStore
from router.cache.near_memory import NearMemory
from router.cache.redis_connection import connect
from router.cache.tiers import TieredStore

_PAGE: Final = 4096
_SECONDS: Final = 30
_WARM: Final = 100
"""Entities that are filled in before memory is measured, so that what is imported late is there."""


class Measured(msgspec.Struct, frozen=True):
    """Times where everything fits."""

    size: Size
    times: Times | None


def main() -> None:
    """Prints, or ends with 1."""
    options = _options()
    found = asyncio.run(_measured(options))
    sys.stdout.buffer.write(msgspec.json.encode(found))


async def _measured(options: argparse.Namespace) -> Measured:
    entities = Entities(options.fields)
    warm = await _store(options.redis, options.bound)
    await _put(warm, entities, _WARM)
    await warm.close()
    del warm
    if options.trace:
        tracemalloc.start()
    store = await _store(options.redis, options.bound)
    before = _bytes(options.trace)
    begin = time.monotonic()
    fills = await _put(store, entities, options.entities)
    seconds = time.monotonic() - begin
    taken = _bytes(options.trace) - before
    counts = store.statistics()
    entries = options.entities * options.fields - counts.evicted
    size = Size(
        store="near" if options.redis else "memory",
        entities=entries // options.fields,
        entries=entries,
        taken=taken,
        counted=counts.bytes,
        parts=_parts(entities, taken / (entries / options.fields)),
        bound=options.bound,
        seconds=seconds,
    )
    times = None
    if not counts.evicted and not options.trace:
        times = await measure(store, entities, options.entities, fills)
    await store.close()
    return Measured(size, times)


async def _store(redis: str, bound: int) -> MemoryStore | TieredStore:
    if not redis:
        return MemoryStore(time.monotonic, bound)
    client = connect(redis)
    store = TieredStore(open_store(client), client.connection_pool, NearMemory(bound))
    async with asyncio.timeout(_SECONDS):
        await store.read(())
        while not store.is_coherent:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.001)
    return store


async def _put(store: MemoryStore | TieredStore, entities: Entities, count: int) -> list[float]:
    """What is in front of Redis has what was read of it."""
    if isinstance(store, MemoryStore):
        return await fill(store, entities, range(count), lambda _: None)
    for start in range(0, count, BATCH):
        await store.fill((await store.read(())).stamp, entities.batch(start))
    found = []
    for start in range(0, count, BATCH):
        wanted = [entities.wanted(number) for number in range(start, start + BATCH)]
        begin = time.perf_counter()
        await store.read(wanted)
        found.append((time.perf_counter() - begin) * 1000)
    return found


def _bytes(is_traced: bool) -> int:
    gc.collect()
    if is_traced:
        return tracemalloc.get_traced_memory()[0]
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def _parts(entities: Entities, of_one: float) -> dict[str, float]:
    values = names = 0
    for number in range(BATCH):
        names += len(entities.name(number))
        for each in entities.fills(number):
            names += sum(map(len, each.tags)) + sum(len(field) for field in each.values if "|" in field)
            values += sum(map(len, each.values.values()))
    return {
        "values": values / BATCH,
        "names": names / BATCH,
        "heads": 0.0,
        "structure": of_one - (values + names) / BATCH,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache_memory.in_process", description=__doc__)
    parser.add_argument("--entities", type=int, required=True)
    parser.add_argument("--fields", type=int, required=True)
    parser.add_argument("--bound", type=int, required=True, help="bytes that the store may take")
    parser.add_argument("--redis", default="", metavar="URL", help="the memory in front of this one")
    parser.add_argument("--trace", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
