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
from functools import partial
from itertools import groupby
from secrets import token_hex
from typing import Any, Final, Protocol

from redis.asyncio import Redis

from router.cache.announcement import Hearing, announce
from router.cache.redis_answers import read_count, read_found, read_leases, read_told
from router.cache.redis_cluster import ClusterRedis
from router.cache.redis_entry import encode, encode_field, encode_head, encode_tags, seal, useful
from router.cache.redis_keys import RedisKeys
from router.cache.redis_scripts import (
    CLAIM,
    END_EPOCH,
    FILL,
    INVALIDATE,
    READ,
    RELEASE,
    Answer,
    RedisScripts,
    Script,
    SlotMovesError,
)
from router.cache.statistics import StoreCounts, StoreStatistics
from router.cache.store import Fill, Found, Invalidation, StoreUnavailableError, Wanted

_AT_ONCE: Final = 1000
"""Fields of an entity that a command takes; Lua passes on less than 8,000 values."""
_NEVER: Final = 0
"""The stamp that no fill counts with."""


class Runner(Protocol):
    """Another way to run a script than over the store's client."""

    async def run(
        self,
        script: Script,
        keys: Sequence[bytes],
        arguments: Sequence[bytes | int],
        read: Callable[[Any], Answer],
    ) -> Answer:
        """As RedisScripts.run does."""


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
        self._clock = clock
        self._ahead: float | None = None
        """Milliseconds by which Redis's time is ahead of the clock's, at least."""
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
            found, now, garbage = await self._scripts.run(READ, keys, parts, partial(read_found, wanted))
        except StoreUnavailableError:
            self._counts.failures += 1
            return Found(_NEVER, [{} for _ in wanted])
        self._ahead = now - self._clock() * 1000
        self._counts.garbage += garbage
        self._counts.found += sum(map(len, found.entries))
        return found

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """Drops it where Redis does not answer, or is full."""
        self._counts.fills += 1
        count = sum(len(fill.values) for fill in fills)
        keys = list(self.keys.books)
        parts: list[bytes | int] = [
            self.keys.entities,
            stamp,
            self._asked_for(age),
            self._options.entity_bytes,
        ]
        for fill in fills:
            self._add(fill, age, keys, parts)
        if stamp <= _NEVER or len(keys) == len(self.keys.books):
            self._counts.refused += count
            return
        try:
            kept = await self._scripts.run(FILL, keys, parts, partial(read_count, range(count + 1)))
            self._counts.refused += count - kept
        except StoreUnavailableError:
            self._counts.failures += 1

    async def invalidate(self, what: Invalidation, another_way: Runner | None = None) -> None:
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
            self.keys.count_listeners,
            len(what.entities),
            len(what.fields),
            *(encode(name) for _, name in what.fields),
            *(encode(f"t{name}") for name in what.types),
            *(encode(f"g{tag}") for tag in what.tags),
        ]
        keys = [*self.keys.books, *map(self.keys.entity, entities)]
        try:
            with self.hearing as hearing:
                clock, told = await self._invalidate(keys, parts, another_way)
                await hearing.wait(clock, told)
        except StoreUnavailableError:
            self._counts.failures += 1
            raise

    async def _invalidate(
        self, keys: Sequence[bytes], parts: Sequence[bytes | int], another_way: Runner | None
    ) -> tuple[int, float]:
        """The clock, and how many were told; more than there can be where nobody knows."""
        if another_way is not None:
            return await another_way.run(INVALIDATE, keys, parts, read_told)
        try:
            return await self._scripts.run(INVALIDATE, keys, parts, read_told, urgent=True)
        except SlotMovesError:
            await self._scripts.run(END_EPOCH, keys[:1], (), bool, urgent=True)
            return _NEVER, math.inf

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        """In the name of this object."""
        if not names:
            return ()
        try:
            return await self._scripts.run(
                CLAIM,
                self.keys.leases(names),
                [self.owner, max(1, milliseconds)],
                partial(read_leases, names),
            )
        except StoreUnavailableError:
            self._counts.failures += 1
            return [0] * len(names)

    async def release(self, names: Sequence[str]) -> None:
        """Where Redis does not answer, they end by themselves."""
        if not names:
            return
        try:
            await self._scripts.run(RELEASE, self.keys.leases(names), [self.owner], bool)
        except StoreUnavailableError:
            self._counts.failures += 1

    @property
    def is_answered(self) -> bool:
        """Whether Redis did not fail a moment ago."""
        return self._scripts.is_answered

    async def close(self) -> None:
        """Closes the client, too."""
        await self._scripts.close()

    def statistics(self) -> StoreStatistics:
        """Of this object; Redis knows its own memory."""
        return self._counts.statistics()

    def _asked_for(self, age: int) -> int:
        """By Redis's time, so that it grows older on its way; or minus the age, where that is not known."""
        return int(self._clock() * 1000 + self._ahead) - age if self._ahead is not None else -age

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
        key, head = self.keys.entity(fill.entity), encode_head(fill, tags)
        for values in _batches(list(fill.values.items())):
            keys.append(key)
            parts.extend((lasts, *head, tags, len(values)))
            for field, value in values:
                parts.extend((encode_field(field), seal(fill.entity, field, head, value)))


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
