"""The pure rules of sns_auto: steps of a post, what each network takes."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from subgraphs.sns_auto import rules
from subgraphs.sns_auto.enums import SNSPlatform, SNSPostStatus, SNSTemplateType
from subgraphs.sns_auto.errors import (
    AccountInactive,
    InvalidMedia,
    InvalidPeriod,
    InvalidTitle,
    InvalidTransition,
    PlatformMismatch,
    ScheduledInThePast,
    ScheduledTooFarAhead,
    TextTooLong,
    TooManyHashtags,
)
from subgraphs.sns_auto.models import SNSAccount, SNSPost

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DRAFT, SCHEDULED, PUBLISHING, PUBLISHED, FAILED = SNSPostStatus
ALLOWED = {
    (DRAFT, SCHEDULED),
    (SCHEDULED, SCHEDULED),
    (SCHEDULED, PUBLISHING),
    (PUBLISHING, PUBLISHED),
    (PUBLISHING, FAILED),
    (FAILED, SCHEDULED),
}
P = SNSPlatform
T = SNSTemplateType


def post(platform: SNSPlatform, **values: Any) -> SNSPost:
    """With the fewest media and the title that its network needs."""
    limits = rules.LIMITS[platform]
    defaults = {
        "platform": platform,
        "content": "x",
        "title": "A title" if limits.title else None,
        "media": list(range(limits.media[0])),
        "hashtags": [],
    }
    return SNSPost(**{**defaults, **values})


@pytest.mark.parametrize(("old", "new"), list(product(SNSPostStatus, SNSPostStatus)))
def test_every_step_of_a_post(old: SNSPostStatus, new: SNSPostStatus) -> None:
    if (old, new) in ALLOWED:
        rules.check_transition(old, new)
    else:
        with pytest.raises(InvalidTransition):
            rules.check_transition(old, new)


@pytest.mark.parametrize(
    ("ahead", "error"),
    [
        (timedelta(), ScheduledInThePast),
        (timedelta(microseconds=-1), ScheduledInThePast),
        (timedelta(days=365, microseconds=1), ScheduledTooFarAhead),
    ],
)
def test_times_that_cannot_be_scheduled(ahead: timedelta, error: type[Exception]) -> None:
    with pytest.raises(error):
        rules.check_schedule(NOW + ahead, NOW)


@pytest.mark.parametrize("ahead", [timedelta(microseconds=1), timedelta(days=365)])
def test_times_that_can_be_scheduled(ahead: timedelta) -> None:
    rules.check_schedule(NOW + ahead, NOW)


def test_an_account_is_active_and_of_the_same_network() -> None:
    rules.check_account(post(P.TWITTER), SNSAccount(platform=P.TWITTER, is_active=True))
    with pytest.raises(AccountInactive):
        rules.check_account(post(P.TWITTER), SNSAccount(platform=P.TWITTER, is_active=False))
    with pytest.raises(PlatformMismatch):
        rules.check_account(post(P.TWITTER), SNSAccount(platform=P.THREADS, is_active=True))


CHARACTERS = {
    P.INSTAGRAM: 2200,
    P.FACEBOOK: 63_206,
    P.TWITTER: 280,
    P.LINKEDIN: 3000,
    P.TIKTOK: 4000,
    P.YOUTUBE: 5000,
    P.YOUTUBE_SHORTS: 5000,
    P.PINTEREST: 500,
    P.THREADS: 500,
    P.BLOG: 5000,
    P.NAVER: 5000,
}


@pytest.mark.parametrize("platform", P)
def test_every_network_has_its_longest_text(platform: SNSPlatform) -> None:
    limit = CHARACTERS[platform]
    rules.check_publishable(post(platform, content="한" * limit))
    with pytest.raises(TextTooLong) as caught:
        rules.check_publishable(post(platform, content="한" * (limit + 1)))
    assert caught.value.extensions == {"platform": platform.value, "characters": limit + 1, "limit": limit}


def test_hashtags_and_links_count_as_text() -> None:
    tagged = post(P.TWITTER, content="x" * 270, hashtags=["seoul", "ab"])
    assert rules.published_length(tagged) == 270 + 7 + 4
    with pytest.raises(TextTooLong):
        rules.check_publishable(tagged)
    linked = post(P.TWITTER, content="x" * 256, link_url="https://example.org/" + "y" * 500)
    rules.check_publishable(linked)
    linked.content += "x"
    with pytest.raises(TextTooLong):
        rules.check_publishable(linked)
    rules.check_publishable(post(P.THREADS, content="x" * 500, link_url="https://example.org/"))


@pytest.mark.parametrize(
    ("content", "hashtags", "expected"),
    [
        ("no tags", [], set()),
        ("#one and #Two.", ["three", "TWO"], {"one", "two", "three"}),
        ("a#b https://x.org/#c &#39; #한식", [], {"한식", "c"}),
    ],
)
def test_hashtags_of_content_and_list(content: str, hashtags: list[str], expected: set[str]) -> None:
    assert rules.all_hashtags(post(P.TWITTER, content=content, hashtags=hashtags)) == expected


@pytest.mark.parametrize("platform", [P.INSTAGRAM, P.BLOG, P.FACEBOOK])
def test_more_than_thirty_hashtags_are_refused(platform: SNSPlatform) -> None:
    thirty = [f"t{number}" for number in range(30)]
    rules.check_publishable(post(platform, hashtags=thirty, content="#T1 again"))
    with pytest.raises(TooManyHashtags):
        rules.check_publishable(post(platform, hashtags=thirty, content="#another"))


@pytest.mark.parametrize("platform", [P.YOUTUBE, P.YOUTUBE_SHORTS, P.PINTEREST])
@pytest.mark.parametrize("title", [None, "", "  ", "x" * 101])
def test_titles_where_they_are_needed(platform: SNSPlatform, title: str | None) -> None:
    rules.check_publishable(post(platform, title="x" * 100))
    with pytest.raises(InvalidTitle):
        rules.check_publishable(post(platform, title=title))


@pytest.mark.parametrize(
    ("platform", "template", "fewest", "most"),
    [
        (P.INSTAGRAM, None, 1, 10),
        (P.INSTAGRAM, T.CARD_NEWS, 2, 10),
        (P.INSTAGRAM, T.CAROUSEL, 2, 10),
        (P.INSTAGRAM, T.REEL, 1, 1),
        (P.TIKTOK, None, 1, 10),
        (P.TIKTOK, T.CARD_NEWS, 2, 10),
        (P.TWITTER, None, 0, 4),
        (P.YOUTUBE, None, 1, 1),
        (P.YOUTUBE_SHORTS, T.SHORTS, 1, 1),
        (P.PINTEREST, None, 1, 5),
        (P.THREADS, None, 0, 10),
        (P.BLOG, T.BLOG_POST, 0, 10),
    ],
)
def test_media(platform: SNSPlatform, template: SNSTemplateType | None, fewest: int, most: int) -> None:
    for number in range(13):
        candidate = post(platform, template_type=template, media=list(range(number)))
        if fewest <= number <= most:
            rules.check_publishable(candidate)
        else:
            with pytest.raises(InvalidMedia):
                rules.check_publishable(candidate)


@pytest.mark.parametrize("length", [timedelta(), timedelta(seconds=-1), timedelta(days=366, seconds=1)])
def test_periods_that_cannot_be_asked_for(length: timedelta) -> None:
    with pytest.raises(InvalidPeriod):
        rules.period(NOW, NOW + length)
