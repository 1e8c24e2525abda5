"""The unit of work: one transaction of one mutation, with the outbox inside it. The only place that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.kit import ids
from subgraphs.kit.database import Database, WriteSession
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.invalidation import read_named
from subgraphs.kit.outbox import OutboxEvent


class UnitOfWork:
    """`session` is what repositories write through."""

    def __init__(self, session: WriteSession, outbox: type[OutboxEvent]) -> None:
        self.session = session
        self._outbox = outbox
        self.recorded: list[OutboxEvent] = []

    def record(self, entity_type: str, key: int, kind: str, **payload: JsonValue) -> None:
        """Writes an event into the outbox: it is published if, and only if, this unit of work commits.

        With it, and with the answer of the mutation, routers drop the entity and all lists of its type. What else has changed,
        `cacheInvalidation` in the payload names, in the form of docs/router.md. Raises msgspec.ValidationError for another form.
        """
        read_named(payload)
        event = self._outbox()
        event.entity_type, event.entity_key = entity_type, ids.encode(entity_type, key)
        event.kind, event.payload = kind, payload
        self.session.add(event)
        self.recorded.append(event)


@asynccontextmanager
async def unit_of_work(database: Database, outbox: type[OutboxEvent]) -> AsyncIterator[UnitOfWork]:
    """Commits at the end of the block, rolls back when it raises."""
    async with AsyncSession(database.primary, expire_on_commit=False) as session, session.begin():
        work = UnitOfWork(WriteSession(session), outbox)
        yield work
    if work.recorded:
        database.recorded.set()
