"""Running sums and counts, from the rows that they count."""

from collections import defaultdict
from typing import Any, TypeAlias

Rows: TypeAlias = list[dict[str, Any]]


def rated(rows: Rows, reviews: Rows, key: str) -> Rows:
    """With the sum and the number of their ratings."""
    ratings: defaultdict[int, list[int]] = defaultdict(list)
    for review in reviews:
        ratings[review[key]].append(review["rating"])
    return [
        {**row, "rating_sum": sum(ratings[row["id"]]), "rating_count": len(ratings[row["id"]])}
        for row in rows
    ]


def liked(recipes: Rows, likes: Rows) -> Rows:
    """With the number of their likes."""
    counts: defaultdict[int, int] = defaultdict(int)
    for like in likes:
        counts[like["recipe_id"]] += 1
    return [{**row, "like_count": counts[row["id"]]} for row in recipes]
