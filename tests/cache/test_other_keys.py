"""An entity that is fetched by one key and found by another."""

from typing import Any

import pytest

from router.cache.store import Invalidation
from tests.cache.graph import World, world

SDL = {
    "catalogue": """
        type Query { product(id: ID!): Product  sold: [Sale!]! }
        type Mutation { move(id: ID!, slug: String!): Product }
        type Product @key(fields: "id") @key(fields: "slug") { id: ID!  slug: String!  name: String!  price: Int }
        type Sale @key(fields: "id") { id: ID! }
    """,
    "stock": 'type Product @key(fields: "id") { id: ID!  left: Int }',
    "orders": 'type Product @key(fields: "id") { id: ID!  ordered: Int }',
    "sales": """
        type Query { lastSale: Sale }
        type Sale @key(fields: "id") { id: ID!  product: Product }
        type Product @key(fields: "slug", resolvable: false) { slug: String! }
    """,
}
BY_ID = '{ product(id: "1") { name slug } }'
BY_SLUG = "{ lastSale { product { name } } }"
NAMED = {"data": {"lastSale": {"product": {"name": "Tea"}}}}


def rows() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        "Product:1": {"id": "1", "slug": "tea", "name": "Tea", "price": 3},
        "Product:2": {"id": "2", "slug": "cake", "name": "Cake", "price": 4},
        "Sale:7": {"id": "7", "product": {"__typename": "Product", "slug": "tea"}},
    }

    def move(id: str, slug: str) -> str:
        found[f"Product:{id}"]["slug"] = slug
        return f"Product:{id}"

    found["Query"] = {
        "product": lambda id: f"Product:{id}",  # noqa: A006
        "lastSale": "Sale:7",
        "move": move,
    }
    return found


def shop(**settings: Any) -> World:
    return world(SDL, rows(), settings)


async def calls(graph: World) -> list[str]:
    return [each.subgraph for each in graph.taken_calls()]


async def test_what_is_known_under_one_key_is_found_under_another() -> None:
    graph = shop()
    assert await graph.ask(BY_SLUG) == NAMED
    assert await calls(graph) == ["sales", "catalogue"]
    assert await graph.ask(BY_SLUG) == NAMED
    assert await calls(graph) == []
    assert (await graph.ask(BY_ID))["data"]["product"] == {"name": "Tea", "slug": "tea"}
    [call] = graph.taken_calls()
    assert call.variables.get("_sf_group_0") is None or "name" not in call.query.partition("slug")[0]


async def test_what_is_missing_is_fetched_by_the_key_that_is_sent() -> None:
    graph = shop()
    text = "{ lastSale { product { name price } } }"
    found = await graph.ask(text)
    graph.taken_calls()
    await graph.cache.invalidate(Invalidation(fields=(('Product:["1"]', "name"),)))
    assert await graph.ask(text) == found
    [call] = graph.taken_calls()
    assert call.variables["_sf_representations"] == [{"__typename": "Product", "slug": "tea"}]


async def test_a_key_that_leads_elsewhere_after_a_mutation() -> None:
    graph = shop()
    await graph.ask(BY_SLUG)
    await graph.ask('mutation { move(id: "1", slug: "old") { id } }')
    assert (await graph.ask(BY_SLUG))["data"]["lastSale"]["product"] is None
    await graph.ask('mutation { move(id: "2", slug: "tea") { id } }')
    assert (await graph.ask(BY_SLUG))["data"]["lastSale"]["product"] == {"name": "Cake"}


async def test_a_key_that_has_moved_unnoticed_while_its_fields_were_dropped() -> None:
    graph = shop()
    await graph.ask(BY_SLUG)
    graph.rows["Product:1"]["slug"], graph.rows["Product:2"]["slug"] = "cake", "tea"
    await graph.cache.invalidate(Invalidation(fields=(('Product:["1"]', "name"),)))
    assert (await graph.ask(BY_SLUG))["data"]["lastSale"]["product"] == {"name": "Cake"}


async def test_an_unknown_key_is_known_to_be_unknown() -> None:
    graph = shop()
    graph.rows["Product:1"]["slug"] = "gone"
    for _ in range(2):
        assert (await graph.ask(BY_SLUG))["data"]["lastSale"]["product"] is None
    assert (await calls(graph)) == ["sales", "catalogue"]
    graph.clock.now += 11
    await graph.ask(BY_SLUG)
    assert (await calls(graph)) == ["catalogue"]


@pytest.mark.parametrize(
    "policy",
    [
        {"Product.name": {"maxAge": 60}, "Product.id": {"maxAge": 60}},
        {"*": {"maxAge": 60}, "Product.slug": {"maxAge": 60, "scope": "PRIVATE"}},
    ],
)
async def test_keys_that_may_not_be_kept_for_all_lead_nowhere(policy: dict[str, Any]) -> None:
    graph = shop(policy=policy)
    graph.keeps_answers = True
    for _ in range(2):
        assert await graph.ask(BY_SLUG) == NAMED
    assert (await calls(graph)).count("catalogue") == 2


async def test_a_key_lasts_as_long_as_its_fields() -> None:
    graph = shop(policy={"*": {"maxAge": 60}, "Product.slug": {"maxAge": 5}})
    await graph.ask(BY_SLUG)
    graph.taken_calls()
    graph.clock.now += 6
    assert await graph.ask(BY_SLUG) == NAMED
    assert (await calls(graph)).count("catalogue") == 1


async def test_a_subgraph_that_forbids_keeping_is_asked_again() -> None:
    graph = shop()
    graph.rows["Product:1"]["slug"] = "gone"
    graph.headers["cache-control"] = "no-store"
    for _ in range(2):
        await graph.ask(BY_SLUG)
    assert (await calls(graph)).count("catalogue") == 2
