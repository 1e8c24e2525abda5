"""Lists whose entities are mostly known are asked for the keys of these, and what is never kept."""

from typing import Any

import pytest

from router.cache.store import Invalidation
from tests.cache.graph import Call, World
from tests.cache.test_caching import shop

NAMES = "{ products(first: 3) { name maker { name } } }"
LISTS_END = {"*": {"maxAge": 600}, "Query.products": {"maxAge": 10}}


async def again(graph: World, text: str = NAMES) -> tuple[Any, list[Call]]:
    """After the list has ended."""
    graph.clock.now += 11
    graph.taken_calls()
    return await graph.ask(text), graph.taken_calls()


def is_skimmed(call: Call) -> bool:
    """Whether no more was asked for than has to be."""
    return any(value for name, value in call.variables.items() if name.startswith("_sf_skim_"))


async def learned(graph: World) -> Any:
    """It has turned out that what the list brings is known."""
    first = await graph.ask(NAMES)
    for _ in range(5):
        await again(graph)
    return first


async def test_a_list_whose_entities_are_known_is_asked_for_their_keys() -> None:
    graph = shop(policy=LISTS_END)
    first = await graph.ask(NAMES)
    skimmed = []
    for _ in range(8):
        answer, calls = await again(graph)
        assert answer == first
        assert len(calls) == 1
        skimmed.append(is_skimmed(calls[0]))
    assert skimmed == sorted(skimmed)
    assert not skimmed[0]
    assert skimmed[-1]


@pytest.mark.parametrize("policy", [{"maxAge": 0}, {"maxAge": 600, "scope": "PRIVATE"}])
async def test_a_list_that_is_not_kept_itself(policy: dict[str, Any]) -> None:
    """Nobody has signed in."""
    graph = shop(policy={"*": {"maxAge": 600}, "Query.products": policy})
    first = await graph.ask(NAMES)
    for _ in range(8):
        answer, calls = await again(graph)
        assert answer == first
        assert len(calls) == 1
    assert is_skimmed(calls[0])


async def test_what_is_not_known_is_fetched_next_and_alone() -> None:
    graph = shop(policy=LISTS_END)
    await learned(graph)
    graph.rows["Product:2"]["name"] = "new"
    await graph.cache.invalidate(Invalidation(entities=('Product:["2"]',)))
    answer, calls = await again(graph)
    assert answer["data"]["products"][1]["name"] == "new"
    assert [is_skimmed(call) for call in calls] == [True, False]
    assert calls[1].variables["_sf_representations"] == [{"__typename": "Product", "id": "2"}]


async def test_what_is_mostly_new_is_asked_for_as_a_whole_again() -> None:
    graph = shop(policy=LISTS_END)
    await learned(graph)
    counts = []
    for _ in range(6):
        await graph.cache.invalidate(Invalidation(types=("Product",)))
        _, calls = await again(graph)
        counts.append(len(calls))
    assert counts[0] == 2
    assert counts[-1] == 1


async def test_what_is_never_kept_is_asked_with_the_keys() -> None:
    graph = shop(policy={**LISTS_END, "Product.orders": {"maxAge": 0}})
    for orders in range(8):
        graph.rows["Product:1"]["orders"] = orders
        answer, calls = await again(graph, "{ products(first: 3) { name orders } }")
        assert answer["data"]["products"][0] == {"name": "P1", "orders": orders}
        assert len(calls) == 1
    assert is_skimmed(calls[0])
    assert "products(first:3){_sf_key_id:id orders}" in calls[0].query


async def test_a_list_of_nothing_but_what_is_never_kept_is_asked_as_it_is() -> None:
    graph = shop(policy={**LISTS_END, "Product.orders": {"maxAge": 0}})
    for _ in range(8):
        _, calls = await again(graph, "{ products(first: 3) { orders } }")
        assert not any(map(is_skimmed, calls))
        assert len(calls) == 1


async def test_entities_behind_what_is_never_kept() -> None:
    """They are asked for by their keys as well, and fetched alone where they are not known."""
    graph = shop(policy={**LISTS_END, "Product.maker": {"maxAge": 0}})
    first = await learned(graph)
    _, [call] = await again(graph)
    assert "maker{_sf_key_id:id}" in call.query
    graph.rows["Maker:1"]["name"] = "new"
    await graph.cache.invalidate(Invalidation(entities=('Maker:["1"]',)))
    answer, calls = await again(graph)
    assert answer != first
    assert answer["data"]["products"][0]["maker"] == {"name": "new"}
    assert [is_skimmed(call) for call in calls] == [True, False]
    assert calls[1].variables["_sf_representations"] == [{"__typename": "Maker", "id": "1"}]


async def test_lists_inside_objects_without_a_key() -> None:
    graph = shop(policy={"*": {"maxAge": 600}, "Query.page": {"maxAge": 10}})
    text = "{ page { title featured { id name } nodes { id name } } }"
    first = await graph.ask(text)
    for _ in range(8):
        answer, calls = await again(graph, text)
        assert answer == first
        assert len(calls) == 1
    assert is_skimmed(calls[0])


async def test_a_list_of_which_no_field_is_asked_for() -> None:
    graph = shop(policy=LISTS_END)
    text = "query($all: Boolean!) { products(first: 3) { __typename name @include(if: $all) } }"
    for _ in range(3):
        for shown in (True, False):
            graph.clock.now += 11
            for coordinate in graph.cache.coordinates:
                coordinate.skimming.share = 1.0
            assert len((await graph.ask(text, {"all": shown}))["data"]["products"]) == 3
