"""What is asked of subgraphs, and what is not, when something of it is in the cache."""

import asyncio
import re
from typing import Any

import pytest

from router.cache.memory import MemoryStore
from router.cache.store import Invalidation, StoreUnavailableError
from router.upstream.subgraph import SubgraphError
from tests.cache.graph import Call, World, world

SHOP = {
    "shop": """
        type Query { product(id: ID!): Product  products(first: Int = 10): [Product!]!  page: Page! }
        type Mutation { rename(id: ID!, name: String!): Product!  touch: Boolean! }
        type Page { title: String!  featured: Product  nodes: [Product!]! }
        type Product @key(fields: "id") { id: ID!  name: String!  price: Int  orders: Int  maker: Maker! }
        type Maker @key(fields: "id") { id: ID!  name: String! }
    """,
    "stock": """
        type Product @key(fields: "id") { id: ID!  price: Int @external  left: Int  cost: Int @requires(fields: "price") }
    """,
}


def rows() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        f"Product:{number}": {
            "id": str(number),
            "name": f"P{number}",
            "price": number * 10,
            "orders": number,
            "left": number + 100,
            "cost": number * 5,
            "maker": f"Maker:{number % 2}",
        }
        for number in range(1, 5)
    }
    found |= {f"Maker:{number}": {"id": str(number), "name": f"M{number}"} for number in range(2)}
    listed = [f"Product:{number}" for number in range(1, 4)]
    found["Query"] = {
        "product": lambda id: f"Product:{id}",  # noqa: A006
        "products": lambda first: listed[:first],
        "page": {"__typename": "Page", "title": "T", "featured": "Product:2", "nodes": listed},
        "rename": lambda id, name: rename(found, id, name),  # noqa: A006
        "touch": True,
    }
    return found


def rename(found: dict[str, dict[str, Any]], number: str, name: str) -> str:
    found[f"Product:{number}"]["name"] = name
    return f"Product:{number}"


def shop(**settings: Any) -> World:
    return world(SHOP, rows(), settings)


def asked_of(call: Call) -> set[str]:
    """The response keys that are asked for, of entities or of the root, of those that may be left out."""
    groups = re.findall(r"@include\(if:\$(_sf_group_\d+)\)\{(\w+)", call.query)
    return {key for group, key in groups if call.variables[group]}


async def turns(count: int) -> None:
    """Of the event loop, so that what has begun gets as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_was_asked_is_not_asked_again() -> None:
    graph = shop()
    text = (
        "{ products(first: 2) { id name maker { name } left cost } page { title featured { name price } } }"
    )
    first = await graph.ask(text)
    assert "errors" not in first
    assert graph.taken_calls()
    assert await graph.ask(text) == first
    assert graph.taken_calls() == []


async def test_whole_answers_are_kept_once_all_of_their_fields_are() -> None:
    graph = shop()
    text = "{ products { name left } page { title } }"
    graph.keeps_answers = True
    assert graph.cache.answers is not None
    for hits in range(3):
        await graph.ask(text)
        assert graph.cache.answers.statistics()[:2] == (hits, 1)
    await graph.ask('mutation { rename(id: 1, name: "new") { id } }')
    assert graph.cache.answers.statistics().entries == 0


@pytest.mark.parametrize("orders", [{"maxAge": 0}, {"maxAge": 60, "scope": "PRIVATE"}])
async def test_answers_with_something_that_is_not_for_all_are_not_kept_whole(orders: dict[str, Any]) -> None:
    graph = shop(policy={"*": {"maxAge": 60}, "Product.orders": orders})
    graph.keeps_answers = True
    assert graph.cache.answers is not None
    for _ in range(3):
        await graph.ask("{ products { name orders } }", headers={"authorization": "a"})
    assert graph.cache.answers.statistics().entries == 0


async def test_queries_of_other_shapes_share_what_they_have_in_common() -> None:
    graph = shop()
    await graph.ask("{ products { name maker { name } } page { featured { price } } }")
    graph.taken_calls()
    found = await graph.ask(
        "{ again: product(id: 2) { title: name maker { title: name } } products { n: name p: price } }"
    )
    assert found["data"]["again"] == {"title": "P2", "maker": {"title": "M0"}}
    assert [each["p"] for each in found["data"]["products"]] == [10, 20, 30]
    assert [asked_of(call) for call in graph.taken_calls()] == [{"again"}, {"p"}]


async def test_only_missing_fields_of_missing_entities_are_fetched() -> None:
    graph = shop()
    await graph.ask("{ products { name } }")
    await graph.ask("{ product(id: 2) { price } }")
    graph.taken_calls()
    found = await graph.ask("{ products { name price } }")
    assert found["data"]["products"] == [{"name": f"P{each}", "price": each * 10} for each in (1, 2, 3)]
    [call] = graph.taken_calls()
    assert asked_of(call) == {"price"}
    sent = [each["id"] for each in call.variables["_sf_representations"]]
    assert sent == ["1", "3"]


async def test_fields_that_are_never_kept_are_fetched_each_time_and_alone() -> None:
    graph = shop(policy={"*": {"maxAge": 60}, "Product.orders": {"maxAge": 0}})
    text = "{ products { name orders } }"
    await graph.ask(text)
    graph.taken_calls()
    graph.rows["Product:1"]["orders"] = 77
    found = await graph.ask(text)
    assert [each["orders"] for each in found["data"]["products"]] == [77, 2, 3]
    assert [asked_of(call) for call in graph.taken_calls()] == [{"orders"}]


async def test_nothing_without_a_policy_is_kept() -> None:
    graph = world(SHOP, rows(), {"policy": {}})
    for _ in range(2):
        await graph.ask("{ products { name left } }")
    assert len(graph.taken_calls()) == 4


async def test_time_goes_by_for_each_field_alone() -> None:
    graph = shop(policy={"*": {"maxAge": 60}, "Product.price": {"maxAge": 5}})
    text = "{ products { name price } }"
    await graph.ask(text)
    graph.clock.now += 10
    graph.taken_calls()
    graph.rows["Product:1"]["price"] = graph.rows["Product:1"]["name"] = 11
    assert (await graph.ask(text))["data"]["products"][0] == {"name": "P1", "price": 11}
    assert len(graph.taken_calls()) == 1
    graph.clock.now += 51
    graph.rows["Product:1"]["name"] = "new"
    assert (await graph.ask(text))["data"]["products"][0]["name"] == "new"


async def test_a_fresh_entity_does_not_inherit_the_time_that_its_neighbour_has_left() -> None:
    graph = shop()
    await graph.ask("{ product(id: 1) { name } }")
    graph.clock.now += 50
    await graph.ask("{ products { name } }")
    graph.clock.now += 30
    graph.taken_calls()
    await graph.ask("{ product(id: 1) { name } b: product(id: 3) { name } }")
    asked = [call.variables for call in graph.taken_calls()]
    await graph.ask("{ products { name } }")
    assert graph.taken_calls() == []
    assert len(asked) == 1


async def test_that_an_entity_does_not_exist_is_kept_for_a_while() -> None:
    graph = shop(negative_seconds=10)
    text = "{ products { left } }"
    left = {number: graph.rows[f"Product:{number}"] for number in (1, 2, 3)}
    await graph.ask("{ products { id } }")
    gone = graph.rows.pop("Product:2")
    found = await graph.ask(text)
    assert found["data"]["products"][1] == {"left": None}
    graph.taken_calls()
    assert await graph.ask(text) == found
    assert graph.taken_calls() == []
    graph.rows["Product:2"] = gone
    graph.clock.now += 11
    assert (await graph.ask(text))["data"]["products"][1] == {"left": 102}
    assert left


async def test_what_is_computed_from_other_fields_is_kept_with_them() -> None:
    graph = shop(policy={"*": {"maxAge": 60}, "Product.price": {"maxAge": 0}})
    text = "{ products { cost } }"
    await graph.ask(text)
    graph.rows["Product:1"] |= {"price": 1000, "cost": 500}
    assert (await graph.ask(text))["data"]["products"][0] == {"cost": 500}
    graph.rows["Product:1"]["price"] = 10
    assert (await graph.ask(text))["data"]["products"][0] == {"cost": 5}


PRIVATE = {"policy": {"*": {"maxAge": 60}, "Product.orders": {"maxAge": 60, "scope": "PRIVATE"}}}


async def test_what_is_private_is_kept_for_each_viewer() -> None:
    graph = shop(**PRIVATE)
    text = "{ product(id: 1) { orders } }"
    for viewer, orders in (("a", 1), ("b", 2)):
        graph.rows["Product:1"]["orders"] = orders
        await graph.ask(text, headers={"authorization": viewer})
    graph.rows["Product:1"]["orders"] = 3
    graph.taken_calls()
    found = [
        (await graph.ask(text, headers=headers))["data"]["product"]["orders"]
        for headers in ({"authorization": "a"}, {"authorization": "b"}, {}, {})
    ]
    assert found == [1, 2, 3, 3]
    assert len(graph.taken_calls()) == 2


async def test_nothing_that_names_a_viewer_is_in_the_store() -> None:
    graph = shop(**PRIVATE)
    await graph.ask("{ product(id: 1) { orders } }", headers={"authorization": "Bearer secret"})
    assert "secret" not in repr(vars(graph.store))


async def test_errors_are_not_kept() -> None:
    graph = shop()
    graph.rows["Product:1"]["price"] = ValueError("broken")
    text = "{ products { name price } }"
    first = await graph.ask(text)
    assert first["errors"]
    graph.rows["Product:1"]["price"] = 10
    assert "errors" not in await graph.ask(text)


async def test_an_error_in_a_part_is_that_of_the_whole() -> None:
    graph = shop()
    await graph.ask("{ products { name } }")
    graph.rows["Product:1"]["price"] = ValueError("broken")
    [error] = (await graph.ask("{ products { name price } }"))["errors"]
    assert error["path"] == ["products", 0, "price"]


@pytest.mark.parametrize(
    ("control", "calls"),
    [
        ("no-store", 1), ("No-Cache", 1), ("max-age=0", 1), ("private", 1), ("max-age=nonsense", 1),
        ("max-age=600", 0), ("public, s-maxage=30, max-age=0", 0), ("immutable, unknown=\"a, b\", max-age=30", 0),
        ("max-age=5", 1), ("", 0),
    ],
)  # fmt: skip
async def test_a_subgraph_may_shorten_times_and_no_more(control: str, calls: int) -> None:
    graph = shop()
    graph.headers["cache-control"] = control
    await graph.ask("{ products { name } }")
    graph.clock.now += 10
    graph.taken_calls()
    await graph.ask("{ products { name } }")
    assert len(graph.taken_calls()) == calls


async def test_a_mutation_drops_the_entities_that_it_returns() -> None:
    graph = shop()
    text = "{ one: product(id: 1) { name price } two: product(id: 2) { name price } }"
    await graph.ask(text)
    await graph.ask('mutation { rename(id: 2, name: "new") { price } }')
    graph.taken_calls()
    assert (await graph.ask(text))["data"]["two"]["name"] == "new"
    [call] = graph.taken_calls()
    assert [each["id"] for each in call.variables["_sf_representations"]] == ["2"]


@pytest.mark.parametrize(
    ("named", "calls"),
    [
        ({"entities": [{"__typename": "Product", "id": 2}]}, 1),
        ({"fields": [{"__typename": "Product", "id": "2", "field": "name"}]}, 1),
        ({"fields": [{"__typename": "Product", "id": "2", "field": "price"}]}, 0),
        ({"fields": [{"__typename": "Query", "field": "products"}]}, 1),
        ({"entities": [{"__typename": "Product", "other": 2}]}, 1),  # which may be any of them
        ({"fields": [{"__typename": "Product", "other": 2, "field": "name"}]}, 1),
        ({"fields": [{"__typename": "Product", "other": 2, "field": "nothing"}]}, 0),
        ({"types": ["Product"]}, 1),
        ({"types": ["Maker"]}, 0),
        ({"types": ["Page"]}, 1),  # which stands in fields of Query
        ({"entities": ["nonsense", 7], "types": 3}, 0),
        ({"entities": [{"__typename": "Nothing", "id": 2}, {"id": 1}, {}]}, 0),
    ],
)
async def test_a_mutation_drops_what_its_subgraph_names(named: dict[str, Any], calls: int) -> None:
    graph = shop()
    await graph.ask("{ products { name } }")
    graph.extensions = {"cacheInvalidation": named}
    await graph.ask("mutation { touch }")
    graph.extensions = {}
    graph.taken_calls()
    await graph.ask("{ products { name } }")
    assert len(graph.taken_calls()) == calls


async def test_so_it_does_where_the_mutation_failed_after_that() -> None:
    graph = shop()
    await graph.ask("{ products { name } }")
    graph.rows["Query"]["touch"] = ValueError("too late")
    graph.extensions = {"cacheInvalidation": {"types": ["Product"]}}
    assert (await graph.ask("mutation { touch }"))["errors"]
    graph.extensions = {}
    graph.taken_calls()
    await graph.ask("{ products { name } }")
    assert len(graph.taken_calls()) == 1


async def test_an_answer_from_before_a_mutation_does_not_come_back() -> None:
    graph = shop()
    text = "{ product(id: 1) { name } }"
    graph.gate.clear()
    late = asyncio.create_task(graph.ask_at_once(text))
    await turns(50)
    assert graph.calls
    rename(graph.rows, "1", "new")
    graph.gate.set()
    gate, graph.gate = graph.gate, asyncio.Event()
    graph.gate.set()
    await graph.ask('mutation { rename(id: 1, name: "new") { id } }')
    gate.set()
    await late
    await graph.cache.close()
    assert (await graph.ask(text))["data"]["product"]["name"] == "new"


async def test_equal_fields_at_the_same_time_are_fetched_once() -> None:
    graph = shop()
    graph.gate.clear()
    texts = [
        "{ product(id: 1) { name price } }",
        "{ product(id: 1) { price } }",
        "{ x: product(id: 1) { name } }",
    ]
    asked = [asyncio.create_task(graph.ask_at_once(text)) for text in texts * 5]
    await turns(50)
    graph.gate.set()
    answers = await asyncio.gather(*asked)
    assert [len(each["data"]) for each in answers] == [1] * 15
    assert len(graph.taken_calls()) == 1


async def test_who_waits_for_a_fetch_that_fails_fetches_itself() -> None:
    graph = shop()
    graph.gate.clear()
    first = asyncio.create_task(graph.ask_at_once("{ product(id: 1) { name } }"))
    await turns(50)
    assert graph.calls
    second = asyncio.create_task(graph.ask_at_once("{ product(id: 1) { name } }"))
    await turns(20)
    first.cancel()
    graph.gate.set()
    assert (await second)["data"]["product"] == {"name": "P1"}


STALE = {"policy": {"*": {"maxAge": 10, "staleWhileRevalidate": 20, "staleIfError": 60}}}


async def test_the_old_value_is_used_while_a_new_one_is_fetched() -> None:
    graph = shop(**STALE)
    text = "{ products { name } }"
    await graph.ask(text)
    rename(graph.rows, "1", "new")
    graph.clock.now += 15
    graph.taken_calls()
    assert (await graph.ask_at_once(text))["data"]["products"][0]["name"] == "P1"
    await graph.cache.close()
    assert len(graph.taken_calls()) == 1
    assert (await graph.ask(text))["data"]["products"][0]["name"] == "new"
    assert graph.taken_calls() == []


async def test_the_old_value_is_used_where_the_subgraph_fails() -> None:
    graph = shop(**STALE)
    text = "{ products { name left } }"
    good = await graph.ask(text)
    graph.failure = SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused", connecting=True)
    graph.clock.now += 40
    assert await graph.ask(text) == good
    graph.clock.now += 40
    assert (await graph.ask(text))["errors"]


async def test_a_mutation_drops_the_lists_of_what_it_returns() -> None:
    graph = shop()
    texts = ["{ products { id } }", "{ page { title nodes { id } } }"]
    for text in texts:
        await graph.ask(text)
    graph.rows["Query"]["products"] = lambda first: ["Product:4"]
    graph.rows["Query"]["page"]["nodes"] = ["Product:4"]
    await graph.ask('mutation { rename(id: 4, name: "new") { id } }')
    assert (await graph.ask(texts[0]))["data"]["products"] == [{"id": "4"}]
    assert (await graph.ask(texts[1]))["data"]["page"]["nodes"] == [{"id": "4"}]


async def test_a_mutation_drops_all_that_is_private_to_its_viewer() -> None:
    graph = shop(**PRIVATE)
    text = "{ product(id: 1) { orders } }"
    for viewer in ("a", "b"):
        await graph.ask(text, headers={"authorization": viewer})
    graph.rows["Product:1"]["orders"] = 9
    await graph.ask("mutation { touch }", headers={"authorization": "a"})
    found = [await graph.ask(text, headers={"authorization": viewer}) for viewer in ("a", "b")]
    assert [each["data"]["product"]["orders"] for each in found] == [9, 1]


class Unreachable(MemoryStore):
    """Cannot be told anything while it is away."""

    away = False

    async def invalidate(self, what: Invalidation) -> None:
        if self.away:
            raise StoreUnavailableError
        await super().invalidate(what)


async def test_a_store_that_was_not_told_of_a_change_is_not_read_until_it_is() -> None:
    store = Unreachable(lambda: 0.0, 1_000_000)
    graph = world(SHOP, rows(), store=store)
    text = "{ product(id: 1) { name } }"
    await graph.ask(text)
    store.away = True
    await graph.ask_at_once('mutation { rename(id: 1, name: "new") { id } }')
    for _ in range(2):
        assert (await graph.ask_at_once(text))["data"]["product"]["name"] == "new"
    assert len(graph.taken_calls()) == 4
    store.away = False
    await asyncio.sleep(0.05)
    await graph.ask_at_once(text)
    await asyncio.sleep(0)
    graph.taken_calls()
    assert (await graph.ask_at_once(text))["data"]["product"]["name"] == "new"
    assert graph.taken_calls() == []


async def test_nobody_joins_a_fetch_from_before_an_invalidation_that_he_comes_after() -> None:
    graph = shop()
    await graph.ask("{ product(id: 1) { id name } }")
    text = "{ product(id: 1) { id name price } }"
    graph.gate.clear()
    older = asyncio.create_task(graph.ask_at_once(text))
    await turns(50)
    graph.rows["Product:1"]["price"] = 77
    await graph.cache.invalidate(Invalidation(fields=(('Product:["1"]', "price"),)))
    newer = asyncio.create_task(graph.ask_at_once(text))
    await turns(50)
    graph.gate.set()
    assert [(await each)["data"]["product"]["price"] for each in (older, newer)] == [10, 77]
    await graph.cache.close()
    assert (await graph.ask(text))["data"]["product"]["price"] == 77
