"""Processes over one Redis, each with a memory of its own in front of it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Self

from launcher.valkey import ValkeyServer
from router.cache.near_memory import NearMemory
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Fill, Invalidation, Wanted
from router.cache.tiers import TieredStore
from tests.cache.stores import ready

MINUTE = 60_000

OPTIONS = RedisStoreOptions(timeout=5, pause=0.05)
HASTY = RedisStoreOptions(timeout=0.1, pause=0.05)

EVERYTHING = Invalidation(everything=True)

INVALIDATIONS = {
    "entity": Invalidation(entities=("User:1",)),
    "field": Invalidation(fields=(("User:1", "name"),)),
    "type": Invalidation(types=("User",)),
    "tag": Invalidation(tags=("x",)),
    "everything": EVERYTHING,
}


class Process:
    """As one: a store with its own connections. `redis` counts what goes there. A context manager, for one that is ready."""

    def __init__(self, url: str, max_bytes: int = 1 << 22, options: RedisStoreOptions = OPTIONS) -> None:
        client = connect(url)
        self.redis = RedisStore(client, "t", options)
        self.changes: list[Invalidation] = []
        self.store = TieredStore(self.redis, client.connection_pool, NearMemory(max_bytes))
        self.store.on_change = self.changes.append

    async def __aenter__(self) -> Self:
        await ready(self.store)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.store.close()

    async def keep(self, entity: str = "User:1", value: bytes = b"1", lasts: int = MINUTE) -> None:
        stamp = (await self.store.read([])).stamp
        await self.store.fill(stamp, [Fill(entity, {"name": value}, lasts, tags=("x",))])

    async def value(self, entity: str = "User:1") -> bytes | None:
        [found] = (await self.store.read([Wanted(entity, ("name",))])).entries
        return found["name"].value if "name" in found else None

    async def held(self, entity: str = "User:1") -> bool:
        """Whether it is read without Redis, once the memory is believed."""
        await ready(self.store)
        before = self.redis.statistics().reads
        await self.value(entity)
        return self.redis.statistics().reads == before


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await condition():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.005)


async def promises(server: ValkeyServer, *processes: Process) -> bool:
    """Whether Redis counts on all of them."""
    client = connect(server.url)
    found = await client.hget("t:clock", "promises") or b""
    await client.aclose()
    assert isinstance(found, bytes)
    return all(each.redis.owner in found for each in processes)


async def is_(found: Awaitable[object], expected: object) -> bool:
    return await found == expected


class Story:
    """Entities have versions, which processes change, invalidate and read at once, all through slow connections."""

    def __init__(self, processes: list[Process], chance: random.Random) -> None:
        self.processes = processes
        self.chance = chance
        self.versions = dict.fromkeys((f"User:{number}" for number in range(4)), 0)
        self.done = dict(self.versions)
        """Versions whose invalidations have ended."""
        self.reads = self.hits = 0

    async def change(self) -> None:
        entity = self.chance.choice(list(self.versions))
        self.versions[entity] += 1
        version = self.versions[entity]
        what = self.chance.choice(
            [
                Invalidation(entities=(entity,)),
                Invalidation(fields=((entity, "name"),)),
                Invalidation(tags=(entity,)),
                Invalidation(types=("User",)),
                EVERYTHING,
            ]
        )
        await self.invalidate(self.chance.choice(self.processes), what)
        self.done[entity] = max(self.done[entity], version)

    async def invalidate(self, process: Process, what: Invalidation) -> None:
        await process.store.invalidate(what)

    async def read(self) -> None:
        some = self.chance.sample(list(self.versions), self.chance.randint(1, 3))
        known = dict(self.done)
        process = self.chance.choice(self.processes)
        before = process.redis.statistics().reads
        found = await process.store.read([Wanted(each, ("name",)) for each in some])
        self.reads += 1
        self.hits += process.redis.statistics().reads == before
        for entity, entries in zip(some, found.entries, strict=True):
            if "name" in entries:
                assert int(entries["name"].value) >= known[entity], (
                    f"{entity} is older than what was invalidated"
                )
            else:
                await self.fetch(process, found.stamp, entity)

    async def fetch(self, process: Process, stamp: int, entity: str) -> None:
        await asyncio.sleep(self.chance.choice([0, 0.001, 0.01]))
        version = self.versions[entity]
        await asyncio.sleep(self.chance.choice([0, 0.001, 0.01]))
        fill = Fill(entity, {"name": b"%d" % version}, self.chance.choice([20, MINUTE]), tags=(entity,))
        await process.store.fill(stamp, [fill])

    async def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds

        async def again(step: Callable[[], Awaitable[None]], pause: float) -> None:
            while time.monotonic() < end:
                await step()
                await asyncio.sleep(self.chance.random() * pause)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(12):
                tasks.create_task(again(self.read, 0.001))
            for _ in range(3):
                tasks.create_task(again(self.change, 0.05))
