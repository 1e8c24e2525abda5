"""The schema of experience: root fields, all of them open to anybody."""

import strawberry

from subgraphs.experience import repository, service
from subgraphs.experience.cache_policy import LISTINGS, STATISTICS
from subgraphs.experience.loaders import Info
from subgraphs.experience.models import ExperienceCategory, ExperienceSite
from subgraphs.experience.repository import ListingFilter
from subgraphs.experience.types import (
    ExperienceCategoryCount,
    ExperienceListing,
    ExperienceSiteCount,
    ExperienceStats,
)
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.federation import Schema
from subgraphs.kit.pagination import page_request


@strawberry.type
class Query:
    @strawberry.federation.field(
        directives=[LISTINGS], description="Newest first. `open: false` for those whose deadline has passed."
    )
    async def experiences(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        site: ExperienceSite | None = None,
        category: ExperienceCategory | None = None,
        open: bool | None = None,
    ) -> Connection[ExperienceListing]:
        wanted = ListingFilter(info.context.now, site, category, open)
        async with info.context.read() as session:
            page = await repository.listing_page(session, wanted, page_request(first, after))
        return Connection.of(page, ExperienceListing.of)

    @strawberry.federation.field(directives=[LISTINGS])
    async def experience(self, info: Info, id: strawberry.ID) -> ExperienceListing | None:
        row = await info.context.loaders.listing.load(ids.decode("ExperienceListing", id))
        return ExperienceListing.of(row) if row else None

    @strawberry.federation.field(directives=[STATISTICS])
    async def experience_stats(self, info: Info) -> ExperienceStats:
        return ExperienceStats.of(await service.overview(info.context))

    @strawberry.federation.field(directives=[STATISTICS], description="The sites that are looked at.")
    async def experience_sites(self, info: Info) -> list[ExperienceSiteCount]:
        return ExperienceStats.of(await service.overview(info.context)).by_site

    @strawberry.federation.field(directives=[STATISTICS])
    async def experience_categories(self, info: Info) -> list[ExperienceCategoryCount]:
        return ExperienceStats.of(await service.overview(info.context)).by_category


schema = Schema(query=Query)
