"""All SQL of experience."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from subgraphs.experience.models import ExperienceCategory, ExperienceListing, ExperienceSite
from subgraphs.experience.rules import Count
from subgraphs.kit.database import ReadSession
from subgraphs.kit.loaders import are_one_of, is_one_of
from subgraphs.kit.pagination import Order, Page, PageRequest, paginate

LISTINGS_NEWEST = Order("experiences", ExperienceListing.first_seen_at, ExperienceListing.id, datetime)


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """What is None does not restrict. `now` decides what is open."""

    now: datetime
    site: ExperienceSite | None = None
    category: ExperienceCategory | None = None
    open: bool | None = None


async def listings(session: ReadSession, ids: Sequence[int]) -> Sequence[ExperienceListing]:
    return await session.all(select(ExperienceListing).where(is_one_of(ExperienceListing.id, ids)))


async def listings_by_address(
    session: ReadSession, addresses: Sequence[tuple[str, str]]
) -> Sequence[ExperienceListing]:
    """By site and URL, which together are unique."""
    return await session.all(
        select(ExperienceListing).where(
            are_one_of((ExperienceListing.site, ExperienceListing.url), addresses)
        )
    )


async def listing_page(
    session: ReadSession, filter: ListingFilter, page: PageRequest
) -> Page[ExperienceListing]:
    statement = select(ExperienceListing)
    if filter.site is not None:
        statement = statement.where(ExperienceListing.site == filter.site)
    if filter.category is not None:
        statement = statement.where(ExperienceListing.category == filter.category)
    if filter.open is not None:
        statement = statement.where(_open(filter.now) if filter.open else _closed(filter.now))
    return await paginate(session, statement, LISTINGS_NEWEST, page)


async def counts(session: ReadSession, now: datetime) -> Sequence[Count]:
    """One for each pair of site and category that has listings."""
    statement = (
        select(
            ExperienceListing.site,
            ExperienceListing.category,
            func.count(),
            func.count().filter(_open(now)),
            func.max(ExperienceListing.last_seen_at),
        )
        .group_by(ExperienceListing.site, ExperienceListing.category)
        .order_by(ExperienceListing.site, ExperienceListing.category)
    )
    return [
        Count(site=site, category=category, listings=listings, open=open_, last_seen_at=last_seen_at)
        for site, category, listings, open_, last_seen_at in await session.rows(statement)
    ]


def _open(now: datetime) -> ColumnElement[bool]:
    return or_(ExperienceListing.deadline.is_(None), ExperienceListing.deadline > now)


def _closed(now: datetime) -> ColumnElement[bool]:
    return and_(ExperienceListing.deadline.is_not(None), ExperienceListing.deadline <= now)
