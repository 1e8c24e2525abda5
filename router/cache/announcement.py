"""What is said of an invalidation to all processes that keep copies in their memory, and who has heard it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Self
from zlib import crc32

import msgspec

from router.cache.redis_entry import encode
from router.cache.store import Invalidation

LEASE: Final = 0.25
"""Seconds for which a process that heard nothing else believes its memory, from when it asked Redis the last time."""
MARGIN: Final = 0.005
"""No two clocks of processes differ by more in so short a time."""


class _Message(msgspec.Struct, array_like=True):
    """Names are bytes: not every text of Python is UTF-8."""

    origin: bytes
    everything: bool
    entities: list[bytes]
    fields: list[tuple[bytes, bytes]]
    types: list[bytes]
    tags: list[bytes]


class Announcement(msgspec.Struct, frozen=True):
    """`clock` is Redis's after the invalidation. `origin` waits until all have heard."""

    clock: int
    origin: bytes
    what: Invalidation


_decoder: Final = msgspec.msgpack.Decoder(_Message)


def announce(origin: bytes, what: Invalidation) -> bytes:
    """What the script puts behind its clock."""
    message = msgspec.msgpack.encode(
        _Message(
            origin,
            what.everything,
            _all(what.entities),
            [(encode(entity), encode(name)) for entity, name in what.fields],
            _all(what.types),
            _all(what.tags),
        )
    )
    return b"%d %b" % (crc32(message), message)


def understand(message: bytes) -> Announcement:
    """Raises ValueError for what no store has announced."""
    clock, check, rest = message.split(b" ", 2)
    if crc32(rest) != int(check):
        raise ValueError("This is not what was announced.")
    found = _decoder.decode(rest)
    fields = tuple((_text(entity), _text(name)) for entity, name in found.fields)
    what = Invalidation(
        _texts(found.entities), fields, _texts(found.types), _texts(found.tags), found.everything
    )
    return Announcement(int(clock), found.origin, what)


class Hearing:
    """Of one process's invalidations: waits until all who were told have heard, or do not believe their memory any more.

    Whoever has asked Redis after the invalidation has also heard of it, since both come over one connection in their order.
    So all others asked before, and their lease ends within its time from now. Redis counts whom it tells, and knows who has
    asked it within a lease: where one of these does not listen any more, the count is not enough.
    """

    def __init__(self) -> None:
        self._under_way = 0
        self._heard: Counter[int] = Counter()
        self._waiting: dict[int, tuple[float, asyncio.Event]] = {}

    def __enter__(self) -> Self:
        """Before an invalidation: some hear of it before it is known here that it is done."""
        self._under_way += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._heard.clear()

    def heard(self, clock: int) -> None:
        """By one more. `clock` tells which invalidation: one that was sent again has another one."""
        if not self._under_way:
            return
        self._heard[clock] += 1
        if clock in self._waiting:
            told, event = self._waiting[clock]
            if self._heard[clock] >= told:
                event.set()

    async def wait(self, clock: int, told: float) -> None:
        """Not for longer than a lease."""
        if self._heard[clock] >= told:
            return
        event = asyncio.Event()
        self._waiting[clock] = told, event
        try:
            async with asyncio.timeout(LEASE + MARGIN):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.pop(clock, None)


def _all(texts: Sequence[str]) -> list[bytes]:
    return [encode(text) for text in texts]


def _texts(encoded: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(map(_text, encoded))


def _text(encoded: Any) -> str:
    return str(encoded, "utf-8", "surrogatepass")
