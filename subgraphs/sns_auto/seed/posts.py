"""Accounts, campaigns and posts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, TypeAlias

from subgraphs.kit.seed_plan import DEMO, SeedPlan
from subgraphs.sns_auto.enums import (
    SNSAccountType,
    SNSCampaignStatus,
    SNSPlatform,
    SNSPostStatus,
    SNSTemplateType,
)

Rows: TypeAlias = list[dict[str, Any]]
DemoPost: TypeAlias = tuple[int, SNSPostStatus, str, SNSTemplateType | None, list[int], list[str]]

INSTAGRAM, TWITTER, BLOG = SNSPlatform.INSTAGRAM, SNSPlatform.TWITTER, SNSPlatform.BLOG
WITHOUT_MEDIA: Final = (TWITTER, SNSPlatform.FACEBOOK, SNSPlatform.LINKEDIN, SNSPlatform.THREADS)
DEMO_ACCOUNTS: Final = ((1, INSTAGRAM, 12_400), (2, TWITTER, 3_150), (3, BLOG, 890))
DEMO_CAMPAIGN: Final = 1
DRAFT, SCHEDULED, PUBLISHED, FAILED = (
    SNSPostStatus.DRAFT,
    SNSPostStatus.SCHEDULED,
    SNSPostStatus.PUBLISHED,
    SNSPostStatus.FAILED,
)
# account, status, content, template, media (files 1 to 10 are the demo user's), hashtags
DEMO_POSTS: Final[tuple[DemoPost, ...]] = (
    (1, PUBLISHED, "Bibimbap at home, with Chef Park.", None, [1], ["bibimbap", "seoul"]),
    (1, DRAFT, "Five knives every kitchen needs.", SNSTemplateType.CARD_NEWS, [2, 3, 4], ["kitchen"]),
    (1, SCHEDULED, "Behind the scenes of our last dinner.", SNSTemplateType.REEL, [5], ["dinner"]),
    (2, FAILED, "Tonight we cook live. Come by!", None, [], ["live"]),
    (2, DRAFT, "Which cuisine next: Thai or Turkish?", None, [], []),
    (3, PUBLISHED, "How we plan a month of posts in one morning.", SNSTemplateType.BLOG_POST, [6], []),
)
CONTENTS: Final = (
    "New on the menu this week.",
    "Thank you for two hundred reviews!",
    "Three things we learnt last month.",
    "Meet the team: today, the kitchen.",
)
STATUSES: Final = (DRAFT, SCHEDULED, PUBLISHED, PUBLISHED, PUBLISHED, FAILED)


def accounts(plan: SeedPlan) -> Rows:
    demo = [
        _account(plan, number, DEMO, platform, name="softfactory.demo", followers=followers)
        for number, platform, followers in DEMO_ACCOUNTS
    ]
    return demo + [_generated_account(plan, user) for user in plan.generated_user_ids()]


def _generated_account(plan: SeedPlan, user: int) -> dict[str, Any]:
    random = plan.random("sns account", user)
    # A picture needs a file, and of the generated users every fourth has one: number 11 is that of user 8.
    platform = INSTAGRAM if user % 4 == 0 else random.choice(WITHOUT_MEDIA)
    return _account(plan, user, user, platform, name=f"user{user}", followers=random.randrange(100, 50_000))


def _account(
    plan: SeedPlan, number: int, user: int, platform: SNSPlatform, *, name: str, followers: int
) -> dict[str, Any]:
    blog = platform is BLOG
    return {
        "id": number,
        "user_id": user,
        "platform": platform,
        "account_name": name,
        "account_type": SNSAccountType.BUSINESS if user == DEMO else SNSAccountType.PERSONAL,
        "is_active": user == DEMO or user % 11 != 0,
        "token_expires_at": None if blog else plan.ahead(days=30 + number % 30),
        "platform_user_id": f"seed-{number}",
        "picture_url": f"https://cdn.softfactory.com/sns/{number}.webp",
        "followers": followers,
        "following": 100 + number % 400,
        "permissions": ["publish", "read_insights"],
        "site_url": "https://blog.softfactory.com" if blog else None,
        "wp_username": "demo" if blog else None,
        "created_at": plan.ago(days=120, minutes=-number),
    }


def campaigns(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """1 and 2 are the demo user's."""
    owners = [DEMO, DEMO, *(user for user in plan.generated_user_ids() if user % 10 == 0)]
    for number, user in enumerate(owners, start=1):
        ended = number % 3 == 2
        starts = plan.ago(days=60 if ended else 10, minutes=number % 1440)
        yield {
            "id": number,
            "user_id": user,
            "name": "Spring menu" if ended else "Dinners at home",
            "description": "What we cook, and for whom.",
            "target_platforms": [INSTAGRAM.value, TWITTER.value],
            "status": SNSCampaignStatus.COMPLETED if ended else SNSCampaignStatus.ACTIVE,
            "starts_at": starts,
            "ends_at": starts + timedelta(days=30),
            "created_at": starts - timedelta(days=5),
        }


def posts(plan: SeedPlan, accounts: Rows) -> Iterator[dict[str, Any]]:
    platforms = {row["id"]: row["platform"] for row in accounts}
    for number, (account, status, content, template, media, hashtags) in enumerate(DEMO_POSTS, start=1):
        yield {
            **_post(plan, number, DEMO, account, platforms[account], status=status),
            "campaign_id": DEMO_CAMPAIGN if account == 1 else None,
            "content": content,
            "template_type": template,
            "media": media,
            "hashtags": hashtags,
        }
    number = len(DEMO_POSTS)
    for user in plan.generated_user_ids():
        random = plan.random("posts", user)
        for _ in range(random.randrange(5)):
            number += 1
            yield {
                **_post(plan, number, user, user, platforms[user], status=random.choice(STATUSES)),
                "campaign_id": None,
                "content": random.choice(CONTENTS),
                "template_type": None,
                "media": [11 + (user - 8) // 4] if platforms[user] is INSTAGRAM else [],
                "hashtags": ["softfactory"],
            }


def _post(
    plan: SeedPlan, number: int, user: int, account: int, platform: SNSPlatform, *, status: SNSPostStatus
) -> dict[str, Any]:
    random = plan.random("post", number)
    published, failed = status is PUBLISHED, status is FAILED
    created = plan.ago(days=2 + number % 90, minutes=number % 1440)
    planned = plan.ahead(days=1 + number % 20, hours=number % 24) if status is SCHEDULED else None
    due = created + timedelta(days=1) if published or failed else planned
    views = random.randrange(200, 5000) if published else 0
    return {
        "id": number,
        "user_id": user,
        "account_id": account,
        "platform": platform,
        "status": status,
        "title": None,
        "link_url": None,
        "scheduled_at": due,
        "published_at": due if published else None,
        "external_post_id": f"seed-{number}" if published else None,
        "likes": views // 12,
        "comments": views // 90,
        "views": views,
        "reach": views * 3 // 4,
        "error_message": "The network did not answer." if failed else None,
        "retry_count": 3 if failed else 0,
        "created_at": created,
    }
