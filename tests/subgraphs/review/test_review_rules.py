"""The pure rules of review."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.errors import DomainError
from subgraphs.kit.money import Currency, money
from subgraphs.review import rules
from subgraphs.review.errors import InvalidListingKey, InvalidSearch
from subgraphs.review.models import Campaign, CampaignStatus, ReviewListing, ReviewListingStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CREATOR, APPLICANT = 2, 8


@pytest.mark.parametrize(
    ("stored", "deadline", "status"),
    [
        (CampaignStatus.ACTIVE, NOW + SECOND, CampaignStatus.ACTIVE),
        (CampaignStatus.ACTIVE, NOW, CampaignStatus.EXPIRED),
        (CampaignStatus.ACTIVE, NOW - SECOND, CampaignStatus.EXPIRED),
        (CampaignStatus.CLOSED, NOW - SECOND, CampaignStatus.CLOSED),
        (CampaignStatus.COMPLETED, NOW - SECOND, CampaignStatus.COMPLETED),
        (CampaignStatus.EXPIRED, NOW + SECOND, CampaignStatus.EXPIRED),
    ],
)
def test_a_campaign_expires_at_its_deadline(
    stored: CampaignStatus, deadline: datetime, status: CampaignStatus
) -> None:
    assert rules.campaign_status(Campaign(status=stored, deadline=deadline), NOW) is status


@pytest.mark.parametrize(
    ("stored", "deadline", "status"),
    [
        (ReviewListingStatus.ACTIVE, NOW + SECOND, ReviewListingStatus.ACTIVE),
        (ReviewListingStatus.ACTIVE, NOW, ReviewListingStatus.EXPIRED),
        (ReviewListingStatus.CLOSED, NOW - SECOND, ReviewListingStatus.CLOSED),
        (ReviewListingStatus.EXPIRED, NOW + SECOND, ReviewListingStatus.EXPIRED),
    ],
)
def test_so_does_a_listing(
    stored: ReviewListingStatus, deadline: datetime, status: ReviewListingStatus
) -> None:
    assert rules.listing_status(ReviewListing(status=stored, deadline=deadline), NOW) is status


@pytest.mark.parametrize(
    ("creator", "status", "deadline", "code"),
    [
        (CREATOR, CampaignStatus.ACTIVE, NOW + SECOND, None),
        (APPLICANT, CampaignStatus.ACTIVE, NOW + SECOND, "OWN_CAMPAIGN"),
        (APPLICANT, CampaignStatus.CLOSED, NOW - SECOND, "OWN_CAMPAIGN"),
        (CREATOR, CampaignStatus.ACTIVE, NOW, "DEADLINE_PASSED"),
        (CREATOR, CampaignStatus.EXPIRED, NOW - SECOND, "DEADLINE_PASSED"),
        (CREATOR, CampaignStatus.CLOSED, NOW + SECOND, "CAMPAIGN_NOT_ACTIVE"),
        (CREATOR, CampaignStatus.COMPLETED, NOW - SECOND, "CAMPAIGN_NOT_ACTIVE"),
    ],
)
def test_who_may_apply_for_what(
    creator: int, status: CampaignStatus, deadline: datetime, code: str | None
) -> None:
    campaign = Campaign(creator_id=creator, status=status, deadline=deadline)
    if code is None:
        rules.check_may_apply(campaign, APPLICANT, NOW)
        return
    with pytest.raises(DomainError) as refused:
        rules.check_may_apply(campaign, APPLICANT, NOW)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("message", "followers", "code"),
    [
        ("x", 0, None),
        ("가" * 2000, 2**31 - 1, None),
        ("🍜" * 2000, 1, None),
        ("", 0, "INVALID_MESSAGE"),
        (" \n\t", 0, "INVALID_MESSAGE"),
        ("x" * 2001, 0, "INVALID_MESSAGE"),
        ("x", -1, "INVALID_FOLLOWER_COUNT"),
    ],
)
def test_what_an_application_says(message: str, followers: int, code: str | None) -> None:
    if code is None:
        rules.check_application(message, followers)
        return
    with pytest.raises(DomainError) as refused:
        rules.check_application(message, followers)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("q", "words"), [(None, None), (" 크림 ", "크림"), ("ab", "ab"), ("x" * 100, "x" * 100)]
)
def test_searches_are_trimmed(q: str | None, words: str | None) -> None:
    assert rules.search_words(q) == words


@pytest.mark.parametrize("q", ["", " a ", "x" * 101])
def test_searches_of_other_lengths_are_refused(q: str) -> None:
    with pytest.raises(InvalidSearch):
        rules.search_words(q)


@pytest.mark.parametrize(("platform", "external_id"), [("NOWHERE", "1"), ("REVU", ""), ("revu", "1")])
def test_what_is_no_key_of_a_listing(platform: str, external_id: str) -> None:
    with pytest.raises(InvalidListingKey):
        rules.listing_key(platform, external_id)


@pytest.mark.parametrize(
    ("total", "count", "average"), [(0, 0, 0), (10, 4, 2), (30, 4, 8), (10, 3, 3), (11, 3, 4)]
)
def test_averages_round_half_to_even(total: int, count: int, average: int) -> None:
    assert rules.average(total, count) == money(average, Currency.KRW)


@given(st.integers(0, 2**53), st.integers(1, 10**6))
def test_an_average_is_never_off_by_more_than_half(total: int, count: int) -> None:
    assert abs(2 * (rules.average(total, count).amount_minor * count - total)) <= count
