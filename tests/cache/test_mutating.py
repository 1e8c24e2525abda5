"""What a mutation drops: what it returns, and what that leads to as far as it has changed."""

import asyncio
from typing import Any

import pytest

from tests.cache.graph import World
from tests.cache.test_caching import shop, turns

MAKERS = "{ products(first: 4) { maker { name } } }"
MAKER = "{ product(id: 1) { maker { id name } } }"


async def names(graph: World) -> list[str]:
    answer = await graph.ask(MAKERS)
    return [each["maker"]["name"] for each in answer["data"]["products"]]


def asked(graph: World) -> list[str]:
    return [call.query for call in graph.taken_calls()]


async def test_what_it_leads_to_stays_but_for_what_it_shows() -> None:
    graph = shop()
    await graph.ask(MAKER)
    await graph.ask('mutation { rename(id: 2, name: "new") { maker { id } } }')
    graph.taken_calls()
    await graph.ask(MAKER)
    assert asked(graph) == []


async def test_a_field_that_it_shows_is_fetched_again_and_no_other() -> None:
    graph = shop()
    await graph.ask("{ product(id: 1) { name maker { name } } }")
    await graph.ask('mutation { rename(id: 3, name: "new") { maker { name } } }')
    graph.taken_calls()
    await graph.ask("{ product(id: 1) { name maker { name } } }")
    [call] = graph.taken_calls()
    assert "_entities" in call.query
    assert "Maker" in call.query


async def test_what_has_changed_on_the_way_goes_as_a_whole() -> None:
    graph = shop()
    before = await names(graph)
    graph.rows["Maker:1"]["name"] = "other"
    assert await names(graph) == before
    await graph.ask('mutation { rename(id: 2, name: "new") { name } }')
    await graph.ask('mutation { rename(id: 1, name: "new") { maker { name } } }')
    assert "other" in await names(graph)


async def test_nobody_keeps_what_was_fetched_before_and_shown_by_it() -> None:
    """It is not in the cache yet, so it cannot be compared."""
    graph = shop()
    await graph.ask("{ product(id: 1) { name } }")
    graph.gate.clear()
    late = asyncio.create_task(graph.ask_at_once(MAKER))
    await turns(50)
    graph.rows["Maker:1"]["name"] = "new"
    gate, graph.gate = graph.gate, asyncio.Event()
    graph.gate.set()
    await graph.ask('mutation { rename(id: 3, name: "new") { maker { name } } }')
    gate.set()
    await late
    await graph.cache.close()
    assert _maker(await graph.ask(MAKER)) == "new"


def _maker(answer: Any) -> Any:
    return answer["data"]["product"]["maker"]["name"]


async def test_another_subgraph_s_private_values_stay() -> None:
    private = {"*": {"maxAge": 60}, "Product.left": {"maxAge": 60, "scope": "PRIVATE"}}
    graph = shop(policy={**private, "Product.orders": {"maxAge": 60, "scope": "PRIVATE"}})
    text = "{ product(id: 1) { left orders } }"
    viewer = {"authorization": "a"}
    await graph.ask(text, headers=viewer)
    await graph.ask("mutation { touch }", headers=viewer)
    graph.taken_calls()
    await graph.ask(text, headers=viewer)
    assert {call.subgraph for call in graph.taken_calls()} == {"shop"}


async def test_a_subgraph_that_names_what_has_changed_is_believed() -> None:
    graph = shop()
    text = "{ product(id: 1) { name maker { name } } }"
    await graph.ask(text)
    graph.extensions = {"cacheInvalidation": {"entities": [{"__typename": "Product", "id": "3"}]}}
    await graph.ask('mutation { rename(id: 3, name: "new") { maker { name } } }')
    graph.extensions = {}
    graph.taken_calls()
    await graph.ask(text)
    assert asked(graph) == []


@pytest.mark.parametrize("keeps_answers", [False, True])
async def test_what_was_not_there_is_there_once_a_mutation_has_made_it(keeps_answers: bool) -> None:
    graph = shop()
    graph.keeps_answers = keeps_answers
    text = "{ product(id: 9) { name } }"
    graph.rows["Query"]["product"] = lambda id: f"Product:{id}" if f"Product:{id}" in graph.rows else None  # noqa: A006
    for _ in range(2):
        assert (await graph.ask(text))["data"]["product"] is None
    graph.rows["Product:9"] = {**graph.rows["Product:1"], "id": "9"}
    await graph.ask('mutation { rename(id: 9, name: "new") { id } }')
    assert (await graph.ask(text))["data"]["product"] == {"name": "new"}
