"""A world for plans, and a scale for it."""

from datetime import UTC, datetime

from benchmarks.mix.requests import Chef, View, World
from benchmarks.mix.scale import Scale
from subgraphs.kit import ids

NOW = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
SCALE = Scale(speed=20, rate=40)
"""2 requests a second of the platform: 1/250 of it, 20 concurrent users."""
WORLD = World(
    NOW,
    users=tuple(range(8, 208)),
    chefs=tuple(Chef(ids.encode("Chef", number), 20 * number) for number in range(1, 11)),
    chef_lists=(
        View({"first": 10, "filter": None}, (None, "second", "third")),
        View({"first": 10, "filter": {"cuisine": "KOREAN"}}),
        View({"first": 10, "filter": {"cuisine": "THAI"}}, (None, "more")),
    ),
    campaign_lists=(View({"category": None}), View({"category": "FOOD"})),
    review_lists=(View({"filter": None}), View({"filter": {"category": "FOOD"}})),
)
