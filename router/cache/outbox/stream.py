"""Reads a Redis stream from a position on, and notices when part of what follows it is not there any more."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from router.cache.outbox.position import START, EntryId, Position, entry_id, written

_BLOCK: Final = 1.0
"""Seconds to wait for an event."""
_PATIENCE: Final = 5.0
"""More of them until a connection without an answer is given up."""
_AT_ONCE: Final = 200


class Entry(NamedTuple):
    """`id` as Redis writes it."""

    id: str
    fields: Mapping[bytes, bytes]


class Batch(NamedTuple):
    """What follows a position, up to another one. `is_whole`: nothing between them was lost."""

    entries: Sequence[Entry]
    position: Position
    is_whole: bool


class _State(NamedTuple):
    """Of a stream. `first` is None where it is empty, `deleted` the last one that was deleted by its id."""

    server: str
    first: EntryId | None = None
    last: EntryId = START
    deleted: EntryId = START
    length: int = 0
    added: int = 0

    def has_all_since(self, position: Position) -> bool:
        """Trimming takes the oldest entries, so nothing is missing behind one that is there."""
        entry = position.entry
        if position.server != self.server or entry > self.last or entry < self.deleted:
            return False
        if entry == self.last:
            return True
        return self.added == self.length if entry == START else self.first is not None and self.first <= entry


class Stream:
    """`name` is its key."""

    def __init__(self, client: "Redis", name: str) -> None:
        self._client = client
        self._name = name

    async def read(self, position: Position | None, *, wait: bool) -> Batch:
        """Without a position, or where not all is there that followed it, nothing up to the stream's end.

        Waits for up to a second where nothing has happened. Raises RedisError, OSError or TimeoutError.
        """
        # Redis does these one after the other: what happens to the stream later wakes the reader, or is seen the next time.
        pipeline = self._client.pipeline(transaction=False)
        pipeline.info("replication")
        pipeline.xinfo_stream(self._name)
        if position is not None:
            after = {self._name: written(position.entry)}
            pipeline.xread(after, count=_AT_ONCE, block=int(_BLOCK * 1000) if wait else None)  # type: ignore[arg-type]
        async with asyncio.timeout(_BLOCK + _PATIENCE):
            replication, stream, *read = await pipeline.execute(raise_on_error=False)
        state = _state(replication, stream)
        if position is None or not state.has_all_since(position):
            return Batch((), Position(state.server, state.last), is_whole=False)
        entries = _entries(*read)
        last = entry_id(entries[-1].id) if entries else position.entry
        return Batch(entries, position._replace(entry=last), is_whole=True)

    async def close(self) -> None:
        """Its connections."""
        await self._client.aclose()


def _state(replication: Any, stream: Any) -> _State:
    server = str(_answer(replication)["master_replid"])
    if isinstance(stream, ResponseError) and "no such key" in str(stream):
        return _State(server)
    found = _answer(stream)
    first = found["first-entry"]
    return _State(
        server,
        entry_id(first[0]) if first else None,
        entry_id(found["last-generated-id"]),
        entry_id(found["max-deleted-entry-id"]),
        int(found["length"]),
        int(found["entries-added"]),
    )


def _entries(read: Any) -> list[Entry]:
    found = _answer(read) or ()
    # By RESP3 the client gives a mapping, of lists in a list.
    lists = chain.from_iterable(found.values()) if isinstance(found, Mapping) else (each for _, each in found)
    return [Entry(id_.decode(), fields) for entries in lists for id_, fields in entries]


def _answer(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value
