"""Numbers by day, messages, competitors and settings."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from subgraphs.kit.seed_plan import DEMO, SeedPlan
from subgraphs.sns_auto.enums import SNSMessageStatus, SNSMessageType, SNSPlatform
from subgraphs.sns_auto.seed.posts import Rows

DEMO_DAYS: Final = 30
DAYS: Final = 3
MESSAGES: Final = (
    "Do you cook for eight?",
    "Lovely pictures!",
    "@softfactory.demo look at this",
    "What does it cost?",
)


def analytics(plan: SeedPlan, accounts: Rows) -> Iterator[dict[str, Any]]:
    """The last days up to yesterday; the last one has the followers that the account has."""
    number = 0
    for account in accounts:
        days = DEMO_DAYS if account["user_id"] == DEMO else DAYS
        for age in range(days, 0, -1):
            number += 1
            reach = plan.random("analytics", account["id"], age).randrange(100, 2000)
            yield {
                "id": number,
                "account_id": account["id"],
                "user_id": account["user_id"],
                "day": (plan.now - timedelta(days=age)).date(),
                "followers": account["followers"] - (age - 1) * 3,
                "engagement": reach // 15,
                "reach": reach,
                "impressions": reach * 2,
                "created_at": plan.ago(days=age - 1),
            }


def messages(plan: SeedPlan, accounts: Rows) -> Iterator[dict[str, Any]]:
    kinds, statuses = tuple(SNSMessageType), tuple(SNSMessageStatus)
    receivers = [account for account in accounts if account["user_id"] == DEMO for _ in range(4)]
    receivers += [account for account in accounts if account["user_id"] % 6 == 0]
    for number, account in enumerate(receivers, start=1):
        yield {
            "id": number,
            "account_id": account["id"],
            "user_id": account["user_id"],
            "external_id": f"seed-{number}",
            "sender": f"guest{number}",
            "text": MESSAGES[number % len(MESSAGES)],
            "type": kinds[number % len(kinds)],
            "status": statuses[number // 2 % len(statuses)],
            "created_at": plan.ago(hours=number * 5),
        }


def competitors(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """1 and 2 are the demo user's."""
    owners = [DEMO, DEMO, *(user for user in plan.generated_user_ids() if user % 9 == 0)]
    for number, user in enumerate(owners, start=1):
        random = plan.random("competitor", number)
        yield {
            "id": number,
            "user_id": user,
            "platform": SNSPlatform.INSTAGRAM,
            "username": f"kitchen.{number}",
            "followers": random.randrange(1000, 90_000),
            "engagement_rate": random.randrange(5, 90) / 1000,
            "avg_likes": float(random.randrange(10, 900)),
            "avg_comments": float(random.randrange(1, 60)),
            "created_at": plan.ago(days=number % 50, minutes=number % 1440),
        }


def settings(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """1 is the demo user's."""
    owners = [DEMO, *(user for user in plan.generated_user_ids() if user % 7 == 0)]
    for number, user in enumerate(owners, start=1):
        yield {
            "id": number,
            "user_id": user,
            "auto_optimal_time": user == DEMO,
            "engagement_notifications": True,
            "auto_reply": False,
            "banned_keywords": ["spam"],
            "telegram_chat_id": None,
            "telegram_enabled": False,
            "created_at": plan.ago(days=100),
        }
