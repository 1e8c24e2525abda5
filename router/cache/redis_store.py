"""The field store that processes share: a Redis hash for each entity, an entry in each of its fields.

Time is a clock in Redis that every invalidation moves on. It begins at the time of day in microseconds, so that one that
was lost does not begin lower. The stamp of a read is the clock; an entry counts while nothing that concerns it was marked
after its stamp. Invalidating an entity frees its hash, invalidating a field leaves a mark in it; both leave a mark in a book
of their own for fills that come late. Types and tags only get a mark: that takes as long for a million entries as for one.

Whatever Redis loses, nothing is believed that may have been invalidated. Marks lie together in a few hashes, so eviction
takes all of them or none, and what is older than a lost book does not count any more. With the clock lies the replication
id of its server, which changes whenever a server starts or is promoted, and each script compares it: after a restart or a
failover, which may have lost invalidations, a new epoch begins and no entry or stamp of an older one counts. Replicas
answer nothing. Only while a network is split, and two servers are primaries, may one not know what the other was told.

Processes may keep copies in their memory: see tiers.py. Whoever invalidates waits until all of them have heard of it; as long as
a lease where the server is a new one, which does not know who believes what the one before it has told.

In a Cluster all of it lies in one slot: see redis_connection.py. While the slot moves, key by key, no script can run that touches
several keys. Reads find nothing then, and an invalidation ends the epoch, for which it needs the clock alone.

Needs Redis 7 or Valkey, and a user who may run EVAL, EVALSHA, INFO and PUBLISH; in a Cluster SPUBLISH and CLUSTER SLOTS.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from secrets import token_hex
from typing import Any, Final

from redis.asyncio import Redis

from router.cache.announcement import LEASE, MARGIN, Hearing, announce
from router.cache.redis_cluster import ClusterRedis
from router.cache.redis_entry import decode, encode, encode_field, encode_head, encode_tags, useful
from router.cache.redis_keys import RedisKeys
from router.cache.redis_scripts import (
    CLAIM,
    END_EPOCH,
    FILL,
    INVALIDATE,
    READ,
    RELEASE,
    RedisScripts,
    SlotMovesError,
)
from router.cache.statistics import StoreCounts, StoreStatistics
from router.cache.store import Fill, Found, Invalidation, StoreUnavailableError, Wanted

_AT_ONCE: Final = 1000
"""Fields of an entity that a command takes; Lua passes on less than 8,000 values."""
_NEVER: Final = 0
"""The stamp that no fill counts with."""


@dataclass(frozen=True, slots=True)
class RedisStoreOptions:
    """Seconds of patience for a call, and of leaving Redis alone after one that failed."""

    timeout: float = 0.25
    pause: float = 1.0
    most_marks: int = 100_000
    """In a book of invalidations. When a second one is full, the oldest entries do not count any more."""
    late_seconds: int = 130
    """How late a fill may come, at least, where entities or fields have been invalidated."""
    entity_bytes: int = 1 << 28
    """That one entity may take, all root fields together, too; and no more than a quarter of the limit of Redis itself."""


class RedisStore:
    """`namespace` begins the name of each key. `clock` is in seconds and does not go back."""

    def __init__(
        self,
        client: "Redis",
        namespace: str,
        options: RedisStoreOptions = RedisStoreOptions(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scripts = RedisScripts(client, options.timeout, options.pause, clock)
        self._options = options
        database = client.connection_pool.connection_kwargs.get("db") or 0
        self.keys = RedisKeys(namespace, int(database), sharded=isinstance(client, ClusterRedis))
        self.owner = token_hex(16).encode()
        """Who invalidates, and claims."""
        self.hearing = Hearing()
        self._counts = StoreCounts()

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """Nothing, and a stamp that no fill counts with, where Redis does not answer."""
        self._counts.reads += 1
        self._counts.wanted += sum(len(each.fields) for each in wanted)
        keys, parts = self._question(wanted)
        try:
            stamp, now, garbage, *values = await self._scripts.run(READ, keys, parts)
        except StoreUnavailableError:
            self._counts.failures += 1
            return Found(_NEVER, [{} for _ in wanted])
        self._counts.garbage += garbage
        ends = accumulate(len(each.fields) for each in wanted)
        entries = [
            decode(each.fields, values[end - len(each.fields) : end], now)
            for each, end in zip(wanted, ends, strict=True)
        ]
        self._counts.found += sum(map(len, entries))
        return Found(stamp, entries)

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """Drops it where Redis does not answer, or is full."""
        self._counts.fills += 1
        count = sum(len(fill.values) for fill in fills)
        keys = list(self.keys.books)
        parts: list[bytes | int] = [self.keys.entities, stamp, age, self._options.entity_bytes]
        for fill in fills:
            self._add(fill, age, keys, parts)
        if stamp <= _NEVER or len(keys) == len(self.keys.books):
            self._counts.refused += count
            return
        try:
            self._counts.refused += count - int(await self._scripts.run(FILL, keys, parts))
        except StoreUnavailableError:
            self._counts.failures += 1

    async def invalidate(self, what: Invalidation) -> None:
        """Tries even where Redis did not answer a moment ago. Where it raises, it may have been done all the same."""
        self._counts.invalidations += 1
        entities = [*what.entities, *(entity for entity, _ in what.fields)]
        parts: list[bytes | int] = [
            int(what.everything),
            self._options.most_marks,
            self._options.late_seconds * 1000,
            self.keys.entities,
            self.keys.publish,
            self.keys.invalidations,
            announce(self.owner, what),
            len(what.entities),
            len(what.fields),
            *(encode(name) for _, name in what.fields),
            *(encode(f"t{name}") for name in what.types),
            *(encode(f"g{tag}") for tag in what.tags),
        ]
        keys = [*self.keys.books, *map(self.keys.entity, entities)]
        try:
            with self.hearing as hearing:
                clock, told = await self._invalidate(keys, parts)
                await hearing.wait(clock, told)
        except StoreUnavailableError:
            self._counts.failures += 1
            raise

    async def _invalidate(self, keys: Sequence[bytes], parts: Sequence[bytes | int]) -> tuple[int, float]:
        """The clock, and how many were told; more than there can be where nobody knows."""
        try:
            clock, told, asked_for = await self._scripts.run(INVALIDATE, keys, parts, urgent=True)
        except SlotMovesError:
            await self._scripts.run(END_EPOCH, keys[:1], (), urgent=True)
            return _NEVER, math.inf
        return clock, told if asked_for > (LEASE + MARGIN) * 1000 else math.inf

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[bool]:
        """In the name of this object."""
        if not names:
            return ()
        try:
            answer = await self._scripts.run(
                CLAIM, self.keys.leases(names), [self.owner, max(1, milliseconds)]
            )
        except StoreUnavailableError:
            self._counts.failures += 1
            return [True] * len(names)
        return [got == 1 for got in answer]

    async def release(self, names: Sequence[str]) -> None:
        """Where Redis does not answer, they end by themselves."""
        if not names:
            return
        try:
            await self._scripts.run(RELEASE, self.keys.leases(names), [self.owner])
        except StoreUnavailableError:
            self._counts.failures += 1

    async def close(self) -> None:
        """Closes the client, too."""
        await self._scripts.close()

    def statistics(self) -> StoreStatistics:
        """Of this object; Redis knows its own memory."""
        return self._counts.statistics()

    def _question(self, wanted: Sequence[Wanted]) -> tuple[list[bytes], list[bytes | int]]:
        """Fields of neighbours that want the same are sent once: most entities of a read are of one type."""
        keys = list(self.keys.books)
        parts: list[bytes | int] = [self.keys.entities]
        for fields, group in groupby(wanted, lambda each: each.fields):
            entities = [self.keys.entity(each.entity) for each in group]
            encoded = [encode_field(field) for field in fields]
            if len(encoded) <= _AT_ONCE:
                keys += entities
                parts += (len(entities), len(encoded), *encoded)
                continue
            for entity in entities:
                for batch in _batches(encoded):
                    keys.append(entity)
                    parts += (1, len(batch), *batch)
        return keys, parts

    def _add(self, fill: Fill, age: int, keys: list[bytes], parts: list[bytes | int]) -> None:
        lasts, tags = useful(fill) - age, encode_tags(fill.tags)
        if lasts <= 0 or tags is None:
            return
        key, (first, rest) = self.keys.entity(fill.entity), encode_head(fill, tags)
        for values in _batches(list(fill.values.items())):
            keys.append(key)
            parts.extend((lasts, first, rest, tags, len(values)))
            for field, value in values:
                parts.extend((encode_field(field), value))


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
