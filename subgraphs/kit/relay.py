"""Publishes the outbox of one service: what has committed goes into the stream, in its order, each event at least once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

from subgraphs.kit import outbox
from subgraphs.kit.database import Database
from subgraphs.kit.event_stream import EventStream
from subgraphs.kit.outbox import OutboxEvent
from subgraphs.kit.unit_of_work import unit_of_work

_log: Final = logging.getLogger(__name__)
_AGAIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """`retention` is how long published events stay in the table. `poll`: seconds after which it is looked for events of
    which this process was not told, since another one recorded them."""

    retention: timedelta
    poll: float = 0.5
    batch: int = 500
    pauses: tuple[float, float] = (0.05, 2.0)
    """Seconds after a failure: the first time, and at most."""
    prune_every: float = 60.0
    hang: timedelta = timedelta(seconds=10)
    """After so long others need not wait for one who publishes."""
    last_seconds: float = 2.0
    """For what is left to publish when the service stops."""


class Relay:
    """Wakes at once when this process has recorded something, and looks now and then for what others have.

    A transaction takes a batch, publishes it and marks it. Where Redis or the database is away it rolls back, and the same
    events are published later; where only the last step failed, for a second time.
    """

    def __init__(
        self, database: Database, events: type[OutboxEvent], stream: EventStream, options: RelayOptions
    ) -> None:
        self._database = database
        self._events = events
        self._stream = stream
        self._options = options
        self._stopping = asyncio.Event()
        self._pruned = float("-inf")
        self._is_failing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Beside the block. At its end, what was recorded in it is published, if that can be done soon."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._stopping.set()
            self._database.recorded.set()
            await asyncio.wait((task,), timeout=self._options.last_seconds)
            while not task.done():
                task.cancel()  # again where Redis's client lost it, as wait_for does before Python 3.12
                await asyncio.wait((task,), timeout=_AGAIN)
            await self._stream.close()

    async def publish(self) -> int:
        """The oldest events that have not been, and how many there were: less than a batch where no more are left."""
        async with unit_of_work(self._database, self._events) as work:
            await outbox.wait_for_turn(work.session, self._options.hang)
            found = await outbox.unpublished(work.session, self._events, self._options.batch)
            if found:
                await self._stream.add(found)
                await outbox.mark_published(work.session, self._events, [event.id for event in found])
        return len(found)

    async def prune(self) -> None:
        """Deletes what was published long ago, in transactions of bounded size."""
        retention, batch = self._options.retention, self._options.batch
        deleted = batch
        while deleted == batch:
            async with unit_of_work(self._database, self._events) as work:
                deleted = await outbox.prune(work.session, self._events, retention, batch)

    async def _run(self) -> None:
        first, most = self._options.pauses
        pause = first
        while True:
            try:
                await self._work()
            except Exception as error:  # at the edge: drivers raise more than they say
                self._report(error)
                if self._stopping.is_set() or await _is_set(self._stopping, pause):
                    return
                pause = min(2 * pause, most)
                continue
            pause = first
            self._report(None)
            if self._stopping.is_set():
                return
            await _is_set(self._database.recorded, self._options.poll)

    async def _work(self) -> None:
        self._database.recorded.clear()
        while await self.publish() == self._options.batch:
            pass
        if monotonic() - self._pruned >= self._options.prune_every:
            self._pruned = monotonic()
            await self.prune()

    def _report(self, error: Exception | None) -> None:
        """Once for each time that it begins or ends."""
        if error is not None and not self._is_failing:
            _log.warning("Events are not published, and stay in the outbox until they can be: %r", error)
        elif error is None and self._is_failing:
            _log.warning("Events are published again.")
        self._is_failing = error is not None


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was or became so within that time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
