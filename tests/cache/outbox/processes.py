"""Processes that apply events, and what a test does to them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.outbox.consumer import Consumer
from router.cache.outbox.place import OwnPlace, Place, SharedPlace
from router.cache.outbox.stream import Stream
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import FieldStore, Fill, Wanted
from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from tests.cache.graph import HEAD

STREAM = "test:events"
PLACE = "test:outbox"
MINUTE = 60_000
KILL = "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SDL = """
type Query { people: [Person!]! pet(id: ID!): Pet }
type Person @key(fields: "id") { id: ID! name: String! address: Address! }
type Address { city: String! }
type Pet @key(fields: "kind number") { kind: String! number: Int! }
"""


def supergraph(sdl: str) -> Supergraph:
    return Supergraph.parse(compose([Subgraph("people", "http://people", HEAD + sdl)]).supergraph_sdl)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.002)


async def waiting(redis: "Redis") -> None:
    """Until a reader waits for the next event."""
    async with asyncio.timeout(20):
        while (await redis.info("clients"))["blocked_clients"] < 1:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.002)


class Process:
    """One with a store, which is in memory where there is no `namespace`."""

    def __init__(self, url: str, store: FieldStore, place: Place) -> None:
        self.store = store
        self.stream = Stream(connect(url), STREAM)
        self.consumer = Consumer(OpenStore(store), self.stream, place, lambda: NOW)

    @property
    def counts(self) -> Any:
        return self.consumer.statistics()

    async def keep(self, *entities: str) -> None:
        stamp = (await self.store.read([])).stamp
        fills = [Fill(entity, {"name": b"1"}, MINUTE, tags=("x",)) for entity in entities]
        await self.store.fill(stamp, fills)

    async def left(self, *entities: str) -> list[str]:
        found = await self.store.read([Wanted(entity, ("name",)) for entity in entities])
        return [entity for entity, entries in zip(entities, found.entries, strict=True) if entries]


def person(key: int) -> str:
    return f'Person:["{key}"]'


def in_memory(url: str) -> Process:
    return Process(url, MemoryStore(lambda: 1000.0, 1 << 20), OwnPlace())


def in_redis(url: str) -> Process:
    store = RedisStore(connect(url), "test", RedisStoreOptions(timeout=5, pause=0.01))
    return Process(url, store, SharedPlace(connect(url), PLACE))


KINDS = {"memory": in_memory, "redis": in_redis}


async def say(redis: "Redis", key: int | str, **fields: str) -> Any:
    return await redis.xadd(STREAM, {"entity_type": "Person", "entity_key": str(key), **fields})
