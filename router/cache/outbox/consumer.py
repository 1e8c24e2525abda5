"""Applies the events of a stream to a store, from where it was left: for a process, however many graphs it serves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from router.cache.asked_names import AskedNames
from router.cache.open_store import OpenStore
from router.cache.outbox.event import Event, MalformedEventError, read_event
from router.cache.outbox.place import Place
from router.cache.outbox.statistics import ConsumerCounts, ConsumerStatistics
from router.cache.outbox.stream import Batch, Entry, Stream
from router.cache.outbox.understanding import understand
from router.cache.store import Invalidation, together

_log: Final = logging.getLogger(__name__)
_PAUSES: Final = 0.05, 1.0
"""Seconds after a failure: the first time, and at most."""
_STANDBY: Final = 1.0
"""Seconds until it is looked again whether somebody else still reads."""
_CATCH_UP: Final = 5.0
"""Seconds for which a process that starts waits, at most, until it has applied what was said meanwhile."""
_QUIET: Final = 60.0
_AGAIN: Final = 0.1


def _now() -> datetime:
    return datetime.now(UTC)


class Consumer:
    """An event counts as applied once its invalidation is in force; until then the position stays where it is.

    So after a disconnect, or after another process, some are applied twice, and none is missed. Where some are lost, or
    nobody knows where to go on, everything is dropped.
    """

    def __init__(
        self, opened: OpenStore, stream: Stream, place: Place, clock: Callable[[], datetime] = _now
    ) -> None:
        self._opened = opened
        self._stream = stream
        self._place = place
        self._clock = clock
        self._graphs: list[AskedNames] = []
        self._counts = ConsumerCounts()
        self._task: asyncio.Task[None] | None = None
        self._caught_up = asyncio.Event()
        self._pause = _PAUSES[0]
        self._quiet_until = {"failure": float("-inf"), "malformed": float("-inf"), "unknown": float("-inf")}

    @asynccontextmanager
    async def serving(self, names: AskedNames) -> AsyncIterator[None]:
        """Reads while anybody serves. Begins when what was said before is applied, unless that takes long."""
        self._graphs.append(names)
        if self._task is None:
            self._caught_up.clear()
            self._task = asyncio.create_task(self._run())
        with suppress(TimeoutError):
            async with asyncio.timeout(_CATCH_UP):
                await self._caught_up.wait()
        try:
            yield
        finally:
            self._graphs.remove(names)
            if not self._graphs:
                await self._stop()

    def statistics(self) -> ConsumerStatistics:
        """Of this process."""
        return self._counts.statistics()

    async def _stop(self) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        while not task.done():
            task.cancel()  # again where the client lost it: see redis_connection.py
            await asyncio.wait((task,), timeout=_AGAIN)
        with suppress(Exception):  # Redis is away, and the lease ends by itself
            await self._place.leave()
        await self._stream.close()
        await self._place.close()

    async def _run(self) -> None:
        while True:
            pause = _STANDBY
            try:
                await self._read()
            except Exception as error:  # the client raises more than it says
                self._counts.failures += 1
                self._report("failure", "Events of subgraphs are not heard of: %r", error)
                pause, self._pause = self._pause, min(2 * self._pause, _PAUSES[1])
            finally:
                self._counts.is_reading = False
                self._caught_up.set()
            await asyncio.sleep(pause)

    async def _read(self) -> None:
        """Until another process does."""
        position = await self._place.load()
        wait = False
        while await self._place.take():
            self._counts.is_reading = True
            batch = await self._stream.read(position, wait=wait)
            if not batch.is_whole:
                await self._begin_anew(is_new=position is None)
            await self._apply(batch)
            if batch.position != position:
                position = batch.position
                await self._place.keep(position)
            self._pause = _PAUSES[0]
            wait = not batch.entries
            if wait:
                self._caught_up.set()

    async def _begin_anew(self, *, is_new: bool) -> None:
        await self._opened.invalidate(Invalidation(everything=True))
        if not is_new:
            self._counts.gaps += 1
            _log.warning("Events of subgraphs were lost before they were read, so the cache begins anew.")

    async def _apply(self, batch: Batch) -> None:
        """All of it in one."""
        events = [event for entry in batch.entries if (event := self._event(entry)) is not None]
        parts = [understand(event, self._graphs) for event in events]
        what = together(parts)
        if what != Invalidation():
            await self._opened.invalidate(what)
        self._count(events, parts)

    def _event(self, entry: Entry) -> Event | None:
        try:
            return read_event(entry.fields)
        except MalformedEventError as error:
            self._counts.malformed += 1
            self._report("malformed", "The entry %s of the stream is no event. %s", entry.id, error)
            return None

    def _count(self, events: Sequence[Event], parts: Sequence[Invalidation]) -> None:
        now = self._clock()
        for event, part in zip(events, parts, strict=True):
            self._counts.applied += 1
            if event.created_at is not None:
                self._counts.lagged((now - event.created_at).total_seconds())
            if part == Invalidation():
                self._counts.unknown += 1
                self._report("unknown", "The graph has nothing of what an event names: %s", event.asked)

    def _report(self, kind: str, message: str, *values: object) -> None:
        """Now and then."""
        if monotonic() >= self._quiet_until[kind]:
            self._quiet_until[kind] = monotonic() + _QUIET
            _log.warning(message, *values)
