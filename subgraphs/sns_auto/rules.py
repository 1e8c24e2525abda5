"""Rules of sns_auto that need no database: what each network takes, and what may become of a post."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

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

PRODUCT: Final = "sns-auto"
DAYS_AHEAD: Final = 365
LONGEST_PERIOD_DAYS: Final = 366
HASHTAG: Final = re.compile(r"(?<![\w&])#(\w+)")

DRAFT, SCHEDULED, FAILED = SNSPostStatus.DRAFT, SNSPostStatus.SCHEDULED, SNSPostStatus.FAILED
TRANSITIONS: Final[Mapping[SNSPostStatus, frozenset[SNSPostStatus]]] = {
    DRAFT: frozenset({SCHEDULED}),
    SCHEDULED: frozenset({SCHEDULED, SNSPostStatus.PUBLISHING}),
    SNSPostStatus.PUBLISHING: frozenset({SNSPostStatus.PUBLISHED, FAILED}),
    SNSPostStatus.PUBLISHED: frozenset(),
    FAILED: frozenset({SCHEDULED}),
}
"""Every step a post can take. From SCHEDULED to SCHEDULED is another time, from FAILED to it a retry."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a network. Characters are code points of content, hashtags and link; `link` is what a link counts for there,
    0 where it is attached. `title` is the longest title where one is needed. Media: fewest and most."""

    characters: int
    hashtags: int = 30
    title: int | None = None
    link: int = 0
    media: tuple[int, int] = (0, 10)


LIMITS: Final[Mapping[SNSPlatform, Limits]] = {
    SNSPlatform.INSTAGRAM: Limits(2200, media=(1, 10)),
    SNSPlatform.FACEBOOK: Limits(63_206),
    SNSPlatform.TWITTER: Limits(280, link=23, media=(0, 4)),
    SNSPlatform.LINKEDIN: Limits(3000),
    SNSPlatform.TIKTOK: Limits(4000, media=(1, 10)),
    SNSPlatform.YOUTUBE: Limits(5000, title=100, media=(1, 1)),
    SNSPlatform.YOUTUBE_SHORTS: Limits(5000, title=100, media=(1, 1)),
    SNSPlatform.PINTEREST: Limits(500, title=100, media=(1, 5)),
    SNSPlatform.THREADS: Limits(500),
    SNSPlatform.BLOG: Limits(5000),
    SNSPlatform.NAVER: Limits(5000),
}
TEMPLATE_MEDIA: Final[Mapping[SNSTemplateType, tuple[int, int]]] = {
    SNSTemplateType.CARD_NEWS: (2, 10),
    SNSTemplateType.CAROUSEL: (2, 10),
    SNSTemplateType.REEL: (1, 1),
    SNSTemplateType.SHORTS: (1, 1),
}
"""Fewest and most media of a kind of post, where that is narrower than its network."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the start up to, and without, the end."""

    start: datetime
    end: datetime


def check_transition(old: SNSPostStatus, new: SNSPostStatus) -> None:
    """Raises InvalidTransition."""
    if new not in TRANSITIONS[old]:
        raise InvalidTransition(old.value, new.value)


def check_schedule(scheduled_at: datetime, now: datetime) -> None:
    """Raises ScheduledInThePast or ScheduledTooFarAhead."""
    if scheduled_at <= now:
        raise ScheduledInThePast
    if scheduled_at > now + timedelta(days=DAYS_AHEAD):
        raise ScheduledTooFarAhead(DAYS_AHEAD)


def check_account(post: SNSPost, account: SNSAccount) -> None:
    """Raises PlatformMismatch or AccountInactive."""
    if post.platform is not account.platform:
        raise PlatformMismatch(post.platform.value, account.platform.value)
    if not account.is_active:
        raise AccountInactive


def check_publishable(post: SNSPost) -> None:
    """Whether its network takes it. Raises InvalidTitle, TextTooLong, TooManyHashtags or InvalidMedia."""
    limits, platform = LIMITS[post.platform], post.platform.value
    if limits.title is not None and not 1 <= len((post.title or "").strip()) <= limits.title:
        raise InvalidTitle(platform, limits.title)
    characters = published_length(post)
    if characters > limits.characters:
        raise TextTooLong(platform, characters, limits.characters)
    hashtags = len(all_hashtags(post))
    if hashtags > limits.hashtags:
        raise TooManyHashtags(platform, hashtags, limits.hashtags)
    fewest, most = media_range(post)
    if not fewest <= len(post.media) <= most:
        raise InvalidMedia(platform, len(post.media), fewest, most)


def published_length(post: SNSPost) -> int:
    """Characters of the text as the network gets it: content, hashtags and link, with a space before each."""
    link = LIMITS[post.platform].link
    tags = sum(len(f" #{tag}") for tag in post.hashtags)
    return len(post.content) + tags + (1 + link if post.link_url and link else 0)


def all_hashtags(post: SNSPost) -> set[str]:
    """Those in the content too; the same in other letter case is the same."""
    return {tag.casefold() for tag in (*post.hashtags, *HASHTAG.findall(post.content))}


def media_range(post: SNSPost) -> tuple[int, int]:
    """Fewest and most media that network and template both allow."""
    fewest, most = LIMITS[post.platform].media
    if post.template_type is not None and post.template_type in TEMPLATE_MEDIA:
        template_fewest, template_most = TEMPLATE_MEDIA[post.template_type]
        return max(fewest, template_fewest), min(most, template_most)
    return fewest, most


def period(start: datetime, end: datetime) -> Period:
    """Raises InvalidPeriod."""
    if not timedelta() < end - start <= timedelta(days=LONGEST_PERIOD_DAYS):
        raise InvalidPeriod(LONGEST_PERIOD_DAYS)
    return Period(start, end)
