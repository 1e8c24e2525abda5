"""Accounts on social networks, campaigns, and the posts in them."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.cache_control import INHERITED
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import STUB, from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.sns_auto import models
from subgraphs.sns_auto.cache_policy import ACCOUNT, OWN
from subgraphs.sns_auto.enums import (
    SNSAccountType,
    SNSCampaignStatus,
    SNSPlatform,
    SNSPostStatus,
    SNSTemplateType,
)
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.repository import PostSelection
from subgraphs.sns_auto.types.access import own_key, owns
from subgraphs.sns_auto.types.user import User


@strawberry.federation.type(keys=[STUB])
class FileUpload:
    """Owned by accounts."""

    id: strawberry.ID


@strawberry.federation.type(
    keys=["id"],
    directives=[ACCOUNT],
    description="What its network shows to everybody is public; the rest is null for others than its owner.",
)
class SNSAccount:
    id: strawberry.ID
    platform: SNSPlatform
    account_name: str
    account_type: SNSAccountType
    picture_url: str | None
    followers: int
    following: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.SNSAccount]

    @strawberry.federation.field(directives=[OWN])
    def owner(self, info: Info) -> User | None:
        return User.of(self.row.user_id) if owns(info, self.row.user_id) else None

    @strawberry.federation.field(directives=[OWN], description="Whether posts can go there.")
    def is_active(self, info: Info) -> bool | None:
        return self.row.is_active if owns(info, self.row.user_id) else None

    @strawberry.federation.field(directives=[OWN], description="When it must be connected again.")
    def token_expires_at(self, info: Info) -> datetime | None:
        return self.row.token_expires_at if owns(info, self.row.user_id) else None

    @strawberry.federation.field(directives=[OWN], description="What the network lets us do.")
    def permissions(self, info: Info) -> list[str] | None:
        return self.row.permissions if owns(info, self.row.user_id) else None

    @strawberry.federation.field(directives=[OWN], description="Of blogs only.")
    def site_url(self, info: Info) -> str | None:
        return self.row.site_url if owns(info, self.row.user_id) else None

    @strawberry.federation.field(directives=[OWN])
    async def post_count(self, info: Info) -> int | None:
        if not owns(info, self.row.user_id):
            return None
        return await info.context.loaders.post_count.load(self.row.id)

    @strawberry.federation.field(directives=[OWN], description="Newest first.")
    async def posts(
        self, info: Info, first: int = 20, after: str | None = None, status: SNSPostStatus | None = None
    ) -> "Connection[SNSPost] | None":
        own_key(info, self.row.user_id)
        children = Children(self.row.id, page_request(first, after), PostSelection(status=status))
        return Connection.of(await info.context.loaders.account_posts.load(children), SNSPost.of)

    @classmethod
    def of(cls, row: models.SNSAccount) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.account.load(ids.decode("SNSAccount", id))
        return cls.of(row) if row else None


@strawberry.federation.type(keys=["id"], directives=[OWN], description="Only its author and admins see it.")
class SNSPost:
    id: strawberry.ID
    platform: SNSPlatform
    title: str | None = strawberry.field(description="On networks whose posts have one.")
    content: str
    status: SNSPostStatus
    template_type: SNSTemplateType | None
    hashtags: list[str] = strawberry.field(description="Without the #, besides those in the content.")
    link_url: str | None
    scheduled_at: datetime | None
    published_at: datetime | None
    external_post_id: str | None = strawberry.field(description="The network's.")
    likes: int
    comments: int
    views: int
    reach: int
    error_message: str | None = strawberry.field(description="Why publishing failed.")
    retry_count: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.SNSPost]

    @strawberry.field
    def author(self) -> User:
        return User.of(self.row.user_id)

    @strawberry.field
    async def account(self, info: Info) -> SNSAccount | None:
        row = await info.context.loaders.account.load(self.row.account_id)
        return SNSAccount.of(row) if row else None

    @strawberry.field
    async def campaign(self, info: Info) -> "SNSCampaign | None":
        if self.row.campaign_id is None:
            return None
        row = await info.context.loaders.campaign.load(self.row.campaign_id)
        return SNSCampaign.of(row) if row else None

    @strawberry.federation.field(directives=[INHERITED], description="In order.")
    def media(self) -> list[FileUpload]:
        return [FileUpload(id=ids.encode("FileUpload", key)) for key in self.row.media]

    @classmethod
    def of(cls, row: models.SNSPost) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.post.load(ids.decode("SNSPost", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


@strawberry.federation.type(keys=["id"], directives=[OWN], description="Only its owner and admins see it.")
class SNSCampaign:
    id: strawberry.ID
    name: str
    description: str
    target_platforms: list[SNSPlatform]
    status: SNSCampaignStatus
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.SNSCampaign]

    @strawberry.field
    def owner(self) -> User:
        return User.of(self.row.user_id)

    @strawberry.federation.field(directives=[INHERITED], description="Newest first.")
    async def posts(
        self, info: Info, first: int = 20, after: str | None = None, status: SNSPostStatus | None = None
    ) -> Connection[SNSPost]:
        children = Children(self.row.id, page_request(first, after), PostSelection(status=status))
        return Connection.of(await info.context.loaders.campaign_posts.load(children), SNSPost.of)

    @classmethod
    def of(cls, row: models.SNSCampaign) -> Self:
        platforms = [SNSPlatform(name) for name in row.target_platforms]
        return from_row(cls, row, target_platforms=platforms)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.campaign.load(ids.decode("SNSCampaign", id))
        return cls.of(row) if row and owns(info, row.user_id) else None


@strawberry.input(description="Times are those that posts are scheduled for.")
class SNSPostFilter:
    account_id: strawberry.ID | None = None
    status: SNSPostStatus | None = None
    platform: SNSPlatform | None = None
    scheduled_from: datetime | None = None
    scheduled_before: datetime | None = None

    def selection(self) -> PostSelection:
        """Raises InvalidId."""
        account = None if self.account_id is None else ids.decode("SNSAccount", self.account_id)
        return PostSelection(account, self.status, self.platform, self.scheduled_from, self.scheduled_before)


@strawberry.input
class SchedulePostInput:
    post_id: strawberry.ID
    scheduled_at: datetime
