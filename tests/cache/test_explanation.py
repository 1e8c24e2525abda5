"""`extensions.cache`: of each field of the client's answer, whether it came from the cache, and how old it is."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from router.cache.explanation import explanation
from router.cache.trace import Origin, Status, Trace
from router.cache.usage import CacheDemand, CacheMode
from router.pipeline import GraphQLRequest, Pipeline
from router.upstream.subgraph import SubgraphError, SubgraphResponse
from tests.cache import test_other_keys
from tests.cache.explained import Place, fields_of, statuses
from tests.cache.graph import World, world
from tests.cache.test_caching import SHOP, rows, shop, turns


class Asked:
    """A graph behind a pipeline, which says where it has everything from."""

    def __init__(self, graph: World) -> None:
        self.graph = graph
        self.pipeline = Pipeline(graph.supergraph, graph.transports)
        self.pipeline.cache = graph.cache

    async def answer(self, text: str, **request: Any) -> Any:
        response = await self.pipeline.execute(GraphQLRequest(text, traced=True, **request))
        await self.graph.cache.close()
        assert response.fresh == 0
        return msgspec.json.decode(response.body)

    async def warm(self, text: str, variables: dict[str, Any] | None = None) -> None:
        """Untraced, with all that follows from it."""
        response = await self.pipeline.execute(GraphQLRequest(text, variables=variables or {}))
        assert b'"errors"' not in response.body
        await self.graph.cache.close()
        self.graph.taken_calls()

    async def fields(self, text: str, **request: Any) -> dict[Place, str]:
        """By path, of all that is in the answer."""
        answer = await self.answer(text, **request)
        found = statuses(answer["extensions"]["cache"])
        assert set(found) == set(fields_of(answer["data"]))
        return found

    async def by_status(self, text: str, **request: Any) -> dict[str, set[str]]:
        """Paths with dots."""
        found: dict[str, set[str]] = {}
        for path, status in (await self.fields(text, **request)).items():
            found.setdefault(status, set()).add(".".join(map(str, path)))
        return found


async def test_says_what_was_fetched_and_what_was_known_for_how_long() -> None:
    graph = shop()
    asked = Asked(graph)
    text = "{ products(first: 2) { name } }"

    first = await asked.answer(text)
    graph.clock.now += 20
    second = await asked.answer(text)

    assert first["data"] == second["data"] == {"products": [{"name": "P1"}, {"name": "P2"}]}
    assert first["extensions"]["cache"] == {
        "hit": 0,
        "stale": 0,
        "miss": 3,
        "uncached": 0,
        "fields": [
            {"path": ["products"], "status": "miss", "ttl": 60.0},
            {"path": ["products", [0, 1], "name"], "status": "miss", "ttl": 60.0},
        ],
    }
    assert second["extensions"]["cache"] == {
        "hit": 3,
        "stale": 0,
        "miss": 0,
        "uncached": 0,
        "fields": [
            {"path": ["products"], "status": "hit", "age": 20.0, "ttl": 40.0},
            {"path": ["products", [0, 1], "name"], "status": "hit", "age": 20.0, "ttl": 40.0},
        ],
    }


async def test_fields_have_the_paths_of_the_client() -> None:
    graph = shop()
    asked = Asked(graph)
    await asked.warm("{ products(first: 3) { id name } page { featured { id } nodes { id } } }")

    found = await asked.by_status(
        """
        query ($no: Boolean = false, $yes: Boolean = true) {
          some: products(first: 3) {
            title: name @include(if: $yes)
            price @include(if: $no)
            ...Stock
            maker { __typename its: name }
          }
          page { kind: __typename featured { ... on Product { name what: __typename left } } nodes { left @skip(if: $no) } }
        }
        fragment Stock on Product { left cost }
        """
    )

    three = range(3)
    assert found == {
        "hit": {"some", *(f"some.{index}.title" for index in three)}
        | {"page", "page.kind", "page.nodes", "page.featured", "page.featured.what", "page.featured.name"},
        "miss": {
            f"some.{index}.{key}"
            for index in three
            for key in ("left", "cost", "maker", "maker.its", "maker.__typename")
        }
        | {"page.featured.left", *(f"page.nodes.{index}.left" for index in three)},
    }


async def test_one_entity_is_the_same_at_all_of_its_places() -> None:
    graph = shop()
    asked = Asked(graph)
    await asked.warm("{ product(id: 2) { left } }")
    await asked.warm("{ products { id } page { featured { id } nodes { id } } }")

    found = await asked.fields("{ products { left } page { featured { left } nodes { left } } }")

    left = {path: status for path, status in found.items() if path[-1] == "left"}
    assert {path for path, status in left.items() if status == "hit"} == {
        ("products", 1, "left"),
        ("page", "featured", "left"),
        ("page", "nodes", 1, "left"),
    }
    assert len(left) == 7


async def test_the_key_of_an_entity_is_known_by_whatever_leads_to_it() -> None:
    policy = {"*": {"maxAge": 60}, "Product.id": {"maxAge": 0}, "Maker.id": {"maxAge": 0}}
    asked = Asked(shop(policy=policy))
    text = "{ product(id: 1) { id again: id maker { id } } }"

    for status in ("miss", "hit"):
        assert set((await asked.fields(text)).values()) == {status}


async def test_the_key_of_an_entity_that_is_sent_under_another_one_is_looked_up() -> None:
    asked = Asked(test_other_keys.shop())
    text = "{ lastSale { product { slug id name } } }"

    for status in ("miss", "hit"):
        answer = await asked.answer(text)
        assert "errors" not in answer
        assert statuses(answer["extensions"]["cache"]) == dict.fromkeys(fields_of(answer["data"]), status)


async def test_what_may_not_be_kept_is_uncached() -> None:
    asked = Asked(
        shop(
            policy={
                "*": {"maxAge": 60},
                "Product.orders": {"maxAge": 0},
                "Product.price": {"scope": "PRIVATE"},
            }
        )
    )
    text = "{ product(id: 1) { name orders price } }"

    for others in ("miss", "hit"):
        assert await asked.by_status(text) == {
            others: {"product", "product.name"},
            "uncached": {"product.orders", "product.price"},
        }
    mine = {"headers": {"authorization": "me"}}
    for others in ("miss", "hit"):
        assert (await asked.fields(text, **mine))["product", "price"] == others


async def test_what_a_subgraph_forbids_to_keep_is_uncached() -> None:
    graph = shop()
    graph.headers = {"cache-control": "no-store"}
    asked = Asked(graph)

    for _ in range(2):
        assert await asked.by_status("{ product(id: 1) { name } }") == {
            "uncached": {"product", "product.name"}
        }


async def test_what_is_over_is_stale_while_it_is_fetched_or_where_it_cannot_be() -> None:
    graph = shop(
        policy={
            "*": {"maxAge": 600},
            "Product.name": {"maxAge": 60, "staleWhileRevalidate": 30},
            "Product.price": {"maxAge": 60, "staleIfError": 100},
        }
    )
    asked = Asked(graph)
    text = "{ product(id: 1) { name price } }"
    await asked.answer(text)
    graph.clock.now += 70

    graph.failure = SubgraphError("SUBREQUEST_TIMEOUT", "late")
    found = (await asked.answer(text))["extensions"]["cache"]["fields"]
    assert found == [
        {"path": ["product"], "status": "hit", "age": 70.0, "ttl": 530.0},
        {"path": ["product", "name"], "status": "stale", "age": 70.0},
        {"path": ["product", "price"], "status": "stale", "age": 70.0},
    ]

    graph.failure = None
    assert await asked.by_status(text) == {
        "hit": {"product"},
        "stale": {"product.name"},
        "miss": {"product.price"},
    }
    assert await asked.by_status(text) == {"hit": {"product", "product.name", "product.price"}}


async def test_fields_of_what_does_not_exist_are_as_that_is_known() -> None:
    graph = shop()
    asked = Asked(graph)
    await asked.warm("{ product(id: 1) { id name } }")
    del graph.rows["Product:1"]

    for status in ("miss", "hit"):
        answer = await asked.answer("{ product(id: 1) { name left } }")
        assert answer["data"] == {"product": {"name": "P1", "left": None}}
        assert statuses(answer["extensions"]["cache"]) == {
            ("product",): "hit",
            ("product", "name"): "hit",
            ("product", "left"): status,
        }


async def test_an_answer_with_errors_is_uncached() -> None:
    graph = shop()
    graph.rows["Product:1"]["price"] = ValueError("no price")
    asked = Asked(graph)
    await asked.warm("{ products(first: 1) { name } }")

    answer = await asked.answer("{ products(first: 1) { name price left } __typename }")

    assert [each["path"] for each in answer["errors"]] == [["products", 0, "price"]]
    assert statuses(answer["extensions"]["cache"]) == {
        ("products",): "uncached",
        ("products", 0, "name"): "uncached",
        ("products", 0, "price"): "uncached",
        ("products", 0, "left"): "miss",
        ("__typename",): "uncached",
    }


async def test_nothing_is_known_of_a_subgraph_that_fails() -> None:
    graph = shop()
    asked = Asked(graph)
    await asked.warm("{ product(id: 1) { id name } }")
    graph.failure = SubgraphError("SUBREQUEST_TIMEOUT", "late")

    assert await asked.by_status("{ product(id: 1) { name left } }") == {
        "hit": {"product", "product.name"},
        "uncached": {"product.left"},
    }


async def test_mutations_are_uncached_and_what_is_fetched_after_them_is_not() -> None:
    graph = shop()
    asked = Asked(graph)
    await asked.warm("{ products { left } }")

    text = 'mutation { rename(id: 1, name: "new") { name } }'
    assert await asked.by_status(text) == {"uncached": {"rename", "rename.name"}}
    text = 'mutation { rename(id: 1, name: "newer") { left } }'
    assert await asked.by_status(text) == {"uncached": {"rename"}, "miss": {"rename.left"}}


async def test_what_a_client_wants_of_the_cache_is_seen() -> None:
    asked = Asked(shop())
    text = "{ product(id: 1) { name } }"
    await asked.answer(text)

    assert await asked.by_status(text, demand=CacheDemand(CacheMode.REFRESH)) == {
        "miss": {"product", "product.name"}
    }
    assert await asked.by_status(text, demand=CacheDemand(CacheMode.BYPASS)) == {
        "uncached": {"product", "product.name"}
    }


async def test_what_somebody_else_fetches_at_the_moment_is_a_miss() -> None:
    graph = shop()
    asked = Asked(graph)
    text = "query ($id: ID!) { product(id: $id) { name } }"
    for _ in range(2):
        await asked.warm(text, {"id": "2"})  # so that nothing has to be worked out beside the event loop
    await asked.warm("{ product(id: 1) { id } }")
    graph.gate.clear()

    other = asyncio.create_task(asked.warm(text, {"id": "1"}))
    async with asyncio.timeout(10):
        while not graph.calls:
            await turns(1)
    mine = asyncio.create_task(asked.by_status(text, variables={"id": "1"}))
    await turns(100)
    assert len(graph.taken_calls()) == 1
    graph.gate.set()

    assert await mine == {"hit": {"product"}, "miss": {"product.name"}}
    await other
    assert graph.taken_calls() == []


async def test_neither_reads_whole_answers_nor_leaves_one() -> None:
    graph = shop()
    asked = Asked(graph)
    answers = graph.cache.answers
    assert answers is not None

    await asked.answer("{ page { title } }")
    assert answers.statistics().entries == 0
    plain = await asked.pipeline.execute(GraphQLRequest("{ page { title } }"))
    assert answers.statistics()[:2] == (0, 1)
    assert b"extensions" not in plain.body
    assert await asked.by_status("{ page { title } }") == {"hit": {"page", "page.title"}}
    assert answers.statistics()[:2] == (0, 1)


async def test_without_a_cache_everything_is_uncached() -> None:
    graph = shop()
    pipeline = Pipeline(graph.supergraph, graph.transports)
    response = await pipeline.execute(GraphQLRequest("{ page { title } }", traced=True))

    assert msgspec.json.decode(response.body)["extensions"]["cache"]["uncached"] == 2


async def test_a_query_that_is_not_valid_is_refused_as_ever() -> None:
    graph = shop()
    pipeline = Pipeline(graph.supergraph, graph.transports)
    response = await pipeline.execute(GraphQLRequest("{ paeg { title } }", traced=True))

    assert response.refused is not None
    assert "extensions" not in msgspec.json.decode(response.body)


class Everywhere:
    """A scope that leaves paths as they are."""

    def all(self) -> list[Place]:
        return []

    def locate(self, path: Place) -> list[Place]:
        return [path]


def traced(data: Any, origins: dict[Place, Origin]) -> Any:
    trace = Trace()
    response = SubgraphResponse(b"")
    trace.note(response, list(origins.items()))
    trace.joined(response, Everywhere())
    return explanation(data, trace)


def test_neighbours_in_a_list_that_are_alike_are_told_once() -> None:
    item = {"a": 1, "b": [{"c": 1}, {"c": 2}]}
    data = {"list": [item, item, {"a": 1, "b": None}, item, None, None]}
    origins = {path: Origin(Status.HIT, 1000, 3000) for path in fields_of(data)}
    origins["list", 1, "b", 0, "c"] = Origin(Status.HIT, 2500, 100)

    found = traced(data, origins)

    assert [each["path"] for each in found["fields"]] == [
        ["list"],
        ["list", [0, 1], "a"],
        ["list", [0, 1], "b"],
        ["list", [0, 1], "b", [0, 1], "c"],
        ["list", 2, "a"],
        ["list", 2, "b"],
        ["list", 3, "a"],
        ["list", 3, "b"],
        ["list", 3, "b", [0, 1], "c"],
    ]
    assert [(each["age"], each["ttl"]) for each in found["fields"][2:5]] == [(1, 3), (2.5, 0.1), (1, 3)]
    assert statuses(found) == dict.fromkeys(fields_of(data), "hit")


def test_says_how_much_it_leaves_out() -> None:
    data = {"list": [{"a" if index % 2 else "b": index} for index in range(5000)]}

    found = traced(data, {})

    assert (found["uncached"], len(found["fields"]), found["omitted"]) == (5001, 2000, 3001)
    assert found["fields"][-1]["path"] == ["list", 1998, "b"]


def test_of_several_answers_the_one_counts_that_had_more_to_do() -> None:
    for first, second in ((Status.HIT, Status.MISS), (Status.MISS, Status.HIT)):
        trace = Trace()
        for status in (first, second):
            response = SubgraphResponse(b"")
            trace.note(response, [(("a",), Origin(status))])
            trace.joined(response, Everywhere())
        assert trace.origin(("a",)).status is Status.MISS
    assert trace.origin(("b",)).status is Status.UNCACHED


LEAVES = ("name", "price", "orders", "left", "cost", "maker { name }")
PRODUCT = st.sets(st.sampled_from(LEAVES), min_size=1).map(lambda chosen: " ".join(sorted(chosen)))
FIELDS = st.sampled_from(
    (
        "products(first: 3) {{ {} }}",
        "one: product(id: 1) {{ {} }}",
        "four: product(id: 4) {{ {} }}",
        "page {{ featured {{ {} }} }}",
        "page {{ nodes {{ {} }} title }}",
    )
)
QUERY = st.lists(st.tuples(FIELDS, PRODUCT), min_size=1, max_size=3, unique_by=lambda each: each[0]).map(
    lambda fields: f"{{ {' '.join(field.format(product) for field, product in fields)} }}"
)


def leaves_of(data: Any) -> Iterator[tuple[Place, Any]]:
    for path in fields_of(data):
        value = data
        for key in path:
            value = value[key]
        if not isinstance(value, dict | list):
            yield path, value


@settings(max_examples=50, deadline=None)
@given(st.lists(QUERY, min_size=1, max_size=3), QUERY)
def test_says_hit_of_what_is_as_it_was_and_miss_of_what_is_new(earlier: list[str], query: str) -> None:
    """Every value tells when it was fetched."""
    found = rows()
    for row in found.values():
        for key in row.keys() & {"name", "price", "orders", "left", "cost"}:
            row[key] = (lambda value: lambda: value + (f"@{now}" if isinstance(value, str) else now * 1000))(
                row[key]
            )
    now = 1
    found["Query"]["page"]["title"] = lambda: f"T@{now}"

    async def check() -> None:
        nonlocal now
        graph = world(SHOP, found)
        asked = Asked(graph)
        for text in earlier:
            await asked.warm(text)
        now = 2
        answer = await asked.answer(query)
        assert "errors" not in answer
        by_path = statuses(answer["extensions"]["cache"])
        assert set(by_path) == set(fields_of(answer["data"]))
        for path, value in leaves_of(answer["data"]):
            fetched = int(value.partition("@")[2]) if isinstance(value, str) else value // 1000
            assert by_path[path] == {1: "hit", 2: "miss"}[fetched]

    asyncio.run(check())
