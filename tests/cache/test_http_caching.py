"""What answers say about how long they hold, and what clients may ask of the cache: RFC 9110 and 9111."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from router.app import create_app
from router.settings import RouterSettings

QUERY = "{ people { name greeting } }"
EVERYTHING = {"*": {"maxAge": 60}}
HEADERS = {"apollo-require-preflight": "true"}


@asynccontextmanager
async def serving(graph: Any, policy: Mapping[str, Any], **cache: Any) -> AsyncIterator[httpx.AsyncClient]:
    settings = RouterSettings(cache={"store": "memory", "jitter": 0, "policy": policy, **cache})
    app = create_app(settings, graph.supergraph, transports=graph.transports)
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
