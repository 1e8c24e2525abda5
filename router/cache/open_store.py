"""The store that the settings name, kept over reloads, as long as the settings of it are the same."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from weakref import WeakSet

from router.cache.answers import Answers
from router.cache.coordinates import Coordinates
from router.cache.memory import MemoryStore
from router.cache.near_memory import NearMemory
from router.cache.partitions import PartitionedStore, TieredPartitions
from router.cache.redis_connection import Partition, RedisUrlError, partitions
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.settings import FieldCacheSettings
from router.cache.store import FieldStore, Invalidation
from router.cache.tiers import TieredStore
from router.errors import RouterError


@dataclass(eq=False, slots=True, weakref_slot=True)
class OpenStore:
    """`answers`: those of all applications of the process that are made of the store's fields. Each hears of what the others
    drop: an application that is replaced still answers its last requests. `coordinates` counts for all of them."""

    store: FieldStore
    answers: "WeakSet[Answers]" = field(default_factory=WeakSet)
    coordinates: Coordinates = field(default_factory=Coordinates)

    def __post_init__(self) -> None:
        if isinstance(self.store, TieredStore | TieredPartitions):
            self.store.on_change = self.drop

    async def invalidate(self, what: Invalidation) -> None:
        """From its end on nobody reads what was there before. Raises StoreUnavailableError."""
        self.drop(what)
        try:
            await self.store.invalidate(what)
        finally:
            self.drop(what)  # again, for what was put together of it meanwhile

    def drop(self, what: Invalidation) -> None:
        """All answers that are made of it."""
        for each in self.answers:
            each.drop(what)


@dataclass(slots=True)
class Stores:
    """Of one process. Each store is used in the event loop that runs when it is first read."""

    _open: dict[tuple[object, ...], OpenStore] = field(default_factory=dict)

    def get(self, settings: FieldCacheSettings) -> OpenStore | None:
        """None where the cache is off. Raises RouterError INVALID_SETTINGS for a URL that is none of Redis."""
        if settings.store == "off":
            return None
        key = settings.store, settings.memory_bytes, settings.namespace, settings.timeout_ms
        if key not in self._open:
            self._open[key] = OpenStore(_open(settings))
        return self._open[key]

    def opened(self) -> tuple[OpenStore, ...]:
        """Those that are in use, and may have been."""
        return tuple(self._open.values())

    async def close(self) -> None:
        """Frees all connections."""
        while self._open:
            _, found = self._open.popitem()
            await found.store.close()


def _open(settings: FieldCacheSettings) -> FieldStore:
    if settings.store == "memory":
        return MemoryStore(time.monotonic, settings.memory_bytes)
    try:
        found = partitions(settings.store, settings.namespace)
    except RedisUrlError as error:
        raise RouterError("INVALID_SETTINGS", f"cache.store: {error}") from None
    options = RedisStoreOptions(timeout=settings.timeout_ms / 1000)
    if settings.memory_bytes:
        return open_tiers(found, options, NearMemory(settings.memory_bytes))
    return open_redis(found, options)


def open_redis(
    found: Sequence[Partition], options: RedisStoreOptions
) -> RedisStore | PartitionedStore[RedisStore]:
    """All that is shared, without a memory of this process."""
    stores = [RedisStore(each.client, each.prefix, options) for each in found]
    return stores[0] if len(stores) == 1 else PartitionedStore(stores)


def open_tiers(
    found: Sequence[Partition],
    options: RedisStoreOptions,
    memory: NearMemory,
    clock: Callable[[], float] = time.monotonic,
) -> TieredStore | TieredPartitions:
    """With a memory in front of it. `clock` is that of the memory."""
    stores = [
        TieredStore(RedisStore(each.client, each.prefix, options), each.client.connection_pool, memory, clock)
        for each in found
    ]
    return stores[0] if len(stores) == 1 else TieredPartitions(stores, memory)
