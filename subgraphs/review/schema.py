"""The schema of review: root fields, thin over repository, loaders and service."""

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.errors import NotFound
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.review import repository, rules, service
from subgraphs.review.cache_policy import CAMPAIGNS, LISTINGS, OWN
from subgraphs.review.loaders import Info
from subgraphs.review.models import (
    CampaignApplicationStatus,
    CampaignCategory,
    CampaignStatus,
    ReviewApplicationStatus,
    ReviewListingSort,
)
from subgraphs.review.repository import CampaignFilter
from subgraphs.review.types.account import ReviewAccount, ReviewApplication
from subgraphs.review.types.campaign import ApplyToCampaignInput, Campaign, CampaignApplication, User
from subgraphs.review.types.listing import (
    ReviewBookmark,
    ReviewListing,
    ReviewListingFilter,
    ReviewListingStats,
)


@strawberry.type
class Query:
    @strawberry.federation.field(
        directives=[CAMPAIGNS],
        description="Newest first. `q` is part of the title or the product's name, 2 to 100 characters.",
    )
    async def campaigns(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        category: CampaignCategory | None = None,
        status: CampaignStatus = CampaignStatus.ACTIVE,
        q: str | None = None,
    ) -> Connection[Campaign]:
        wanted = CampaignFilter(info.context.now, status, category, rules.search_words(q))
        async with info.context.read() as session:
            page = await repository.campaign_page(session, wanted, page_request(first, after))
        return Connection.of(page, Campaign.of)

    @strawberry.federation.field(directives=[CAMPAIGNS])
    async def campaign(self, info: Info, id: strawberry.ID) -> Campaign | None:
        row = await info.context.loaders.campaign.load(ids.decode("Campaign", id))
        return Campaign.of(row) if row else None

    @strawberry.federation.field(directives=[OWN], description="Those the viewer created, newest first.")
    async def my_campaigns(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[Campaign] | None:
        children = Children(service.require_customer(info.context).user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.campaigns_of_creator.load(children), Campaign.of)

    @strawberry.federation.field(directives=[OWN], description="Those the viewer made, newest first.")
    async def my_campaign_applications(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        status: CampaignApplicationStatus | None = None,
    ) -> Connection[CampaignApplication] | None:
        viewer = service.require_customer(info.context)
        children = Children(viewer.user_id, page_request(first, after), status)
        page = await info.context.loaders.applications_of_user.load(children)
        return Connection.of(page, CampaignApplication.of)

    @strawberry.federation.field(
        directives=[OWN], description="Newest first. Only for the campaign's creator."
    )
    async def campaign_applications(
        self,
        info: Info,
        campaign_id: strawberry.ID,
        first: int = 20,
        after: str | None = None,
        status: CampaignApplicationStatus | None = None,
    ) -> Connection[CampaignApplication] | None:
        service.require_customer(info.context)
        row = await info.context.loaders.campaign.load(ids.decode("Campaign", campaign_id))
        if row is None:
            raise NotFound("Campaign")
        service.require_owner(info.context, row.creator_id)
        children = Children(row.id, page_request(first, after), status)
        page = await info.context.loaders.applications_of_campaign.load(children)
        return Connection.of(page, CampaignApplication.of)

    @strawberry.federation.field(directives=[LISTINGS], description="For subscribers of review.")
    async def review_listings(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: ReviewListingFilter | None = None,
        sort: ReviewListingSort = ReviewListingSort.LATEST,
    ) -> Connection[ReviewListing] | None:
        service.require_customer(info.context)
        wanted = (filter or ReviewListingFilter()).at(info.context.now)
        async with info.context.read() as session:
            page = await repository.listing_page(session, wanted, sort, page_request(first, after))
        return Connection.of(page, ReviewListing.of)

    @strawberry.federation.field(directives=[LISTINGS], description="For subscribers of review.")
    async def review_listing(self, info: Info, id: strawberry.ID) -> ReviewListing | None:
        service.require_customer(info.context)
        row = await info.context.loaders.listing.load(ids.decode("ReviewListing", id))
        return ReviewListing.of(row) if row else None

    @strawberry.federation.field(directives=[LISTINGS], description="For subscribers of review.")
    async def review_listing_stats(self, info: Info) -> ReviewListingStats | None:
        service.require_customer(info.context)
        async with info.context.read() as session:
            return ReviewListingStats.of(await repository.source_counts(session, info.context.now))

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def review_bookmarks(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[ReviewBookmark] | None:
        children = Children(service.require_customer(info.context).user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.bookmarks.load(children), ReviewBookmark.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def review_accounts(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[ReviewAccount] | None:
        children = Children(service.require_customer(info.context).user_id, page_request(first, after), None)
        return Connection.of(await info.context.loaders.accounts.load(children), ReviewAccount.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def review_applications(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        status: ReviewApplicationStatus | None = None,
    ) -> Connection[ReviewApplication] | None:
        viewer = service.require_customer(info.context)
        children = Children(viewer.user_id, page_request(first, after), status)
        page = await info.context.loaders.review_applications.load(children)
        return Connection.of(page, ReviewApplication.of)


@strawberry.type
class Mutation:
    @strawberry.field(
        description="Once per campaign, while it is active and has a place left. Needs a subscription to review."
    )
    async def apply_to_campaign(self, info: Info, input: ApplyToCampaignInput) -> CampaignApplication:
        service.require_customer(info.context)
        application = await service.apply_to_campaign(info.context, input.to_application())
        return CampaignApplication.of(application)


schema = Schema(query=Query, mutation=Mutation, types=[User])
