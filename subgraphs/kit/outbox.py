"""The outbox: what changed, written in the transaction that changed it, published from there afterwards."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column


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
