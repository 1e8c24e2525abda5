"""The seed of review: the three campaigns of the old platform, and campaigns, listings and accounts for volume."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from subgraphs.kit.money import Currency, money
from subgraphs.kit.seed_plan import DEMO, FIRST_GENERATED, SeedPlan, SeedWriter
from subgraphs.review import models
from subgraphs.review.models import (
    CampaignApplicationStatus,
    CampaignCategory,
    CampaignRewardType,
    CampaignStatus,
    ReviewApplicationStatus,
    ReviewListingCategory,
    ReviewListingStatus,
    ReviewPlatform,
    ReviewRewardType,
    ReviewSource,
)
from subgraphs.review.seed_text import BRANDS, CAMPAIGNS, LISTING_TITLES, MESSAGES, PRODUCTS

USERS_PER_CAMPAIGN: Final = 5
LISTINGS: Final = 40
EXPERIENCES: Final = 8
HOLDS_A_PLACE: Final = (CampaignApplicationStatus.PENDING, CampaignApplicationStatus.APPROVED)


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """Campaigns 1 to 3 are those of CAMPAIGNS; the demo user created the first and has applied for the others."""
    campaigns = [*_campaigns(plan), *_more_campaigns(plan)]
    applications = list(_applications(plan, campaigns))
    taken = Counter(row["campaign_id"] for row in applications if row["status"] in HOLDS_A_PLACE)
    for campaign in campaigns:
        campaign["taken_places"] = taken[campaign["id"]]
    await writer.copy(models.Campaign, campaigns)
    await writer.copy(models.CampaignApplication, applications)
    await writer.copy(models.ReviewListing, _listings(plan))
    await writer.copy(models.ReviewBookmark, _bookmarks(plan))
    accounts = list(_accounts(plan))
    await writer.copy(models.ReviewAccount, accounts)
    await writer.copy(models.ReviewApplication, _review_applications(plan, accounts))


def _campaigns(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (
        creator,
        category,
        reward_type,
        title,
        product,
        description,
        reward,
        won,
        places,
        days,
    ) in enumerate(CAMPAIGNS, start=1):
        yield {
            "id": number,
            "creator_id": creator,
            "title": title,
            "product_name": product,
            "description": description,
            "category": category,
            "reward_type": reward_type,
            "reward": reward,
            **_won(won),
            "max_reviewers": places,
            "deadline": plan.ahead(days=days),
            "status": CampaignStatus.ACTIVE,
            "experience_id": number,
            "created_at": plan.ago(hours=number),
        }


def _more_campaigns(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """The first of them is the demo user's, the others are of every fifth user."""
    creators = [DEMO, *plan.generated_user_ids()[::USERS_PER_CAMPAIGN]]
    for number, creator in enumerate(creators, start=len(CAMPAIGNS) + 1):
        random = plan.random("campaign", number)
        category, reward_type = random.choice(list(CampaignCategory)), random.choice(list(CampaignRewardType))
        product, won = random.choice(PRODUCTS[category]), random.randrange(1, 21) * 10_000
        cash = reward_type is not CampaignRewardType.PRODUCT
        status = random.choice(
            (*[CampaignStatus.ACTIVE] * 7, CampaignStatus.CLOSED, CampaignStatus.COMPLETED)
        )
        yield {
            "id": number,
            "creator_id": creator,
            "title": f"{product} 리뷰어 모집 {number}",
            "product_name": product,
            "description": f"{product}을(를) 써 보고 사진과 함께 후기를 남겨 주세요.",
            "category": category,
            "reward_type": reward_type,
            "reward": f"{won:,}원 지급" if cash else f"{product} 증정",
            **_won(won if cash else None),
            "max_reviewers": random.choice((5, 10, 20, 50)),
            "deadline": plan.ahead(days=random.randrange(-10, 45), hours=1),
            "status": status,
            "experience_id": random.randrange(1, EXPERIENCES + 1) if number % 4 == 0 else None,
            "created_at": plan.ago(days=11 + number % 50, minutes=number % 1440),
        }


def _applications(plan: SeedPlan, campaigns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ids 1 and 2 are the demo user's, for the campaigns 2 and 3."""
    wanted = [(2, DEMO, CampaignApplicationStatus.APPROVED), (3, DEMO, CampaignApplicationStatus.PENDING)]
    for campaign in campaigns:
        random = plan.random("applications", campaign["id"])
        most = min(plan.users - FIRST_GENERATED, campaign["max_reviewers"] - 2, 8)
        drawn = random.sample(plan.generated_user_ids(), random.randrange(most + 1))
        wanted += [
            (campaign["id"], user, random.choice(list(CampaignApplicationStatus)))
            for user in drawn
            if user != campaign["creator_id"]
        ]
    creators = {campaign["id"]: campaign["creator_id"] for campaign in campaigns}
    for number, (key, user, status) in enumerate(wanted, start=1):
        random = plan.random("application", number)
        yield {
            "id": number,
            "campaign_id": key,
            "creator_id": creators[key],
            "applicant_id": user,
            "message": random.choice(MESSAGES),
            "social_account_id": number if user == DEMO else user,
            "follower_count": random.randrange(200, 20_000),
            "status": status,
            "created_at": plan.ago(minutes=number % 600),
        }


def _listings(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number in range(1, LISTINGS + plan.users + 1):
        random = plan.random("listing", number)
        source, category = random.choice(list(ReviewSource)), random.choice(list(ReviewListingCategory))
        seen = plan.ago(hours=number % 72, minutes=number % 60)
        yield {
            "id": number,
            "source_platform": source,
            "external_id": str(100_000 + number),
            "title": f"{random.choice(LISTING_TITLES[category])} {number}",
            "brand": random.choice(BRANDS),
            "category": category,
            "reward_type": random.choice(list(ReviewRewardType)),
            "reward_value": money(random.randrange(1, 31) * 5_000, Currency.KRW),
            "follower_minimum": random.choice((None, 500, 1000, 5000)),
            "required_tags": random.sample(["체험단", "리뷰", "협찬", "솔직후기"], random.randrange(4)),
            "deadline": plan.ahead(days=random.randrange(-5, 30), hours=2),
            "max_applicants": random.choice((None, 5, 10, 20)),
            "current_applicants": random.randrange(30),
            "url": f"https://{source.value.lower()}.example/campaigns/{100_000 + number}",
            "image_url": f"https://cdn.softfactory.com/listings/{number}.webp" if number % 4 else None,
            "status": ReviewListingStatus.CLOSED if random.random() < 0.1 else ReviewListingStatus.ACTIVE,
            "scraped_at": seen,
            "created_at": seen,
        }


def _bookmarks(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    wanted = [(DEMO, listing) for listing in (1, 2, 3)]
    for user in plan.generated_user_ids():
        random = plan.random("bookmarks", user)
        wanted += [(user, listing) for listing in random.sample(range(1, LISTINGS + 1), random.randrange(4))]
    for number, (user, listing) in enumerate(wanted, start=1):
        yield {
            "id": number,
            "user_id": user,
            "listing_id": listing,
            "created_at": plan.ago(minutes=number % 1000),
        }


def _accounts(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """Accounts 1 and 2 are the demo user's; of the others, every third user has one."""
    owners = [DEMO, DEMO, *plan.generated_user_ids()[::3]]
    for number, user in enumerate(owners, start=1):
        random = plan.random("account", number)
        platform = list(ReviewPlatform)[number % len(ReviewPlatform)]
        yield {
            "id": number,
            "user_id": user,
            "platform": platform,
            "account_name": f"reviewer{user}_{number}",
            "social_account_id": number if user == DEMO else user,
            "followers": random.randrange(100, 30_000),
            "category_tags": random.sample([category.value for category in ReviewListingCategory], 2),
            "success_rate": random.choice((None, 0.25, 0.5, 0.75)),
            "last_reviewed_at": plan.ago(days=number % 60),
            "is_active": number % 10 != 9,
            "created_at": plan.ago(days=60 + number % 100),
        }


def _review_applications(plan: SeedPlan, accounts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    wanted = [
        (account, listing)
        for account in accounts
        for listing in plan.random("review_applications", account["id"]).sample(range(1, LISTINGS + 1), 3)
    ]
    for number, (account, listing) in enumerate(wanted, start=1):
        status = list(ReviewApplicationStatus)[number % len(ReviewApplicationStatus)]
        done = status is ReviewApplicationStatus.COMPLETED
        yield {
            "id": number,
            "listing_id": listing,
            "account_id": account["id"],
            "user_id": account["user_id"],
            "status": status,
            "message": plan.random("review_application", number).choice(MESSAGES),
            "result": None,
            "review_url": f"https://blog.example/{account['account_name']}/{number}" if done else None,
            "review_posted_at": plan.ago(days=1 + number % 9) if done else None,
            "created_at": plan.ago(days=10 + number % 9),
        }


def _won(amount: int | None) -> dict[str, Any]:
    return {
        "reward_value_minor": amount,
        "reward_value_currency": None if amount is None else Currency.KRW.value,
    }
