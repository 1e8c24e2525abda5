"""Notifications, and the entities of other subgraphs that they are about."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final, Self, TypeAlias

import strawberry
from strawberry.scalars import JSON

from subgraphs.accounts import models
from subgraphs.accounts.cache_policy import OWN
from subgraphs.accounts.loaders import Info
from subgraphs.accounts.models import NotificationSubjectType
from subgraphs.accounts.types.access import owns
from subgraphs.kit import ids
from subgraphs.kit.entities import STUB, from_row


@strawberry.federation.type(keys=[STUB])
class Booking:
    """Owned by coocook."""

    id: strawberry.ID


@strawberry.federation.type(name="SNSPost", keys=[STUB])
class SnsPost:
    """Owned by sns_auto."""

    id: strawberry.ID


@strawberry.federation.type(keys=[STUB])
class Campaign:
    """Owned by review."""

    id: strawberry.ID


@strawberry.federation.type(name="AIEmployee", keys=[STUB])
class AiEmployee:
    """Owned by ai_automation."""

    id: strawberry.ID


NotificationSubject: TypeAlias = Annotated[
    Booking | SnsPost | Campaign | AiEmployee,
    strawberry.union("NotificationSubject", description="What a notification is about."),
]

SUBJECTS: Final[Mapping[NotificationSubjectType, tuple[str, Callable[..., NotificationSubject]]]] = {
    NotificationSubjectType.BOOKING: ("Booking", Booking),
    NotificationSubjectType.SNS_POST: ("SNSPost", SnsPost),
    NotificationSubjectType.CAMPAIGN: ("Campaign", Campaign),
    NotificationSubjectType.AI_EMPLOYEE: ("AIEmployee", AiEmployee),
}


@strawberry.federation.type(keys=["id"], directives=[OWN])
class Notification:
    id: strawberry.ID
    type: str
    title: str
    message: str
    action_url: str | None
    icon: str | None
    data: JSON
    is_read: bool
    read_at: datetime | None
    subject: NotificationSubject | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.Notification) -> Self:
        return from_row(cls, row, type=row.kind, is_read=row.read_at is not None, subject=_subject(row))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.notification.load(ids.decode("Notification", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


def _subject(row: models.Notification) -> NotificationSubject | None:
    if row.subject_type is None or row.subject_id is None:
        return None
    name, stub = SUBJECTS[row.subject_type]
    return stub(id=ids.encode(name, row.subject_id))
