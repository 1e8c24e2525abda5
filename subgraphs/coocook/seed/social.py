"""Who follows whom, what there is to tell them, and what they shop for."""

from collections.abc import Iterator
from typing import Any

from subgraphs.coocook.models import FeedItemType, IngredientCategory
from subgraphs.coocook.seed.ratings import Rows
from subgraphs.coocook.seed.recipes import dish
from subgraphs.kit.money import Currency, money_from_major
from subgraphs.kit.seed_plan import DEMO, SeedPlan


def follows(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    number = 0
    for user in (DEMO, *plan.generated_user_ids()):
        random = plan.random("follows", user)
        candidates = random.sample(range(DEMO, plan.users + 1), 4)
        followed = [3, 4, 8] if user == DEMO else [other for other in candidates if other != user][:3]
        for other in followed:
            number += 1
            yield {
                "id": number,
                "follower_id": user,
                "followed_id": other,
                "created_at": plan.ago(hours=number % 2000),
            }


def feed(recipes: Rows, likes: Rows, reviews: Rows, follows: Rows) -> Iterator[dict[str, Any]]:
    told = [
        *((row["author_id"], FeedItemType.NEW_RECIPE, row["id"], None, row) for row in recipes),
        *((row["user_id"], FeedItemType.LIKED_RECIPE, row["recipe_id"], None, row) for row in likes),
        *((row["author_id"], FeedItemType.REVIEWED_RECIPE, row["recipe_id"], None, row) for row in reviews),
        *((row["follower_id"], FeedItemType.FOLLOW, None, row["followed_id"], row) for row in follows),
    ]
    for number, (actor, kind, recipe, followed, cause) in enumerate(told, start=1):
        yield {
            "id": number,
            "actor_id": actor,
            "type": kind,
            "recipe_id": recipe,
            "followed_id": followed,
            "created_at": cause["created_at"],
        }


def _list_owners(plan: SeedPlan) -> list[int]:
    return [DEMO, DEMO, *(user for user in plan.generated_user_ids() if user % 4 == 0)]


def shopping_lists(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, owner in enumerate(_list_owners(plan), start=1):
        yield {
            "id": number,
            "owner_id": owner,
            "name": f"For {dish(number)[0]}",
            "created_at": plan.ago(days=number % 60, minutes=number % 1440),
        }


def shopping_items(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    number = 0
    for list_number, _ in enumerate(_list_owners(plan), start=1):
        for name, amount, unit in dish(list_number)[4]:
            number += 1
            price = money_from_major(1000 + 500 * (number % 9), Currency.KRW)
            yield {
                "id": number,
                "shopping_list_id": list_number,
                "name": name,
                "quantity": amount,
                "unit": unit,
                "category": IngredientCategory.OTHER,
                "is_checked": number % 3 == 0,
                "estimated_price": price,
                "created_at": plan.ago(days=list_number % 60),
            }
