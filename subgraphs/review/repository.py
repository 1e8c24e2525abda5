"""All SQL of review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from subgraphs.kit.database import ReadSession, WriteSession
from subgraphs.kit.loaders import are_one_of, is_one_of
from subgraphs.kit.pagination import Order, Page, PageRequest, paginate, paginate_children
from subgraphs.review.models import (
    Campaign,
    CampaignApplication,
    CampaignApplicationStatus,
    CampaignCategory,
    CampaignStatus,
    ReviewAccount,
    ReviewApplication,
    ReviewApplicationStatus,
    ReviewBookmark,
    ReviewListing,
    ReviewListingCategory,
    ReviewListingSort,
    ReviewListingStatus,
    ReviewRewardType,
    ReviewSource,
)
from subgraphs.review.rules import NEW_FOR

CAMPAIGNS_NEWEST = Order("campaigns", Campaign.created_at, Campaign.id, datetime)
APPLICATIONS_NEWEST = Order(
    "campaign_applications", CampaignApplication.created_at, CampaignApplication.id, datetime
)
BOOKMARKS_NEWEST = Order("bookmarks", ReviewBookmark.created_at, ReviewBookmark.id, datetime)
ACCOUNTS_NEWEST = Order("accounts", ReviewAccount.created_at, ReviewAccount.id, datetime)
REVIEW_APPLICATIONS_NEWEST = Order(
    "review_applications", ReviewApplication.created_at, ReviewApplication.id, datetime
)
LISTING_ORDERS: Mapping[ReviewListingSort, Order] = {
    ReviewListingSort.LATEST: Order("listings_latest", ReviewListing.scraped_at, ReviewListing.id, datetime),
    ReviewListingSort.DEADLINE: Order(
        "listings_deadline", ReviewListing.deadline, ReviewListing.id, datetime, descending=False
    ),
    ReviewListingSort.REWARD: Order(
        "listings_reward",
        ReviewListing.__table__.c.reward_value_minor,
        ReviewListing.id,
        int,
    ),
    ReviewListingSort.FEWEST_APPLICANTS: Order(
        "listings_applicants", ReviewListing.current_applicants, ReviewListing.id, int, descending=False
    ),
}


@dataclass(frozen=True, slots=True)
class CampaignFilter:
    """What is None does not restrict. `now` decides what has expired."""

    now: datetime
    status: CampaignStatus | None = None
    category: CampaignCategory | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """What is None does not restrict. Rewards are in won, bounds included."""

    now: datetime
    status: ReviewListingStatus | None = None
    category: ReviewListingCategory | None = None
    sources: tuple[ReviewSource, ...] | None = None
    reward_type: ReviewRewardType | None = None
    smallest_reward: int | None = None
    largest_reward: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Listings of a source: how many, their rewards in sum, and how many are new."""

    source: ReviewSource
    listings: int
    reward_minor: int
    new: int


async def campaigns(session: ReadSession, ids: Sequence[int]) -> Sequence[Campaign]:
    return await session.all(select(Campaign).where(is_one_of(Campaign.id, ids)))


async def applications(session: ReadSession, ids: Sequence[int]) -> Sequence[CampaignApplication]:
    return await session.all(select(CampaignApplication).where(is_one_of(CampaignApplication.id, ids)))


async def listings(session: ReadSession, ids: Sequence[int]) -> Sequence[ReviewListing]:
    return await session.all(select(ReviewListing).where(is_one_of(ReviewListing.id, ids)))


async def listings_by_key(session: ReadSession, keys: Sequence[tuple[str, str]]) -> Sequence[ReviewListing]:
    """By source and external id, which together are unique."""
    return await session.all(
        select(ReviewListing).where(
            are_one_of((ReviewListing.source_platform, ReviewListing.external_id), keys)
        )
    )


async def bookmarks(session: ReadSession, keys: Sequence[tuple[int, int]]) -> Sequence[ReviewBookmark]:
    """By user and listing. Of several users, it also finds listings that another of them was asked for."""
    users, of_listings = [user for user, _ in keys], [listing for _, listing in keys]
    return await session.all(
        select(ReviewBookmark).where(
            is_one_of(ReviewBookmark.user_id, users), is_one_of(ReviewBookmark.listing_id, of_listings)
        )
    )


async def accounts(session: ReadSession, ids: Sequence[int]) -> Sequence[ReviewAccount]:
    return await session.all(select(ReviewAccount).where(is_one_of(ReviewAccount.id, ids)))


async def review_applications(session: ReadSession, ids: Sequence[int]) -> Sequence[ReviewApplication]:
    return await session.all(select(ReviewApplication).where(is_one_of(ReviewApplication.id, ids)))


async def taken_places(session: ReadSession, ids: Sequence[int]) -> Mapping[int, int]:
    statement = select(Campaign.id, Campaign.taken_places).where(is_one_of(Campaign.id, ids))
    return {row.id: row.taken_places for row in await session.rows(statement)}


async def campaign_page(session: ReadSession, wanted: CampaignFilter, page: PageRequest) -> Page[Campaign]:
    statement = select(Campaign)
    if wanted.status is not None:
        statement = statement.where(_campaign_is(wanted.status, wanted.now))
    if wanted.category is not None:
        statement = statement.where(Campaign.category == wanted.category)
    if wanted.words is not None:
        statement = statement.where(
            or_(_contains(Campaign.title, wanted.words), _contains(Campaign.product_name, wanted.words))
        )
    return await paginate(session, statement, CAMPAIGNS_NEWEST, page)


async def campaign_pages_of_creators(
    session: ReadSession, creators: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[Campaign]]:
    return await paginate_children(
        session, select(Campaign), Campaign.creator_id, creators, CAMPAIGNS_NEWEST, page
    )


async def application_pages_of_campaigns(
    session: ReadSession,
    campaigns: Sequence[int],
    page: PageRequest,
    status: CampaignApplicationStatus | None,
) -> Mapping[int, Page[CampaignApplication]]:
    statement = select(CampaignApplication)
    if status is not None:
        statement = statement.where(CampaignApplication.status == status)
    return await paginate_children(
        session, statement, CampaignApplication.campaign_id, campaigns, APPLICATIONS_NEWEST, page
    )


async def application_pages_of_users(
    session: ReadSession, users: Sequence[int], page: PageRequest, status: CampaignApplicationStatus | None
) -> Mapping[int, Page[CampaignApplication]]:
    statement = select(CampaignApplication)
    if status is not None:
        statement = statement.where(CampaignApplication.status == status)
    return await paginate_children(
        session, statement, CampaignApplication.applicant_id, users, APPLICATIONS_NEWEST, page
    )


async def listing_page(
    session: ReadSession, wanted: ListingFilter, sort: ReviewListingSort, page: PageRequest
) -> Page[ReviewListing]:
    statement = select(ReviewListing).where(*_listing_conditions(wanted))
    return await paginate(session, statement, LISTING_ORDERS[sort], page)


async def source_counts(session: ReadSession, now: datetime) -> Sequence[SourceCount]:
    """Of active listings, one for each source that has any."""
    reward = ReviewListing.__table__.c.reward_value_minor
    statement = (
        select(
            ReviewListing.source_platform,
            func.count().label("listings"),
            func.sum(reward).label("reward_minor"),
            func.count().filter(ReviewListing.scraped_at > now - NEW_FOR).label("new"),
        )
        .where(_listing_is(ReviewListingStatus.ACTIVE, now))
        .group_by(ReviewListing.source_platform)
        .order_by(ReviewListing.source_platform)
    )
    return [
        SourceCount(row.source_platform, row.listings, int(row.reward_minor), row.new)
        for row in await session.rows(statement)
    ]


async def bookmark_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[ReviewBookmark]]:
    return await paginate_children(
        session, select(ReviewBookmark), ReviewBookmark.user_id, users, BOOKMARKS_NEWEST, page
    )


async def account_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, _: None
) -> Mapping[int, Page[ReviewAccount]]:
    return await paginate_children(
        session, select(ReviewAccount), ReviewAccount.user_id, users, ACCOUNTS_NEWEST, page
    )


async def review_application_pages(
    session: ReadSession, users: Sequence[int], page: PageRequest, status: ReviewApplicationStatus | None
) -> Mapping[int, Page[ReviewApplication]]:
    statement = select(ReviewApplication)
    if status is not None:
        statement = statement.where(ReviewApplication.status == status)
    return await paginate_children(
        session, statement, ReviewApplication.user_id, users, REVIEW_APPLICATIONS_NEWEST, page
    )


async def campaign_now(session: WriteSession, id: int) -> Campaign | None:
    """As it is at this moment, also when this transaction has read it before."""
    return await session.first(
        select(Campaign).where(Campaign.id == id).execution_options(populate_existing=True)
    )


async def take_place(session: WriteSession, campaign: int, now: datetime) -> bool:
    """Takes one, if the campaign still takes applications and has one left. However many try at once, the row's lock
    puts them in order, and each sees what the one before it left."""
    statement = (
        update(Campaign)
        .where(
            Campaign.id == campaign,
            _campaign_is(CampaignStatus.ACTIVE, now),
            Campaign.taken_places < Campaign.max_reviewers,
        )
        .values(taken_places=Campaign.taken_places + 1)
        .returning(Campaign.id)
        .execution_options(synchronize_session=False)
    )
    return bool(await session.rows(statement))


def _campaign_is(status: CampaignStatus, now: datetime) -> ColumnElement[bool]:
    """As rules.campaign_status tells it."""
    if status is CampaignStatus.ACTIVE:
        return and_(Campaign.status == status, Campaign.deadline > now)
    if status is CampaignStatus.EXPIRED:
        overdue = and_(Campaign.status == CampaignStatus.ACTIVE, Campaign.deadline <= now)
        return or_(Campaign.status == status, overdue)
    return Campaign.status == status


def _listing_is(status: ReviewListingStatus, now: datetime) -> ColumnElement[bool]:
    """As rules.listing_status tells it."""
    if status is ReviewListingStatus.ACTIVE:
        return and_(ReviewListing.status == status, ReviewListing.deadline > now)
    if status is ReviewListingStatus.EXPIRED:
        overdue = and_(ReviewListing.status == ReviewListingStatus.ACTIVE, ReviewListing.deadline <= now)
        return or_(ReviewListing.status == status, overdue)
    return ReviewListing.status == status


def _listing_conditions(wanted: ListingFilter) -> list[ColumnElement[bool]]:
    reward = ReviewListing.__table__.c.reward_value_minor
    conditions: list[ColumnElement[bool] | None] = [
        None if wanted.status is None else _listing_is(wanted.status, wanted.now),
        None if wanted.category is None else ReviewListing.category == wanted.category,
        None if wanted.sources is None else ReviewListing.source_platform.in_(wanted.sources),
        None if wanted.reward_type is None else ReviewListing.reward_type == wanted.reward_type,
        None if wanted.smallest_reward is None else reward >= wanted.smallest_reward,
        None if wanted.largest_reward is None else reward <= wanted.largest_reward,
        None
        if wanted.words is None
        else or_(_contains(ReviewListing.title, wanted.words), _contains(ReviewListing.brand, wanted.words)),
    ]
    return [condition for condition in conditions if condition is not None]


def _contains(column: InstrumentedAttribute[str], words: str) -> ColumnElement[bool]:
    """In upper or lower case; ILIKE as written here is what the trigram index serves."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(f"%{escaped}%")
