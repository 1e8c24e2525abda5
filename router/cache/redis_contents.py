"""What a Redis, or all nodes of a Cluster, hold of a field cache, counted in small steps beside all else that they do."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from os.path import commonprefix
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError

from router.cache.redis_cluster import Address, ClusterRedis
from router.cache.redis_connection import Partition, RedisUrlError, partitions
from router.cache.redis_entry import encode
from router.cache.store import type_of

_STEP: Final = 1000
_FEW: Final = 128
"""Fields of an entity that Redis would keep closely together, if none of them were long."""
_MEASURED: Final = 200
"""Entities of a type that are measured."""
_SECONDS: Final = 10
"""For a step."""


class ContentsError(Exception):
    """Why Redis cannot be read; without its password."""


@dataclass(slots=True)
class Kind:
    """Of one type: how many entities there are, and what some of them have."""

    entities: int = 0
    measured: int = 0
    measured_fields: int = 0
    measured_bytes: int = 0
    wide: int = 0
    """Of those that were measured, how many have few fields, and yet lie in the form that is for many."""

    @property
    def fields(self) -> int:
        """Of all; reckoned, unless each was measured."""
        return self._of_all(self.measured_fields)

    @property
    def bytes(self) -> int:
        """Of all; reckoned, unless each was measured."""
        return self._of_all(self.measured_bytes)

    def _of_all(self, count: int) -> int:
        return round(count * self.entities / self.measured) if self.measured else 0


@dataclass(slots=True)
class Contents:
    """`keys` are all of the database, `seen` about as many as were looked at; not `complete`, there may be more entities."""

    keys: int
    seen: int = 0
    complete: bool = False
    kinds: dict[str, Kind] = field(default_factory=dict)


async def read_contents(
    url: str, namespace: str, limit: int, progress: Callable[[Contents], None]
) -> Contents:
    """Looks at no more than about `limit` keys, and tells `progress` after each step. Raises ContentsError."""
    try:
        parts = partitions(url, namespace)
    except RedisUrlError as error:
        raise ContentsError(str(error)) from None
    try:
        return await _read(parts, limit, progress)
    except TimeoutError:
        raise ContentsError(f"Redis did not answer within {_SECONDS} seconds.") from None
    except (RedisError, OSError) as error:
        raise ContentsError(f"Redis cannot be read: {error}") from None
    finally:
        await asyncio.gather(*(each.client.aclose() for each in parts))


async def _read(parts: Sequence[Partition], limit: int, progress: Callable[[Contents], None]) -> Contents:
    prefixes = [encode(each.prefix) + b":e:" for each in parts]
    async with asyncio.timeout(_SECONDS):
        servers = await _servers(parts)
        sizes = [await client.dbsize() for client in servers]
    found = Contents(sum(sizes))
    for client, until in zip(servers, accumulate(sizes), strict=True):
        found.complete = False
        await _look(client, prefixes, limit, found, progress)
        found.seen = min(found.seen, until)
    return found


async def _servers(parts: Sequence[Partition]) -> Sequence["Redis"]:
    """A client for each: several partitions may be at one node."""
    found: dict[Address | None, Redis] = {}
    for client, _ in parts:
        found[await client.owner.address() if isinstance(client, ClusterRedis) else None] = client
    return list(found.values())


async def _look(
    client: "Redis",
    prefixes: Sequence[bytes],
    limit: int,
    found: Contents,
    progress: Callable[[Contents], None],
) -> None:
    pattern = re.sub(rb"([\\*?\[\]])", rb"\\\1", _shared(prefixes)) + b"*"
    cursor = 0
    while not found.complete and found.seen < limit:
        step = min(_STEP, limit - found.seen)
        async with asyncio.timeout(_SECONDS):
            cursor, keys = await client.scan(cursor, match=pattern, count=step)
            await _measure(client, _count(keys, prefixes, found))
        found.seen, found.complete = found.seen + step, cursor == 0
        progress(found)


def _shared(prefixes: Sequence[bytes]) -> bytes:
    return commonprefix(prefixes) or b""  # noqa: RUF071  of characters, since they are no paths


def _count(keys: Sequence[Any], prefixes: Sequence[bytes], found: Contents) -> list[tuple[bytes, Kind]]:
    """Those that are to be measured."""
    chosen = []
    for key in keys:
        start = next((len(prefix) for prefix in prefixes if key.startswith(prefix)), None)
        if start is None:
            continue
        kind = found.kinds.setdefault(type_of(key[start:].decode("utf-8", "replace")), Kind())
        kind.entities += 1
        if kind.entities <= _MEASURED:
            chosen.append((key, kind))
    return chosen


async def _measure(client: "Redis", chosen: Sequence[tuple[bytes, Kind]]) -> None:
    if not chosen:
        return
    pipeline = client.pipeline(transaction=False)
    for key, _ in chosen:
        pipeline.hlen(key)
        pipeline.memory_usage(key)
        pipeline.object("encoding", key)
    answers: list[Any] = await pipeline.execute(raise_on_error=False)
    for (_, kind), fields, size, form in zip(chosen, answers[::3], answers[1::3], answers[2::3], strict=True):
        if isinstance(size, NoPermissionError):
            raise size
        if isinstance(fields, int) and isinstance(size, int):  # else it is gone, or not ours
            kind.measured += 1
            kind.measured_fields += fields
            kind.measured_bytes += size
            kind.wide += form == b"hashtable" and fields <= _FEW
