"""Where users write reviews, and their applications for listings. Only their own, with a subscription."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.entities import from_row
from subgraphs.review import models, service
from subgraphs.review.cache_policy import OWN
from subgraphs.review.loaders import Info
from subgraphs.review.models import ReviewApplicationStatus, ReviewPlatform
from subgraphs.review.types.campaign import User
from subgraphs.review.types.listing import ReviewListing
from subgraphs.review.types.references import SnsAccount, social_account


@strawberry.federation.type(keys=["id"], directives=[OWN])
class ReviewAccount:
    id: strawberry.ID
    platform: ReviewPlatform
    account_name: str
    followers: int
    category_tags: list[str]
    success_rate: float | None = strawberry.field(
        description="Share of its applications that were selected, 0 to 1; null before the first decision."
    )
    last_reviewed_at: datetime | None
    is_active: bool
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.ReviewAccount]

    @strawberry.field
    def owner(self) -> User | None:
        return User(id=ids.encode("User", self.row.user_id))

    @strawberry.field(description="The same account, where it is connected for posting.")
    def social_account(self) -> SnsAccount | None:
        return social_account(self.row.social_account_id)

    @classmethod
    def of(cls, row: models.ReviewAccount) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.account.load(ids.decode("ReviewAccount", id))
        return cls.of(row) if row and service.owns(info.context, row.user_id) else None


@strawberry.federation.type(
    keys=["id"], directives=[OWN], description="For a listing, once per account. Its owner's."
)
class ReviewApplication:
    id: strawberry.ID
    status: ReviewApplicationStatus
    message: str
    result: str | None = strawberry.field(description="What the source answered.")
    review_url: str | None
    review_posted_at: datetime | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.ReviewApplication]

    @strawberry.field
    async def listing(self, info: Info) -> ReviewListing | None:
        row = await info.context.loaders.listing.load(self.row.listing_id)
        return ReviewListing.of(row) if row else None

    @strawberry.field
    async def account(self, info: Info) -> ReviewAccount | None:
        row = await info.context.loaders.account.load(self.row.account_id)
        return ReviewAccount.of(row) if row else None

    @classmethod
    def of(cls, row: models.ReviewApplication) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.review_application.load(ids.decode("ReviewApplication", id))
        return cls.of(row) if row and service.owns(info.context, row.user_id) else None
