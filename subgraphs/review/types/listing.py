"""Listings gathered from other platforms, and what users keep of them. All of it is for subscribers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.entities import from_row
from subgraphs.kit.errors import InvalidRepresentation
from subgraphs.kit.money import Money
from subgraphs.kit.scalars import Int64
from subgraphs.review import models, rules, service
from subgraphs.review.cache_policy import LISTINGS, OWN
from subgraphs.review.loaders import Info
from subgraphs.review.models import (
    ReviewListingCategory,
    ReviewListingStatus,
    ReviewRewardType,
    ReviewSource,
)
from subgraphs.review.repository import ListingFilter, SourceCount


@strawberry.federation.type(
    keys=["id", "sourcePlatform externalId"],
    directives=[LISTINGS],
    description="A campaign on another platform. For subscribers of review.",
)
class ReviewListing:
    id: strawberry.ID
    source_platform: ReviewSource
    external_id: str = strawberry.field(description="Its id at the source.")
    title: str
    brand: str
    category: ReviewListingCategory
    reward_type: ReviewRewardType
    reward_value: Money = strawberry.field(description="Always in won.")
    follower_minimum: int | None = strawberry.field(description="How many followers a reviewer needs.")
    required_tags: list[str]
    deadline: datetime
    max_applicants: int | None
    current_applicants: int
    url: str
    image_url: str | None
    scraped_at: datetime = strawberry.field(description="When the source last showed it.")
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.ReviewListing]

    @strawberry.field(description="An active listing is EXPIRED from its deadline on.")
    def status(self, info: Info) -> ReviewListingStatus:
        return rules.listing_status(self.row, info.context.now)

    @strawberry.federation.field(directives=[OWN], description="Whether the viewer has bookmarked it.")
    async def is_bookmarked(self, info: Info) -> bool | None:
        viewer = service.require_customer(info.context)
        return await info.context.loaders.bookmark.load((viewer.user_id, self.row.id)) is not None

    @classmethod
    def of(cls, row: models.ReviewListing) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID | None = None,
        source_platform: str | None = None,
        external_id: str | None = None,
    ) -> Self | None:
        loaders = info.context.loaders
        if id is not None:
            row = await loaders.listing.load(ids.decode("ReviewListing", id))
        elif source_platform is not None and external_id is not None:
            row = await loaders.listing_by_key.load(rules.listing_key(source_platform, external_id))
        else:
            raise InvalidRepresentation("A ReviewListing needs its id, or its sourcePlatform and externalId.")
        return cls.of(row) if row and service.is_customer(info.context) else None


@strawberry.type
class ReviewBookmark:
    created_at: datetime
    row: strawberry.Private[models.ReviewBookmark]

    @strawberry.field
    async def listing(self, info: Info) -> ReviewListing | None:
        row = await info.context.loaders.listing.load(self.row.listing_id)
        return ReviewListing.of(row) if row else None

    @classmethod
    def of(cls, row: models.ReviewBookmark) -> Self:
        return cls(created_at=row.created_at, row=row)


@strawberry.type(description="Of the active listings of a source.")
class ReviewSourceStats:
    source_platform: ReviewSource
    listings: int
    average_reward: Money
    new_in_last_day: int = strawberry.field(description="Found within the last 24 hours.")

    @classmethod
    def of(cls, count: SourceCount) -> Self:
        average = rules.average(count.reward_minor, count.listings)
        return cls(
            source_platform=count.source,
            listings=count.listings,
            average_reward=average,
            new_in_last_day=count.new,
        )


@strawberry.type(
    directives=[LISTINGS], description="Of the active listings. Sources without any are left out."
)
class ReviewListingStats:
    listings: int
    average_reward: Money
    new_in_last_day: int = strawberry.field(description="Found within the last 24 hours.")
    by_source: list[ReviewSourceStats]

    @classmethod
    def of(cls, counts: Sequence[SourceCount]) -> Self:
        listings = sum(count.listings for count in counts)
        return cls(
            listings=listings,
            average_reward=rules.average(sum(count.reward_minor for count in counts), listings),
            new_in_last_day=sum(count.new for count in counts),
            by_source=[ReviewSourceStats.of(count) for count in counts],
        )


@strawberry.input(description="What is left out does not restrict; without a status, only ACTIVE listings.")
class ReviewListingFilter:
    category: ReviewListingCategory | None = None
    platforms: list[ReviewSource] | None = None
    reward_type: ReviewRewardType | None = None
    min_reward: Int64 | None = strawberry.field(default=None, description="In won.")
    max_reward: Int64 | None = strawberry.field(default=None, description="In won.")
    q: str | None = strawberry.field(
        default=None, description="Part of the title or the brand, 2 to 100 characters."
    )
    status: ReviewListingStatus = ReviewListingStatus.ACTIVE

    def at(self, now: datetime) -> ListingFilter:
        """Raises InvalidSearch."""
        return ListingFilter(
            now=now,
            status=self.status,
            category=self.category,
            sources=None if self.platforms is None else tuple(self.platforms),
            reward_type=self.reward_type,
            smallest_reward=self.min_reward,
            largest_reward=self.max_reward,
            words=rules.search_words(self.q),
        )
