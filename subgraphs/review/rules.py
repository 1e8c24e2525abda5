"""Rules of review that need no database: what takes applications, what an application must be, what to search for."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from subgraphs.kit.money import Currency, Money, money
from subgraphs.review.errors import (
    CampaignNotActive,
    DeadlinePassed,
    InvalidFollowerCount,
    InvalidListingKey,
    InvalidMessage,
    InvalidSearch,
    OwnCampaign,
)
from subgraphs.review.models import (
    Campaign,
    CampaignStatus,
    ReviewListing,
    ReviewListingStatus,
    ReviewSource,
)

PRODUCT: Final = "review"
LONGEST_MESSAGE: Final = 2000
SHORTEST_SEARCH, LONGEST_SEARCH = 2, 100
NEW_FOR: Final = timedelta(hours=24)


def campaign_status(campaign: Campaign, now: datetime) -> CampaignStatus:
    """An active campaign has expired from its deadline on, whether or not anything has noted it yet."""
    if campaign.status is CampaignStatus.ACTIVE and campaign.deadline <= now:
        return CampaignStatus.EXPIRED
    return campaign.status


def listing_status(listing: ReviewListing, now: datetime) -> ReviewListingStatus:
    """As of campaigns."""
    if listing.status is ReviewListingStatus.ACTIVE and listing.deadline <= now:
        return ReviewListingStatus.EXPIRED
    return listing.status


def check_may_apply(campaign: Campaign, applicant: int, now: datetime) -> None:
    """All but the capacity, which only the database can tell. Raises OwnCampaign, CampaignNotActive or DeadlinePassed."""
    if campaign.creator_id == applicant:
        raise OwnCampaign
    status = campaign_status(campaign, now)
    if status is CampaignStatus.EXPIRED:
        raise DeadlinePassed
    if status is not CampaignStatus.ACTIVE:
        raise CampaignNotActive(status.value)


def check_application(message: str, follower_count: int) -> None:
    """Raises InvalidMessage or InvalidFollowerCount."""
    if not message.strip() or len(message) > LONGEST_MESSAGE:
        raise InvalidMessage(LONGEST_MESSAGE)
    if follower_count < 0:
        raise InvalidFollowerCount


def search_words(q: str | None) -> str | None:
    """Trimmed. Raises InvalidSearch."""
    if q is None:
        return None
    words = q.strip()
    if not SHORTEST_SEARCH <= len(words) <= LONGEST_SEARCH:
        raise InvalidSearch(SHORTEST_SEARCH, LONGEST_SEARCH)
    return words


def listing_key(source: str, external_id: str) -> tuple[str, str]:
    """The natural key of a listing. Raises InvalidListingKey."""
    if source not in ReviewSource.__members__ or not external_id:
        raise InvalidListingKey
    return source, external_id


def average(total_minor: int, count: int) -> Money:
    """In won, half rounded to even; nothing on average of nothing."""
    return money(round(Fraction(total_minor, count)) if count else 0, Currency.KRW)
