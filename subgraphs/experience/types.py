"""GraphQL types of experience."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.experience import models, rules
from subgraphs.experience.cache_policy import LISTINGS, STATISTICS
from subgraphs.experience.loaders import Info
from subgraphs.experience.models import ExperienceCategory, ExperienceSite
from subgraphs.experience.rules import ExperienceStatus, Total
from subgraphs.experience.service import Overview
from subgraphs.kit import ids
from subgraphs.kit.entities import from_row
from subgraphs.kit.errors import InvalidRepresentation
from subgraphs.kit.money import Money


@strawberry.federation.type(
    keys=["id", "site url"], directives=[LISTINGS], description="An advert for something to try."
)
class ExperienceListing:
    id: strawberry.ID
    site: ExperienceSite
    url: str = strawberry.field(description="The advert at its site.")
    title: str
    category: ExperienceCategory
    description: str
    image_url: str | None
    reward: str = strawberry.field(description="As the site words it.")
    reward_value: Money | None = strawberry.field(description="Null unless the reward names one amount.")
    deadline: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime = strawberry.field(description="When the site last showed it.")
    created_at: datetime
    updated_at: datetime

    @strawberry.field(description="Open until its deadline; without one, open.")
    def status(self, info: Info) -> ExperienceStatus:
        return rules.status(self.deadline, info.context.now)

    @classmethod
    def of(cls, row: models.ExperienceListing) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, site: str | None = None, url: str | None = None
    ) -> Self | None:
        loaders = info.context.loaders
        if id is not None:
            row = await loaders.listing.load(ids.decode("ExperienceListing", id))
        elif site is not None and url is not None:
            row = await loaders.listing_by_address.load(rules.address(site, url))
        else:
            raise InvalidRepresentation("An ExperienceListing needs its id, or its site and url.")
        return cls.of(row) if row else None


@strawberry.type
class ExperienceCount:
    listings: int
    open: int
    last_seen_at: datetime | None = strawberry.field(description="When one of them was last seen.")

    @classmethod
    def of(cls, total: Total) -> Self:
        return cls(listings=total.listings, open=total.open, last_seen_at=total.last_seen_at)


@strawberry.type
class ExperienceSiteCount:
    site: ExperienceSite
    count: ExperienceCount


@strawberry.type
class ExperienceCategoryCount:
    category: ExperienceCategory
    count: ExperienceCount


@strawberry.type(
    directives=[STATISTICS], description="How many listings there are. Groups without any are there too."
)
class ExperienceStats:
    total: ExperienceCount
    by_site: list[ExperienceSiteCount]
    by_category: list[ExperienceCategoryCount]

    @classmethod
    def of(cls, overview: Overview) -> Self:
        return cls(
            total=ExperienceCount.of(overview.total),
            by_site=[
                ExperienceSiteCount(site=site, count=ExperienceCount.of(total))
                for site, total in overview.by_site
            ],
            by_category=[
                ExperienceCategoryCount(category=category, count=ExperienceCount.of(total))
                for category, total in overview.by_category
            ],
        )
