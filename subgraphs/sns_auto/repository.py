"""All SQL of sns_auto."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from subgraphs.kit.database import ReadSession, WriteSession
from subgraphs.kit.loaders import is_one_of
from subgraphs.kit.pagination import Order, Page, PageRequest, paginate, paginate_children
from subgraphs.sns_auto.enums import (
    SNSCampaignStatus,
    SNSMessageStatus,
    SNSPlatform,
    SNSPostStatus,
    SNSTemplateCategory,
)
from subgraphs.sns_auto.models import (
    CardNewsTemplate,
    LinkInBio,
    LinkInBioLink,
    SNSAccount,
    SNSAnalytics,
    SNSAutomate,
    SNSCampaign,
    SNSCompetitor,
    SNSInboxMessage,
    SNSPost,
    SNSSettings,
    SNSTemplate,
)

ACCOUNTS_NEWEST = Order("sns_accounts", SNSAccount.created_at, SNSAccount.id, datetime)
POSTS_NEWEST = Order("sns_posts", SNSPost.created_at, SNSPost.id, datetime)
CALENDAR = Order("sns_calendar", SNSPost.scheduled_at, SNSPost.id, datetime, descending=False)
CAMPAIGNS_NEWEST = Order("sns_campaigns", SNSCampaign.created_at, SNSCampaign.id, datetime)
TEMPLATES_OLDEST = Order("sns_templates", SNSTemplate.id, SNSTemplate.id, int, descending=False)
ANALYTICS_LATEST = Order("sns_analytics", SNSAnalytics.day, SNSAnalytics.id, date)
INBOX_NEWEST = Order("sns_inbox", SNSInboxMessage.created_at, SNSInboxMessage.id, datetime)
LINKS_NEWEST = Order("link_in_bios", LinkInBio.created_at, LinkInBio.id, datetime)
AUTOMATES_NEWEST = Order("sns_automates", SNSAutomate.created_at, SNSAutomate.id, datetime)
COMPETITORS_NEWEST = Order("sns_competitors", SNSCompetitor.created_at, SNSCompetitor.id, datetime)


@dataclass(frozen=True, slots=True)
class PostSelection:
    """Which posts; None selects all. Times are those that posts are scheduled for."""

    account: int | None = None
    status: SNSPostStatus | None = None
    platform: SNSPlatform | None = None
    scheduled_from: datetime | None = None
    scheduled_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class DaySelection:
    """Which rows of analytics: from the first day to the last, both included."""

    first: date
    last: date
    platform: SNSPlatform | None = None


@dataclass(frozen=True, slots=True)
class TemplateSelection:
    """Which templates; those for all platforms belong to each."""

    platform: SNSPlatform | None = None
    category: SNSTemplateCategory | None = None


async def accounts(session: ReadSession, ids: Sequence[int]) -> Sequence[SNSAccount]:
    return await session.all(select(SNSAccount).where(is_one_of(SNSAccount.id, ids)))


async def posts(session: ReadSession, ids: Sequence[int]) -> Sequence[SNSPost]:
    return await session.all(select(SNSPost).where(is_one_of(SNSPost.id, ids)))


async def campaigns(session: ReadSession, ids: Sequence[int]) -> Sequence[SNSCampaign]:
    return await session.all(select(SNSCampaign).where(is_one_of(SNSCampaign.id, ids)))


async def automates(session: ReadSession, ids: Sequence[int]) -> Sequence[SNSAutomate]:
    return await session.all(select(SNSAutomate).where(is_one_of(SNSAutomate.id, ids)))


async def link_in_bios(session: ReadSession, ids: Sequence[int]) -> Sequence[LinkInBio]:
    return await session.all(select(LinkInBio).where(is_one_of(LinkInBio.id, ids)))


async def link_in_bios_by_slug(session: ReadSession, slugs: Sequence[str]) -> Sequence[LinkInBio]:
    return await session.all(select(LinkInBio).where(is_one_of(LinkInBio.slug, slugs)))


async def settings_of_users(session: ReadSession, users: Sequence[int]) -> Sequence[SNSSettings]:
    return await session.all(select(SNSSettings).where(is_one_of(SNSSettings.user_id, users)))


async def card_news_templates(session: ReadSession) -> Sequence[CardNewsTemplate]:
    return await session.all(select(CardNewsTemplate).order_by(CardNewsTemplate.id))


async def links(session: ReadSession, pages: Sequence[int]) -> Mapping[int, list[LinkInBioLink]]:
    """Of each page, in order."""
    statement = select(LinkInBioLink).where(is_one_of(LinkInBioLink.link_in_bio_id, pages))
    found: dict[int, list[LinkInBioLink]] = {page: [] for page in pages}
    for row in await session.all(statement.order_by(LinkInBioLink.position)):
        found[row.link_in_bio_id].append(row)
    return found


async def post_counts(session: ReadSession, accounts: Sequence[int]) -> Mapping[int, int]:
    """Accounts without posts are left out."""
    statement = (
        select(SNSPost.account_id, func.count())
        .where(is_one_of(SNSPost.account_id, accounts))
        .group_by(SNSPost.account_id)
    )
    return {row[0]: row[1] for row in await session.rows(statement)}


async def account_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, platform: SNSPlatform | None
) -> Mapping[int, Page[SNSAccount]]:
    statement = select(SNSAccount)
    if platform is not None:
        statement = statement.where(SNSAccount.platform == platform)
    return await paginate_children(session, statement, SNSAccount.user_id, users, ACCOUNTS_NEWEST, page)


async def post_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, selection: PostSelection
) -> Mapping[int, Page[SNSPost]]:
    return await paginate_children(session, _posts(selection), SNSPost.user_id, users, POSTS_NEWEST, page)


async def account_post_pages(
    session: ReadSession, accounts: Sequence[int], page: PageRequest, selection: PostSelection
) -> Mapping[int, Page[SNSPost]]:
    return await paginate_children(
        session, _posts(selection), SNSPost.account_id, accounts, POSTS_NEWEST, page
    )


async def campaign_post_pages(
    session: ReadSession, campaigns: Sequence[int], page: PageRequest, selection: PostSelection
) -> Mapping[int, Page[SNSPost]]:
    return await paginate_children(
        session, _posts(selection), SNSPost.campaign_id, campaigns, POSTS_NEWEST, page
    )


async def calendar_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, selection: PostSelection
) -> Mapping[int, Page[SNSPost]]:
    """Only what has a time, the earliest first."""
    statement = _posts(selection).where(SNSPost.scheduled_at.is_not(None))
    return await paginate_children(session, statement, SNSPost.user_id, users, CALENDAR, page)


def _posts(selection: PostSelection) -> Select[SNSPost]:
    statement = select(SNSPost)
    if selection.account is not None:
        statement = statement.where(SNSPost.account_id == selection.account)
    if selection.status is not None:
        statement = statement.where(SNSPost.status == selection.status)
    if selection.platform is not None:
        statement = statement.where(SNSPost.platform == selection.platform)
    if selection.scheduled_from is not None:
        statement = statement.where(SNSPost.scheduled_at >= selection.scheduled_from)
    if selection.scheduled_before is not None:
        statement = statement.where(SNSPost.scheduled_at < selection.scheduled_before)
    return statement


async def campaign_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, status: SNSCampaignStatus | None
) -> Mapping[int, Page[SNSCampaign]]:
    statement = select(SNSCampaign)
    if status is not None:
        statement = statement.where(SNSCampaign.status == status)
    return await paginate_children(session, statement, SNSCampaign.user_id, users, CAMPAIGNS_NEWEST, page)


async def template_page(
    session: ReadSession, user: int, page: PageRequest, selection: TemplateSelection
) -> Page[SNSTemplate]:
    """The system's and the user's own."""
    statement = select(SNSTemplate).where(SNSTemplate.user_id.is_(None) | (SNSTemplate.user_id == user))
    if selection.platform is not None:
        statement = statement.where(
            SNSTemplate.platform.is_(None) | (SNSTemplate.platform == selection.platform)
        )
    if selection.category is not None:
        statement = statement.where(SNSTemplate.category == selection.category)
    return await paginate(session, statement, TEMPLATES_OLDEST, page)


async def analytics_page(
    session: ReadSession, user: int, page: PageRequest, selection: DaySelection
) -> Page[SNSAnalytics]:
    statement = select(SNSAnalytics).where(
        SNSAnalytics.user_id == user, SNSAnalytics.day.between(selection.first, selection.last)
    )
    if selection.platform is not None:
        of_platform = select(SNSAccount.id).where(
            SNSAccount.user_id == user, SNSAccount.platform == selection.platform
        )
        statement = statement.where(SNSAnalytics.account_id.in_(of_platform))
    return await paginate(session, statement, ANALYTICS_LATEST, page)


async def inbox_page(
    session: ReadSession, user: int, page: PageRequest, status: SNSMessageStatus | None
) -> Page[SNSInboxMessage]:
    statement = select(SNSInboxMessage).where(SNSInboxMessage.user_id == user)
    if status is not None:
        statement = statement.where(SNSInboxMessage.status == status)
    return await paginate(session, statement, INBOX_NEWEST, page)


async def link_in_bio_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[LinkInBio]]:
    return await paginate_children(session, select(LinkInBio), LinkInBio.user_id, users, LINKS_NEWEST, page)


async def automate_page(session: ReadSession, user: int, page: PageRequest) -> Page[SNSAutomate]:
    statement = select(SNSAutomate).where(SNSAutomate.user_id == user)
    return await paginate(session, statement, AUTOMATES_NEWEST, page)


async def competitor_page(session: ReadSession, user: int, page: PageRequest) -> Page[SNSCompetitor]:
    statement = select(SNSCompetitor).where(SNSCompetitor.user_id == user)
    return await paginate(session, statement, COMPETITORS_NEWEST, page)


async def lock_post(session: WriteSession, id: int, user: int) -> SNSPost | None:
    """The user's post; until the transaction ends, nobody else changes it, and no publisher takes it."""
    return await session.first(
        select(SNSPost).where(SNSPost.id == id, SNSPost.user_id == user).with_for_update()
    )


async def hold_account(session: WriteSession, id: int) -> SNSAccount | None:
    """Until the transaction ends, it cannot be deactivated."""
    return await session.first(select(SNSAccount).where(SNSAccount.id == id).with_for_update(read=True))
