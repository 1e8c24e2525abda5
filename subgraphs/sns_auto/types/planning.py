"""What posts are made from, and when by themselves: templates and automations."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.entities import from_row
from subgraphs.sns_auto import models
from subgraphs.sns_auto.cache_policy import CARD_NEWS, OWN
from subgraphs.sns_auto.enums import (
    CardNewsFormat,
    SNSDeliveryMode,
    SNSFrequency,
    SNSPlatform,
    SNSPurpose,
    SNSTemplateCategory,
    SNSTone,
)
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.types.access import owns
from subgraphs.sns_auto.types.user import User


@strawberry.type(directives=[OWN], description="Content and hashtags hold {placeholders}.")
class SNSTemplate:
    id: strawberry.ID
    name: str
    platform: SNSPlatform | None = strawberry.field(description="Null for all.")
    category: SNSTemplateCategory
    content: str
    hashtag_text: str
    is_system: bool = strawberry.field(description="Whether it is everybody's.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.SNSTemplate) -> Self:
        return from_row(cls, row, is_system=row.user_id is None)


@strawberry.federation.type(keys=["id"], directives=[OWN], description="Only its owner and admins see it.")
class SNSAutomate:
    id: strawberry.ID
    name: str
    topic: str
    purpose: SNSPurpose
    platforms: list[SNSPlatform]
    frequency: SNSFrequency
    interval_hours: int | None
    delivery_mode: SNSDeliveryMode
    webhook_url: str | None
    payload_version: int
    next_run_at: datetime
    is_active: bool
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.SNSAutomate]

    @strawberry.field
    def owner(self) -> User:
        return User.of(self.row.user_id)

    @classmethod
    def of(cls, row: models.SNSAutomate) -> Self:
        return from_row(cls, row, platforms=[SNSPlatform(name) for name in row.platforms])

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.automate.load(ids.decode("SNSAutomate", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


@strawberry.type(directives=[CARD_NEWS])
class CardNewsTemplate:
    id: strawberry.ID
    name: str
    tone: SNSTone
    slide_count: int
    structure: list[str] = strawberry.field(description="What each slide is for, in order.")
    design: str
    format: CardNewsFormat
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.CardNewsTemplate) -> Self:
        return from_row(cls, row)
