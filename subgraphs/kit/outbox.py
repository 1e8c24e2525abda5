"""The outbox: what changed, written in the transaction that changed it, published from there afterwards (relay.py)."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Identity, Index, Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from subgraphs.kit.database import WriteSession
from subgraphs.kit.loaders import is_one_of

_ADVISORY_LOCK: Final = 72_110_021
"""Any number will do that is not the one of migrations. Each service has a database, and so a lock, of its own."""


class OutboxEvent:
    """A mixin: one fact about one entity. `entity_key` is the global id, `kind` a past participle such as `created`."""

    __tablename__ = "outbox_events"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    event_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
    entity_type: Mapped[str]
    entity_key: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:  # noqa: N805
        """Finds what is to be published, however much was."""
        return (Index("ix_outbox_events_unpublished", "id", postgresql_where=text("published_at IS NULL")),)


async def wait_for_turn(session: WriteSession, longest: timedelta) -> None:
    """One process publishes at a time, so that nothing is published twice, until its transaction ends.

    PostgreSQL ends the transaction of one that hangs for `longest`.
    """
    timeout = f"{longest // timedelta(milliseconds=1)}ms"
    await session.execute(
        select(
            func.set_config("idle_in_transaction_session_timeout", timeout, True),
            func.pg_advisory_xact_lock(_ADVISORY_LOCK),
        )
    )


async def unpublished(
    session: WriteSession, outbox: type[OutboxEvent], limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The oldest of them, in the order in which they were recorded."""
    columns = (
        outbox.id,
        outbox.event_id,
        outbox.entity_type,
        outbox.entity_key,
        outbox.kind,
        outbox.payload,
        outbox.created_at,
    )
    is_new = outbox.published_at.is_(None)
    return await session.rows(select(*columns).where(is_new).order_by(outbox.id).limit(limit))


async def mark_published(session: WriteSession, outbox: type[OutboxEvent], ids: Sequence[int]) -> None:
    """Now."""
    statement = update(outbox).where(is_one_of(outbox.id, ids)).values(published_at=func.clock_timestamp())
    await session.execute(statement.execution_options(synchronize_session=False))


async def prune(session: WriteSession, outbox: type[OutboxEvent], age: timedelta, limit: int) -> int:
    """Deletes those of the oldest `limit` events that were published so long ago, and says how many."""
    oldest = select(outbox.id, outbox.published_at).order_by(outbox.id).limit(limit).subquery()
    gone = select(oldest.c.id).where(oldest.c.published_at < func.now() - age)
    statement = delete(outbox).where(outbox.id.in_(gone)).returning(outbox.id)
    return len(await session.rows(statement.execution_options(synchronize_session=False)))
