"""What comes back from the networks: numbers and messages; whom to compare oneself with; settings."""

from datetime import date, datetime
from typing import Self

import strawberry

from subgraphs.kit.entities import from_row
from subgraphs.sns_auto import models
from subgraphs.sns_auto.cache_policy import ANALYTICS, OWN
from subgraphs.sns_auto.enums import SNSMessageStatus, SNSMessageType, SNSPlatform
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.types.post import SNSAccount


@strawberry.type(
    directives=[ANALYTICS],
    description="One account on one day. Followers are those at its end: do not add them up over days.",
)
class SNSAnalytics:
    id: strawberry.ID
    day: date
    followers: int
    engagement: int
    reach: int
    impressions: int
    row: strawberry.Private[models.SNSAnalytics]

    @strawberry.field
    async def account(self, info: Info) -> SNSAccount | None:
        return await load_account(info, self.row.account_id)

    @classmethod
    def of(cls, row: models.SNSAnalytics) -> Self:
        return from_row(cls, row)


@strawberry.type(directives=[OWN])
class SNSInboxMessage:
    id: strawberry.ID
    sender: str
    text: str
    type: SNSMessageType
    status: SNSMessageStatus
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.SNSInboxMessage]

    @strawberry.field
    async def account(self, info: Info) -> SNSAccount | None:
        return await load_account(info, self.row.account_id)

    @classmethod
    def of(cls, row: models.SNSInboxMessage) -> Self:
        return from_row(cls, row)


@strawberry.type(directives=[OWN])
class SNSCompetitor:
    id: strawberry.ID
    platform: SNSPlatform
    username: str
    followers: int
    engagement_rate: float = strawberry.field(description="A share of the followers: 0.05 is 5 %.")
    avg_likes: float
    avg_comments: float
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.SNSCompetitor) -> Self:
        return from_row(cls, row)


@strawberry.type(directives=[OWN])
class SNSSettings:
    id: strawberry.ID
    auto_optimal_time: bool
    engagement_notifications: bool
    auto_reply: bool
    banned_keywords: list[str]
    telegram_chat_id: str | None
    telegram_enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.SNSSettings) -> Self:
        return from_row(cls, row)


async def load_account(info: Info, key: int) -> SNSAccount | None:
    row = await info.context.loaders.account.load(key)
    return SNSAccount.of(row) if row else None
