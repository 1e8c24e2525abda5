"""The schema of sns_auto: root fields, thin over repository, loaders and service."""

from datetime import date, datetime, time
from typing import Annotated

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.errors import NotFound
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.sns_auto import repository, rules, service
from subgraphs.sns_auto.cache_policy import ANALYTICS, CARD_NEWS, OWN, PAGE, QUEUE
from subgraphs.sns_auto.enums import SNSCampaignStatus, SNSMessageStatus, SNSPlatform, SNSTemplateCategory
from subgraphs.sns_auto.loaders import Info
from subgraphs.sns_auto.repository import DaySelection, PostSelection, TemplateSelection
from subgraphs.sns_auto.types.access import owns, viewer_key
from subgraphs.sns_auto.types.audience import SNSAnalytics, SNSCompetitor, SNSInboxMessage, SNSSettings
from subgraphs.sns_auto.types.link_in_bio import LinkInBio
from subgraphs.sns_auto.types.planning import CardNewsTemplate, SNSAutomate, SNSTemplate
from subgraphs.sns_auto.types.post import (
    SchedulePostInput,
    SNSAccount,
    SNSCampaign,
    SNSPost,
    SNSPostFilter,
)
from subgraphs.sns_auto.types.user import User


@strawberry.type
class Query:
    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def sns_accounts(
        self, info: Info, first: int = 20, after: str | None = None, platform: SNSPlatform | None = None
    ) -> Connection[SNSAccount] | None:
        children = Children(viewer_key(info), page_request(first, after), platform)
        return Connection.of(await info.context.loaders.accounts.load(children), SNSAccount.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def sns_posts(
        self, info: Info, first: int = 20, after: str | None = None, filter: SNSPostFilter | None = None
    ) -> Connection[SNSPost] | None:
        selection = filter.selection() if filter else PostSelection()
        children = Children(viewer_key(info), page_request(first, after), selection)
        return Connection.of(await info.context.loaders.posts.load(children), SNSPost.of)

    @strawberry.federation.field(directives=[OWN])
    async def sns_post(self, info: Info, id: strawberry.ID) -> SNSPost | None:
        viewer_key(info)
        row = await info.context.loaders.post.load(ids.decode("SNSPost", id))
        if row is None or not owns(info, row.user_id):
            raise NotFound("SNSPost")
        return SNSPost.of(row)

    @strawberry.federation.field(
        directives=[QUEUE],
        description="The viewer's posts with a time from `from` up to `to`, at most 366 days, earliest first.",
    )
    async def sns_calendar(
        self,
        info: Info,
        start: Annotated[datetime, strawberry.argument(name="from")],
        end: Annotated[datetime, strawberry.argument(name="to")],
        first: int = 20,
        after: str | None = None,
    ) -> Connection[SNSPost] | None:
        user, period = viewer_key(info), rules.period(start, end)
        selection = PostSelection(scheduled_from=period.start, scheduled_before=period.end)
        children = Children(user, page_request(first, after), selection)
        return Connection.of(await info.context.loaders.calendar.load(children), SNSPost.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def sns_campaigns(
        self, info: Info, first: int = 20, after: str | None = None, status: SNSCampaignStatus | None = None
    ) -> Connection[SNSCampaign] | None:
        children = Children(viewer_key(info), page_request(first, after), status)
        return Connection.of(await info.context.loaders.campaigns.load(children), SNSCampaign.of)

    @strawberry.federation.field(
        directives=[OWN],
        description="The system's and the viewer's, oldest first; those for all platforms always.",
    )
    async def sns_templates(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        platform: SNSPlatform | None = None,
        category: SNSTemplateCategory | None = None,
    ) -> Connection[SNSTemplate] | None:
        user, selection = viewer_key(info), TemplateSelection(platform, category)
        async with info.context.read() as session:
            page = await repository.template_page(session, user, page_request(first, after), selection)
        return Connection.of(page, SNSTemplate.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def link_in_bios(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[LinkInBio] | None:
        children = Children(viewer_key(info), page_request(first, after), None)
        return Connection.of(await info.context.loaders.link_in_bios.load(children), LinkInBio.of)

    @strawberry.federation.field(directives=[PAGE])
    async def public_link_in_bio(self, info: Info, slug: str) -> LinkInBio | None:
        row = await info.context.loaders.link_in_bio_by_slug.load(slug)
        return LinkInBio.of(row) if row else None

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def sns_automations(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[SNSAutomate] | None:
        user = viewer_key(info)
        async with info.context.read() as session:
            page = await repository.automate_page(session, user, page_request(first, after))
        return Connection.of(page, SNSAutomate.of)

    @strawberry.federation.field(
        directives=[ANALYTICS],
        description="The viewer's days from `from` to `to`, both included, at most 366, latest first.",
    )
    async def sns_analytics(
        self,
        info: Info,
        start: Annotated[date, strawberry.argument(name="from")],
        end: Annotated[date, strawberry.argument(name="to")],
        first: int = 20,
        after: str | None = None,
        platform: SNSPlatform | None = None,
    ) -> Connection[SNSAnalytics] | None:
        user = viewer_key(info)
        rules.period(datetime.combine(start, time.min), datetime.combine(end, time.max))
        selection = DaySelection(start, end, platform)
        async with info.context.read() as session:
            page = await repository.analytics_page(session, user, page_request(first, after), selection)
        return Connection.of(page, SNSAnalytics.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def sns_inbox(
        self, info: Info, first: int = 20, after: str | None = None, status: SNSMessageStatus | None = None
    ) -> Connection[SNSInboxMessage] | None:
        user = viewer_key(info)
        async with info.context.read() as session:
            page = await repository.inbox_page(session, user, page_request(first, after), status)
        return Connection.of(page, SNSInboxMessage.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def sns_competitors(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[SNSCompetitor] | None:
        user = viewer_key(info)
        async with info.context.read() as session:
            page = await repository.competitor_page(session, user, page_request(first, after))
        return Connection.of(page, SNSCompetitor.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's; null while never set.")
    async def sns_settings(self, info: Info) -> SNSSettings | None:
        row = await info.context.loaders.settings.load(viewer_key(info))
        return SNSSettings.of(row) if row else None

    @strawberry.federation.field(directives=[CARD_NEWS], description="The system's.")
    async def card_news_templates(self, info: Info) -> list[CardNewsTemplate]:
        async with info.context.read() as session:
            return [CardNewsTemplate.of(row) for row in await repository.card_news_templates(session)]


@strawberry.type
class Mutation:
    @strawberry.field(
        description="A draft for the first time, a scheduled post for another time, or a failed one again."
    )
    async def schedule_post(self, info: Info, input: SchedulePostInput) -> SNSPost:
        key = ids.decode("SNSPost", input.post_id)
        return SNSPost.of(await service.schedule_post(info.context, key, input.scheduled_at))


schema = Schema(query=Query, mutation=Mutation, types=[User])
