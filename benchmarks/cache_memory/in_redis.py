"""The store in Redis: its bytes, and its times at each size."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import mean
from typing import Any, Final

from redis.asyncio import Redis

from benchmarks.cache.redis import redis_server, redis_url
from benchmarks.cache_memory.entities import BATCH, Entities
from benchmarks.cache_memory.figures import Size, Times
from benchmarks.cache_memory.timing import WrongError, fill, measure
from benchmarks.gateway.processes import NotStartedError
from router.cache.redis_connection import connect
from router.cache.redis_entry import encode_field, encode_head, encode_tags
from router.cache.redis_store import RedisStore, RedisStoreOptions

NAMESPACE: Final = "softfactory"
DEFAULT: Final = 64
"""hash-max-listpack-value of a Redis that nobody has configured."""
_SAMPLE: Final = 500
_SECONDS: Final = 60
_AROUND_REST: Final = 18
"""Bytes of a head that a script writes: of the stamp and of the time, and the first one; and those of the checksum at the end."""


@contextmanager
def server() -> Iterator[str]:
    """The URL of one of our own. Raises NotStartedError, also where none is installed."""
    with redis_server() as found:
        if found is None:
            raise NotStartedError("redis-server is missing: apt-get install redis-server")
        yield redis_url(found)


def open_store(client: "Redis") -> RedisStore:
    """With all the time that it needs."""
    return RedisStore(client, NAMESPACE, RedisStoreOptions(timeout=_SECONDS))


async def empty(client: "Redis") -> None:
    """The server, up to when the memory is free again, which it sees to beside other work."""
    await client.flushall()
    async with asyncio.timeout(_SECONDS):
        while (await client.info("memory"))["lazyfree_pending_objects"]:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.01)


async def size_and_times(
    url: str, entities: Entities, count: int, listpack: int, advance: Callable[[int], None]
) -> tuple[Size, Times]:
    """Empties the server first. Raises WrongError."""
    client, store = connect(url), open_store(connect(url))
    try:
        await empty(client)
        await client.config_set("hash-max-listpack-value", listpack)
        await store.read(())
        before = await client.info("memory")
        begin = time.monotonic()
        fills = await fill(store, entities, range(count), advance)
        seconds = time.monotonic() - begin
        after = await client.info("memory")
        size = await _size(client, entities, count, before, after, seconds, listpack)
        times = await measure(store, entities, count, fills)
        counts = store.statistics()
        if counts.failures or counts.refused or counts.garbage:
            raise WrongError(f"the store had failures: {counts}")
        return size, times
    finally:
        await store.close()
        await client.aclose()


async def _size(
    client: "Redis", entities: Entities, count: int, before: Any, after: Any, seconds: float, listpack: int
) -> Size:
    numbers = random.Random(count).sample(range(count), min(count, _SAMPLE))
    keys = [f"{NAMESPACE}:e:{entities.name(number)}" for number in numbers]
    sampled = mean([int(await client.memory_usage(key, samples=0) or 0) for key in keys])
    taken = after["used_memory"] - before["used_memory"]
    parts = _parts(entities, numbers)
    parts["structure"] = taken / count - sum(parts.values())
    return Size(
        store=name_of(listpack),
        entities=count,
        entries=sum(len(entities.values(number)) for number in range(BATCH)) * count // BATCH,
        taken=taken,
        counted=taken,
        parts=parts,
        seconds=seconds,
        dataset=after["used_memory_dataset"] - before["used_memory_dataset"],
        sampled=sampled,
        encoding=str(await client.object("encoding", keys[0]), "ascii"),
    )


def name_of(listpack: int) -> str:
    """Of a store in a Redis with this setting."""
    return "redis" if listpack == DEFAULT else f"redis-{listpack}"


def _parts(entities: Entities, numbers: list[int]) -> dict[str, float]:
    values = names = heads = 0
    for number in numbers:
        names += len(f"{NAMESPACE}:e:{entities.name(number)}".encode())
        for each in entities.fills(number):
            tags = encode_tags(each.tags)
            assert tags is not None
            heads += (_AROUND_REST + len(encode_head(each, tags)[1])) * len(each.values)
            names += sum(len(encode_field(field)) for field in each.values)
            values += sum(map(len, each.values.values()))
    return {
        "values": values / len(numbers),
        "names": names / len(numbers),
        "heads": heads / len(numbers),
    }
