"""What is found is compared with what the subgraph says."""

from typing import Any

from router.cache.coordinates import AGES, Coordinate
from router.cache.store import Invalidation
from router.cache.usage import NO_DEMAND
from router.upstream.subgraph import SubgraphError
from tests.cache.graph import World
from tests.cache.test_caching import rename, shop, turns

NAMES = "{ products(first: 2) { name } }"


def shadowed(**settings: Any) -> World:
    graph = shop(**settings)
    graph.compares = True
    return graph


def of(graph: World, name: str) -> Coordinate:
    return next(each for each in graph.cache.coordinates if each.name == name)


async def test_what_is_right_and_what_is_wrong_is_counted_with_its_age() -> None:
    graph = shadowed()
    await graph.ask(NAMES)
    graph.taken_calls()
    graph.clock.now += 10
    rename(graph.rows, "1", "new")
    answer = await graph.ask(NAMES)
    assert [each["name"] for each in answer["data"]["products"]] == ["P1", "P2"]
    assert len(graph.taken_calls()) == 1
    name, products = of(graph, "Product.name"), of(graph, "Query.products")
    assert (sum(name.right), sum(name.wrong)) == (1, 1)
    assert name.wrong[AGES.index(15)] == 1
    assert (sum(products.right), sum(products.wrong)) == (1, 0)


async def test_what_is_fetched_is_not_compared() -> None:
    graph = shadowed()
    await graph.ask(NAMES)
    assert len(graph.taken_calls()) == 1
    assert sum(of(graph, "Product.name").right) == 0


async def test_what_was_dropped_meanwhile_is_not_wrong() -> None:
    graph = shadowed()
    await graph.ask(NAMES)
    rename(graph.rows, "1", "new")
    graph.gate.clear()
    await graph.ask_at_once(NAMES)
    await turns(50)
    await graph.cache.invalidate(Invalidation(entities=('Product:["1"]',)))
    graph.gate.set()
    await graph.cache.close()
    name = of(graph, "Product.name")
    assert (sum(name.right), sum(name.wrong)) == (1, 0)


async def test_a_subgraph_that_fails_says_nothing() -> None:
    graph = shadowed()
    await graph.ask(NAMES)
    graph.failure = SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused", connecting=True)
    answer = await graph.ask(NAMES)
    assert "errors" not in answer
    assert sum(of(graph, "Product.name").right) == 0


async def test_an_object_is_the_same_however_it_is_written() -> None:
    graph = shadowed()
    page = "{ page { title featured { id } } }"
    await graph.ask(page)
    await graph.ask(page)
    assert sum(of(graph, "Query.page").right) == 1


async def test_only_a_share_of_the_requests_is_compared() -> None:
    compared = [
        sum(shop(shadow=share).cache.usage(NO_DEMAND).compares for _ in range(20)) for share in (0, 1)
    ]
    assert compared == [0, 20]
