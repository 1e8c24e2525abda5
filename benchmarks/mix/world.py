"""What there is to ask for: the seed's users and chefs, and lists with the cursors of their pages, from the services."""

import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import product
from typing import Any, Final, TypeVar

from benchmarks.mix.requests import Chef, View, World
from router.errors import JsonValue
from subgraphs.coocook.seed.bookings import chefs
from subgraphs.kit import ids
from subgraphs.kit.seed_plan import FIRST_GENERATED, SeedPlan

PAGES: Final = 3
CUISINES: Final = (
    "KOREAN", "ITALIAN", "JAPANESE", "FRENCH", "MEXICAN", "CHINESE", "THAI",
    "AMERICAN", "INDIAN", "SPANISH", "VIETNAMESE", "TURKISH", "GERMAN",
)  # fmt: skip
PLACES: Final = ("Seoul", "Busan", "Incheon", "Daegu")
WORDS: Final = ("seoul", "kitchen", "omakase", "tacos", "ragù", "home")
PRICES: Final = (10_000, 12_000, 15_000)
"""In US cents, at most."""
CATEGORIES: Final = ("BEAUTY", "FOOD", "TECH", "FASHION")
LISTING_CATEGORIES: Final = ("RESTAURANTS", "BEAUTY", "FOOD", "FASHION", "LIVING")
LISTING_SORTS: Final = ("LATEST", "DEADLINE", "REWARD")

Ask = Callable[[str, Mapping[str, JsonValue]], Awaitable[Mapping[str, Any]]]
"""Gives the data that a service answers. Neither router nor cache know of it."""
T = TypeVar("T")


async def world(plan: SeedPlan, ask_coocook: Ask, ask_review: Ask) -> World:
    """Chefs and users are popular in an order of their own, so that it says nothing about their ids."""
    bookable = [
        Chef(str(ids.encode("Chef", row["id"])), row["user_id"]) for row in chefs(plan) if row["is_active"]
    ]
    return World(
        plan.now,
        tuple(_shuffled(range(FIRST_GENERATED, plan.users + 1), "users")),
        tuple(_shuffled(bookable, "chefs")),
        tuple([await _with_pages(each, _CHEF_PAGES, ask_coocook) for each in _chef_lists()]),
        tuple([await _with_pages(each, _CAMPAIGN_PAGES, ask_review) for each in _campaign_lists()]),
        tuple(View(each) for each in _review_lists()),
    )


_CHEF_PAGES: Final = """
query ($first: Int!, $after: String, $filter: ChefFilter, $sort: ChefSort!) {
  list: chefs(first: $first, after: $after, filter: $filter, sort: $sort) { pageInfo { hasNextPage endCursor } }
}
"""
_CAMPAIGN_PAGES: Final = """
query ($first: Int!, $after: String, $category: CampaignCategory) {
  list: campaigns(first: $first, after: $after, category: $category) { pageInfo { hasNextPage endCursor } }
}
"""


def _chef_lists() -> Iterable[dict[str, JsonValue]]:
    yield {"first": 10, "sort": "RATING", "filter": None}
    yield {"first": 10, "sort": "POPULARITY", "filter": None}
    for cuisine in CUISINES:
        yield {"first": 10, "sort": "RATING", "filter": {"cuisine": cuisine}}
    for place in PLACES:
        yield {"first": 10, "sort": "RATING", "filter": {"location": place}}
    for word in WORDS:
        yield {"first": 10, "sort": "RATING", "filter": {"q": word}}
    for price in PRICES:
        yield {
            "first": 10,
            "sort": "PRICE_LOW",
            "filter": {"price": {"currency": "USD", "atMost": price}},
        }
    yield {"first": 10, "sort": "RATING", "filter": {"ratingAtLeast": 4}}
    yield {"first": 10, "sort": "NEWEST", "filter": None}


def _campaign_lists() -> Iterable[dict[str, JsonValue]]:
    for category in (None, *CATEGORIES):
        yield {"first": 10, "category": category}


def _review_lists() -> Iterable[dict[str, JsonValue]]:
    yield {"first": 20, "filter": None, "sort": "LATEST"}
    for category, sort in product(LISTING_CATEGORIES, LISTING_SORTS):
        yield {"first": 20, "filter": {"category": category}, "sort": sort}


async def _with_pages(variables: dict[str, JsonValue], query: str, ask: Ask) -> View:
    cursors: list[str | None] = [None]
    while len(cursors) < PAGES:
        found = (await ask(query, {**variables, "after": cursors[-1]}))["list"]["pageInfo"]
        if not found["hasNextPage"]:
            break
        cursors.append(found["endCursor"])
    return View(variables, tuple(cursors))


def _shuffled(things: Iterable[T], name: str) -> list[T]:
    found = list(things)
    random.Random(name).shuffle(found)
    return found
