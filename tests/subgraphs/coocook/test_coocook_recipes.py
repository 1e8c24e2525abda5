"""Recipes and their reviews: filters, orders, counts."""

from datetime import datetime
from typing import Any

import pytest

from subgraphs.kit.testing import Client, reference


@pytest.mark.parametrize(
    ("difficulty", "fits"),
    [("EASY", lambda m: m <= 30), ("MEDIUM", lambda m: 30 < m <= 60), ("HARD", lambda m: m > 60)],
)
async def test_difficulty_is_by_preparation_time(client: Client, difficulty: str, fits: Any) -> None:
    query = f"{{ recipes(first: 100, filter: {{difficulty: {difficulty}}}) {{ nodes {{ difficulty prepTimeMinutes }} }} }}"
    nodes = (await client.data(query))["recipes"]["nodes"]
    assert nodes
    assert all(node["difficulty"] == difficulty and fits(node["prepTimeMinutes"]) for node in nodes)


async def test_filters_by_cuisine_and_name(client: Client) -> None:
    query = '{ recipes(filter: {cuisine: THAI, q: "pad"}) { nodes { name cuisine } } }'
    nodes = (await client.data(query))["recipes"]["nodes"]
    assert {(node["name"], node["cuisine"]) for node in nodes} == {("Pad Thai", "THAI")}


async def test_the_most_liked_come_first(walk: Any) -> None:
    likes = [recipe["likeCount"] for recipe in await walk("recipes(sort: MOST_LIKED", "likeCount")]
    assert likes == sorted(likes, reverse=True)
    assert likes[0] > 0


async def test_counts_are_those_of_the_rows(walk: Any) -> None:
    selection = "rating reviewCount ratingHistogram { rating count } reviews(first: 100) { nodes { rating } }"
    for recipe in await walk("recipes(sort: NEWEST", selection):
        ratings = [review["rating"] for review in recipe["reviews"]["nodes"]]
        assert recipe["reviewCount"] == len(ratings)
        assert recipe["rating"] == (round(sum(ratings) / len(ratings), 2) if ratings else None)
        assert recipe["ratingHistogram"] == [
            {"rating": n, "count": ratings.count(n)} for n in (5, 4, 3, 2, 1)
        ]


@pytest.mark.parametrize(
    ("sort", "key", "descending"),
    [
        ("RECENT", lambda r: datetime.fromisoformat(r["createdAt"]), True),
        ("HELPFUL", lambda r: r["helpfulCount"], True),
        ("RATING_HIGH", lambda r: r["rating"], True),
        ("RATING_LOW", lambda r: r["rating"], False),
    ],
)
async def test_orders_of_reviews(client: Client, sort: str, key: Any, descending: bool) -> None:
    recipes = [reference("Recipe", number) for number in range(1, 10)]
    selection = f"... on Recipe {{ reviews(sort: {sort}) {{ nodes {{ rating helpfulCount createdAt }} }} }}"
    lists = [recipe["reviews"]["nodes"] for recipe in await client.entities(selection, *recipes)]
    assert any(len(found) > 1 for found in lists)
    for found in lists:
        assert [key(each) for each in found] == sorted((key(each) for each in found), reverse=descending)
