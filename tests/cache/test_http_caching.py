"""What answers say about how long they hold, and what clients may ask of the cache: RFC 9110 and 9111."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.app import create_app
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore, Stores
from router.cache.settings import FieldCacheSettings
from router.serving.lasting import Lasting
from router.settings import RouterSettings
from tests.cache.graph import Clock
from tests.conftest import SmallGraph

QUERY = "{ people { name greeting } }"
EVERYTHING = {"*": {"maxAge": 60}}
HEADERS = {"apollo-require-preflight": "true"}


class Clocked(Stores):
    """A store in memory, for which time goes by when a test says so."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._store = OpenStore(MemoryStore(clock, 1_000_000))

    def get(self, settings: FieldCacheSettings) -> OpenStore:
        return self._store


@asynccontextmanager
async def serving(
    graph: Any, policy: Mapping[str, Any], clock: Clock | None = None, **cache: Any
) -> AsyncIterator[httpx.AsyncClient]:
    settings = RouterSettings(cache={"store": "memory", "jitter": 0, "policy": policy, **cache})
    lasting = None if clock is None else Lasting(stores=Clocked(clock))
    app = create_app(settings, graph.supergraph, transports=graph.transports, lasting=lasting)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://router", headers=HEADERS
        ) as client:
            yield client


async def get(client: httpx.AsyncClient, query: str = QUERY, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get("/graphql", params={"query": query}, headers=named)


@pytest.mark.parametrize(
    ("policy", "control"),
    [
        (EVERYTHING, {"public, max-age=60", "public, max-age=59"}),
        ({**EVERYTHING, "Person.name": {"maxAge": 10}}, {"public, max-age=10", "public, max-age=9"}),
        ({**EVERYTHING, "Person.name": {"maxAge": 0}}, {"no-store"}),
        ({}, {"no-store"}),
        (
            {**EVERYTHING, "Person.name": {"maxAge": 30, "scope": "PRIVATE"}},
            {"private, max-age=30", "private, max-age=29"},
        ),
    ],
)
async def test_an_answer_holds_as_long_as_the_first_of_its_fields(
    small_graph: Any, policy: Mapping[str, Any], control: set[str]
) -> None:
    async with serving(small_graph, policy) as client:
        for _ in range(3):
            answer = await get(client, authorization="a")
            assert answer.headers["cache-control"] in control
            assert ("authorization" in answer.headers["vary"]) is (
                "private" in answer.headers["cache-control"]
            )


@pytest.mark.parametrize("broken", ["{ people { name nothing } }", "{ person(id: 1) { greeting } "])
async def test_what_is_refused_is_not_kept(small_graph: Any, broken: str) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        assert (await get(client, broken)).headers["cache-control"] == "no-store"


async def test_whoever_has_an_answer_gets_it_without_its_body(small_graph: Any) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        first = await get(client)
        tag = first.headers["etag"]
        assert tag.startswith('W/"')
        for known in (tag, f'"x", {tag}', tag.removeprefix("W/"), "*"):
            again = await get(client, if_none_match=known)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert "content-length" not in again.headers
        assert (await get(client, if_none_match='W/"other"')).content == first.content
        assert (await get(client, "{ people { name } }")).headers["etag"] != tag


async def test_a_post_has_no_validator(small_graph: Any) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        answer = await client.post("/graphql", json={"query": QUERY})
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"].startswith("public")


@pytest.mark.parametrize(
    ("control", "asks", "keeps"),
    [
        ("no-cache", True, True),
        ("No-Cache, foo=bar", True, True),
        ("max-age=0", True, True),
        ("no-store", True, False),
        ("max-age=5", False, True),
        ("stale-if-error=60, unknown", False, True),
        ("only-if-cached=nonsense", False, True),
        ("max-age=nonsense", True, True),
        ("min-fresh=5", False, True),
        ("min-fresh=3600", True, True),
        ("max-stale, max-age=3600, min-fresh=0", False, True),
    ],
)
async def test_a_client_may_ask_for_what_is_new(
    small_graph: Any, control: str, asks: bool, keeps: bool
) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        first = await get(client)
        await get(client)
        small_graph.requests.clear()
        answer = await get(client, cache_control=control)
        assert answer.content == first.content
        assert bool(small_graph.requests) is asks
        assert (answer.headers["cache-control"] != "no-store") is keeps


async def test_lists_of_entities_are_whole_for_a_client_that_takes_nothing_from_the_cache(
    small_graph: Any,
) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        await get(client, "{ person(id: 1) { greeting } }")
        answer = await get(client, cache_control="no-cache")
        assert all(each["greeting"] for each in answer.json()["data"]["people"])


ONLY = "only-if-cached"


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    [error] = answer.json()["errors"]
    assert "data" not in answer.json()
    return answer.status_code, error["extensions"]["code"], answer.headers["cache-control"]


NOT_CACHED = 504, "NOT_CACHED", "no-store"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_who_wants_only_what_is_cached_gets_that_or_nothing(
    small_graph: Any, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        for _ in range(20):
            assert refused(await get(client, cache_control=ONLY, accept=accept)) == NOT_CACHED
        assert small_graph.requests == []
        plain = await get(client)
        small_graph.requests.clear()

        whole = await get(client, cache_control=ONLY, accept=accept)
        parts = await get(client, "{ people { greeting } }", cache_control=ONLY, accept=accept)
        lacking = await get(client, "{ people { greeting friend { name } } }", cache_control=ONLY)

    assert (whole.status_code, whole.content) == (200, plain.content)
    assert whole.headers["cache-control"].startswith("public, max-age=")
    assert parts.json() == {"data": {"people": [{"greeting": "Hello 1"}, {"greeting": "Hello 2"}]}}
    assert refused(lacking) == NOT_CACHED
    assert small_graph.requests == []
    assert caplog.records == []


@pytest.mark.parametrize(
    "control", ["only-if-cached, no-cache", "no-store, only-if-cached", "max-age=0, only-if-cached"]
)
async def test_neither_from_the_cache_nor_from_elsewhere(small_graph: Any, control: str) -> None:
    async with serving(small_graph, EVERYTHING) as client:
        await get(client)
        small_graph.requests.clear()
        answer = await get(client, cache_control=control)
        own = await get(client, "{ __typename __schema { queryType { name } } }", cache_control=control)

    assert refused(answer) == NOT_CACHED
    assert own.json() == {"data": {"__typename": "Query", "__schema": {"queryType": {"name": "Query"}}}}
    assert small_graph.requests == []


@pytest.mark.parametrize("cache", [{"store": "off"}, {"subgraphs": {"greetings": {"enabled": False}}}])
async def test_a_subgraph_without_a_cache_is_not_asked_either(
    small_graph: Any, cache: Mapping[str, Any]
) -> None:
    async with serving(small_graph, EVERYTHING, **cache) as client:
        await get(client)
        small_graph.requests.clear()
        assert refused(await get(client, cache_control=ONLY)) == NOT_CACHED
    assert small_graph.requests == []


async def test_what_is_only_cached_is_not_compared_either(small_graph: Any) -> None:
    async with serving(small_graph, EVERYTHING, shadow=0.5) as client:
        await get(client, cache_control="no-cache")
        small_graph.requests.clear()
        answers = [await get(client, cache_control=ONLY) for _ in range(20)]

    assert {each.status_code for each in answers} == {200}
    assert small_graph.requests == []


async def test_a_mutation_is_never_cached(small_graph: Any) -> None:
    text = 'mutation { rename(id: "1", name: "Eve") { name } }'
    async with serving(small_graph, EVERYTHING) as client:
        answer = await client.post("/graphql", json={"query": text}, headers={"cache-control": ONLY})

    assert refused(answer) == NOT_CACHED
    assert small_graph.names["1"] == "Ada"


@pytest.mark.parametrize(
    ("policy", "seconds", "is_used"),
    [
        ({"staleWhileRevalidate": 60}, 70, True),
        ({"staleIfError": 60}, 70, True),
        ({"staleIfError": 60}, 121, False),
        ({}, 70, False),
    ],
)
async def test_what_is_stale_is_used_where_the_policy_says_so(
    small_graph: Any, policy: Mapping[str, int], seconds: int, is_used: bool
) -> None:
    clock = Clock()
    async with serving(small_graph, {"*": {"maxAge": 60, **policy}}, clock) as client:
        await get(client, "{ people { name id } }")
        small_graph.requests.clear()
        clock.now += seconds
        answer = await get(client, "{ people { name } }", cache_control=ONLY)

    assert answer.status_code == (200 if is_used else 504)
    assert answer.headers["cache-control"] == "no-store"
    assert small_graph.requests == []


async def test_nobody_waits_for_who_does_not_fetch(small_graph: Any) -> None:
    text = "query($yes: Boolean = true) { people { id name @include(if: $yes) } }"
    clock = Clock()

    async def ask(variables: Mapping[str, Any], **headers: str) -> Any:
        asked = {"query": text, "variables": variables}
        answer = await client.post(
            "/graphql", json=asked, headers={"cache-control": headers.get("control", "")}
        )
        return answer.json()["data"]["people"][0]["name"]

    async with serving(small_graph, {"*": {"maxAge": 60, "staleIfError": 60}}, clock) as client:
        assert await ask({}) == "Ada"
        clock.now += 70
        small_graph.names["1"] = "Eve"
        # Variables that differ in nothing: no whole answer is known by them, but the plan.
        found = await asyncio.gather(ask({"yes": True}, control=ONLY), ask({"yes": True, "unused": 1}))

    assert found == ["Ada", "Eve"]


@pytest.mark.parametrize(
    ("control", "asks"),
    [
        ("max-age=19", True),
        ("max-age=25", False),
        ("min-fresh=35", False),
        ("min-fresh=41", True),
        ("max-age=25, min-fresh=41", True),
        ("max-age=25, min-fresh=35", False),
    ],
)
async def test_a_client_may_say_how_old_is_too_old(small_graph: Any, control: str, asks: bool) -> None:
    clock = Clock()
    async with serving(small_graph, EVERYTHING, clock) as client:
        first = await get(client)
        clock.now += 20
        small_graph.requests.clear()
        only = await get(client, cache_control=f"{control}, {ONLY}")
        assert small_graph.requests == []
        answer = await get(client, "{ people { name g: greeting } }", cache_control=control)
        assert bool(small_graph.requests) is asks
        small_graph.requests.clear()
        again = await get(client, cache_control=f"{control}, {ONLY}")

    assert only.status_code == (504 if asks else 200)
    assert answer.status_code == 200
    assert again.content == first.content, "what was fetched for one is there for all"
    assert small_graph.requests == []


TEXTS = (
    "{ people { name } }",
    "{ people { name greeting } }",
    "{ people(first: 3) { greeting(language: KO) } }",
    "{ person(id: 2) { name friend { greeting } } languages }",
    "{ languages }",
)
CONTROLS = ("", "no-cache", "no-store", "max-age=3600")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(CONTROLS)), max_size=4), st.sampled_from(TEXTS)
)
async def test_nothing_is_lacking_exactly_where_nobody_would_be_asked(
    earlier: list[tuple[str, str]], text: str
) -> None:
    graph = SmallGraph(Path(__file__).parents[1] / "cases/small_graph")
    async with serving(graph, EVERYTHING) as client:
        for each, control in earlier:
            await get(client, each, **({"cache_control": control} if control else {}))
        graph.requests.clear()
        only = await get(client, text, cache_control=ONLY)
        assert graph.requests == []
        plain = await get(client, text)

    assert only.status_code == (504 if graph.requests else 200)
    if only.status_code == 200:
        assert only.content == plain.content
