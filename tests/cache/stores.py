"""Every field store with what a test needs of it: a peer, as in another process, and time that passes at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from launcher.errors import LaunchError
from launcher.valkey import ValkeyServer
from router.cache.memory import MemoryStore
from router.cache.near_memory import NearMemory
from router.cache.open_store import open_redis, open_tiers
from router.cache.partitions import PartitionedStore, TieredPartitions
from router.cache.redis_connection import Partition, connect, partitions
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Entry, FieldStore, Fill, Wanted
from router.cache.tiers import TieredStore

MINUTE = 60_000
PREFIX = b"test"


@dataclass
class World:
    """`peer` sees the same data."""

    store: MemoryStore | RedisStore | TieredStore | PartitionedStore[RedisStore] | TieredPartitions
    peer: FieldStore
    advance: Callable[[int], Awaitable[None]]
    """Milliseconds go by."""
    empty: Callable[[], Awaitable[None]]
    """All is as at the start."""

    async def read(self, entity: str, *fields: str) -> dict[str, bytes]:
        """Values only."""
        found = await self.entries(entity, *fields)
        return {field: entry.value for field, entry in found.items()}

    async def entries(self, entity: str, *fields: str) -> dict[str, Entry]:
        return dict((await self.store.read([Wanted(entity, fields)])).entries[0])

    async def stamp(self) -> int:
        return (await self.store.read([])).stamp

    async def keep(
        self,
        entity: str,
        *fields: str,
        tags: tuple[str, ...] = (),
        value: bytes = b"1",
        stamp: int | None = None,
    ) -> None:
        """For a minute."""
        stamp = await self.stamp() if stamp is None else stamp
        await self.store.fill(stamp, [Fill(entity, dict.fromkeys(fields, value), MINUTE, tags=tags)])


def memory_world(max_bytes: int = 1 << 26) -> World:
    now = 1000.0

    async def advance(milliseconds: int) -> None:
        nonlocal now
        now += milliseconds / 1000

    async def empty() -> None:
        world.store = world.peer = MemoryStore(lambda: now, max_bytes)

    store = MemoryStore(lambda: now, max_bytes)
    world = World(store, store, advance, empty)
    return world


def redis_world(url: str) -> World:
    """To be closed: both stores have a client of their own."""
    client = connect(url)

    async def empty() -> None:
        await client.flushall()

    options = RedisStoreOptions(timeout=5)
    store, peer = (RedisStore(each, PREFIX.decode(), options) for each in (client, connect(url)))
    return World(store, peer, lambda milliseconds: make_older(client, milliseconds), empty)


def tiered_world(url: str) -> World:
    """To be closed, as that of Redis. Time passes for memories, too."""
    now = 1000.0
    client = connect(url)
    store, peer = (tiered(each, lambda: now) for each in (client, connect(url)))

    async def advance(milliseconds: int) -> None:
        nonlocal now
        now += milliseconds / 1000
        await make_older(client, milliseconds)

    async def empty() -> None:
        await client.flushall()
        await asyncio.gather(*(ready(each) for each in (world.store, world.peer)))

    world = World(store, peer, advance, empty)
    return world


def cluster_world(url: str, *, has_memory: bool) -> World:
    """As tiered_world, over as many partitions as the URL says."""
    now = 1000.0
    found = partitions(url, PREFIX.decode())
    options = RedisStoreOptions(timeout=5, pause=0.05)

    def store_of(parts: "Sequence[Partition]") -> "RedisStore | TieredStore | PartitionedStore[RedisStore]":
        return (
            open_tiers(parts, options, NearMemory(1 << 26), lambda: now)
            if has_memory
            else open_redis(parts, options)
        )

    async def advance(milliseconds: int) -> None:
        nonlocal now
        now += milliseconds / 1000
        for each in found:
            await make_older(each.client, milliseconds, each.prefix.encode())

    async def empty() -> None:
        for each in found:
            await each.client.flushall()
        await world.store.read([])
        for each in found:  # as if the epoch had begun long ago, so that nobody waits for old leases
            await each.client.hset(f"{each.prefix}:clock", "since", "1")
        if has_memory:
            await ready(world.store, world.peer)

    world = World(store_of(found), store_of(partitions(url, PREFIX.decode())), advance, empty)
    return world


def tiered(
    client: "Redis", clock: Callable[[], float] = time.monotonic, max_bytes: int = 1 << 26
) -> TieredStore:
    store = RedisStore(client, PREFIX.decode(), RedisStoreOptions(timeout=5, pause=0.05))
    return TieredStore(store, client.connection_pool, NearMemory(max_bytes), clock)


async def ready(*stores: FieldStore) -> None:
    """They believe their memories."""
    async with asyncio.timeout(10):
        for store in stores:
            assert isinstance(store, TieredStore | TieredPartitions)
            await store.read([])
            while not store.is_coherent:  # noqa: ASYNC110  nobody is told
                await asyncio.sleep(0.001)


async def make_older(client: "Redis", milliseconds: int, prefix: bytes = PREFIX) -> None:
    """Entries were filled in so much earlier, and keys end so much earlier."""
    async for key in client.scan_iter(prefix + b":*"):
        left = await client.pttl(key)
        if left >= 0:
            await client.pexpire(key, max(0, left - milliseconds))
        if key.startswith(prefix + b":e:"):
            for field, raw in (await client.hgetall(key)).items():
                if field != b"\xff" and isinstance(raw, bytes):
                    born = int.from_bytes(raw[8:14], "big") - milliseconds
                    await client.hset(key, field, raw[:8] + born.to_bytes(6, "big") + raw[14:])


@contextmanager
def valkey_at(folder: Path) -> Iterator[ValkeyServer]:
    """For some tests alone, which are skipped where it cannot be started."""
    try:
        with ValkeyServer(folder, durable=False) as server:
            yield server
    except LaunchError as error:
        pytest.skip(str(error))
