"""What a Redis that is full does: it must never make the store tell what is over, and the store must say what it lacks."""

import random
from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.cache_memory.entities import BATCH, Entities
from benchmarks.cache_memory.figures import Eviction
from benchmarks.cache_memory.in_redis import empty, open_store
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore
from router.cache.store import Invalidation

POLICIES: Final = ("noeviction", "allkeys-lru", "volatile-lru", "volatile-ttl")
_TURNS: Final = 200
"""One for so many entities."""


async def evictions(
    url: str, entities: Entities, count: int, advance: Callable[[int], None]
) -> list[Eviction]:
    """With half of the memory that so many entities need. Empties the server first."""
    client, store = connect(url), open_store(connect(url))
    try:
        await empty(client)
        used = int((await client.info("memory"))["used_memory"])
        for start in range(0, count, BATCH):
            await store.fill((await store.read(())).stamp, entities.batch(start))
        most = (used + int((await client.info("memory"))["used_memory"])) // 2
        found = []
        for policy in POLICIES:
            await empty(client)
            await client.config_resetstat()
            await client.config_set("maxmemory-policy", policy)
            await client.config_set("maxmemory", most)
            found.append(await _with(policy, url, entities, count, advance))
            await client.config_set("maxmemory", 0)
        return found
    finally:
        await store.close()
        await client.aclose()


async def _with(
    policy: str, url: str, entities: Entities, count: int, advance: Callable[[int], None]
) -> Eviction:
    """Fills, then changes, invalidates and fills again at random, and compares all that is read with what it is now."""
    client, store = connect(url), open_store(connect(url))
    source = random.Random(1)
    versions = [0] * count
    wrong = 0
    for start in range(0, count, BATCH):
        await store.fill((await store.read(())).stamp, entities.batch(start))
        advance(BATCH)
    for _ in range(count // _TURNS):
        start = source.randrange(count // BATCH) * BATCH
        early = (await store.read(())).stamp
        old = [
            fill
            for number in range(start, start + BATCH)
            for fill in entities.fills(number, versions[number])
        ]
        for number in range(start, start + BATCH):
            versions[number] += 1
        await store.invalidate(Invalidation(tags=tuple(map(entities.tag, range(start, start + BATCH)))))
        await store.fill(early, old)
        stamp = (await store.read(())).stamp
        await store.fill(stamp, entities.batch(start, versions[start]))
        wrong += await _wrong(store, entities, versions, source.sample(range(count), BATCH))
    before = store.statistics()
    for start in range(0, count, BATCH):
        wrong += await _wrong(store, entities, versions, range(start, start + BATCH))
        advance(BATCH)
    after = store.statistics()
    hits = (after.found - before.found) / (after.wanted - before.wanted)
    evicted = int((await client.info("stats"))["evicted_keys"])
    await store.close()
    await client.aclose()
    return Eviction(policy, hits, wrong, evicted, after.failures)


async def _wrong(
    store: RedisStore, entities: Entities, versions: Sequence[int], numbers: Sequence[int]
) -> int:
    """Entries that are not as they are now."""
    found = await store.read([entities.wanted(number) for number in numbers])
    return sum(
        entry.value != values[field]
        for number, entries in zip(numbers, found.entries, strict=True)
        if (values := entities.values(number, versions[number]))
        for field, entry in entries.items()
    )
