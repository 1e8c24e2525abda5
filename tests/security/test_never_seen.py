"""Nobody sees, out of any cache or anybody else's request, what is not theirs to see."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.app import create_app
from router.cache.usage import CacheDemand, CacheMode
from router.pipeline import GraphQLRequest
from router.settings import RouterSettings
from router.transport.single_flight import SingleFlight
from tests.cache.graph import Upstream
from tests.security.graph import ADMIN, ANONYMOUS, READER, SIGNED_IN, SUPERGRAPH, Graph, principal
from tests.security.tokens import SECRET, shared

QUERIES = (
    "{ open signedIn must }",
    "{ signedIn level token scoped vip open }",
    "{ me { name nick email } }",
    "{ me { name score rank account { balance } } }",
    "{ people { name nick friends { email initial hash } } }",
    "{ people { birthday } open }",
    '{ person(id: "2") { nick email account { plain } } }',
    '{ node(id: "Account:1") { id ... on Account { balance } } }',
    "{ found { ... on Page { title } ... on Account { id plain } } }",
    '{ named(id: "Person:1") { name nick } }',
    'mutation { rename(id: "1", name: "x") { nick email } wipe }',
)
VIEWERS: tuple[Mapping[str, Any] | None, ...] = (ANONYMOUS, SIGNED_IN, READER, ADMIN)

Step = tuple[int, int, CacheMode]
steps = st.tuples(
    st.integers(0, len(QUERIES) - 1),
    st.integers(0, len(VIEWERS) - 1),
    st.sampled_from(CacheMode),
)


RIGHT: dict[tuple[int, int], Any] = {}
"""By query and viewer, what a graph without a cache answers."""


async def right() -> dict[tuple[int, int], Any]:
    for query in range(len(QUERIES)) if not RIGHT else ():
        for viewer in range(len(VIEWERS)):
            graph = Graph(grants=grants, cache={"policy": {}})
            RIGHT[query, viewer] = await graph.ask(QUERIES[query], VIEWERS[viewer])
    return RIGHT


def grants(policies: frozenset[str], claims: Mapping[str, Any] | None) -> frozenset[str]:
    return policies if claims == ADMIN else frozenset()


@settings(deadline=None, max_examples=100)
@given(
    groups=st.lists(st.lists(steps, min_size=1, max_size=4), max_size=8), passing=st.lists(st.integers(0, 90))
)
async def test_in_any_order(groups: list[list[Step]], passing: list[int]) -> None:
    """Steps of a group at the same time, and between groups some seconds."""
    graph = Graph(grants=grants).with_cache()
    expected = await right()
    executor = SingleFlight(graph.pipeline)
    for number, group in enumerate(groups):
        requests = [
            GraphQLRequest(
                QUERIES[query],
                principal=principal(VIEWERS[viewer]),
                demand=CacheDemand(mode),
                shareable=mode is CacheMode.USE,
            )
            for query, viewer, mode in group
        ]
        found = await asyncio.gather(*map(executor.execute, requests))
        for (query, viewer, mode), response in zip(group, found, strict=True):
            if response.refused is not None:
                assert response.refused.code == "NOT_CACHED"
                assert not CacheDemand(mode).fetches
                continue
            assert msgspec.json.decode(response.body) == expected[query, viewer], QUERIES[query]
            demands = QUERIES[query].startswith("{")
            assert not (response.is_shared and demands), "an answer with protected fields is private"
            if viewer == 0:
                assert b"secret" not in response.body
                assert response.fresh == 0, "an answer with errors is not for caches"
        graph.world.clock.now += passing[number] if number < len(passing) else 0
    await graph.world.cache.close()


async def test_whole_answers_are_kept_for_each_set_of_rights() -> None:
    """So that the test above is one of the cache, too."""
    graph = Graph(grants=grants).with_cache()
    for _ in range(3):
        for viewer in VIEWERS:
            await graph.ask("{ me { name nick } }", viewer)

    assert graph.world.cache.answers is not None
    statistics = graph.world.cache.answers.statistics()
    # Whoever is signed in may see the same.
    assert (statistics.entries, statistics.hits) == (2, 3 * len(VIEWERS) - 2)


async def test_fields_are_shared_by_those_who_may_see_them() -> None:
    graph = Graph()
    await graph.ask("{ me { name nick email } }", READER)
    graph.asked()

    assert (await graph.ask("{ me { email } }", ADMIN))["data"] == {"me": {"email": "secret email 1"}}
    assert (await graph.ask("{ me { nick email } }", SIGNED_IN))["data"] == {
        "me": {"nick": "secret nick 1", "email": None}
    }
    assert graph.asked() == ""


async def test_nobody_joins_the_request_of_somebody_else() -> None:
    graph = Graph().with_cache()
    graph.world.gate.clear()
    executor = SingleFlight(graph.pipeline)
    query = "{ signedIn me { nick } }"
    waiting = [
        asyncio.create_task(executor.execute(GraphQLRequest(query, principal=principal(viewer))))
        for viewer in (SIGNED_IN, ANONYMOUS, SIGNED_IN)
    ]
    for _ in range(20):
        await asyncio.sleep(0)
    graph.world.gate.set()

    first, anonymous, third = [msgspec.json.decode((await each).body) for each in waiting]
    await graph.world.cache.close()

    assert first == third == {"data": {"signedIn": 7001, "me": {"nick": "secret nick 1"}}}
    assert anonymous["data"] == {"signedIn": None, "me": {"nick": None}}


@pytest.mark.parametrize("header", ["authorization", "x-token"])
async def test_over_http(header: str) -> None:
    """Also where subgraphs do not see the token, so that all their requests look alike."""
    graph = Graph()
    jwt = {"issuers": [{"secret": SECRET}], "header": header}
    settings = RouterSettings(
        authentication={"jwt": jwt},
        cache={"store": "memory", "policy": {"*": {"maxAge": 60}}, "jitter": 0},
        traffic={"single_flight": "all"},
    )
    subgraphs = {name: Upstream(name, graph.world) for name in SUPERGRAPH.subgraphs}
    app = create_app(settings, SUPERGRAPH, transports=subgraphs)
    token = shared(iat=None, exp=40_000_000_000, aud=None)
    query = {"query": "{ signedIn me { nick } }"}
    signed_in, anonymous = (
        {"signedIn": 7001, "me": {"nick": "secret nick 1"}},
        {"signedIn": None, "me": {"nick": None}},
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client,
    ):
        client.headers["apollo-require-preflight"] = "true"
        for _ in range(3):
            with_token, without = await asyncio.gather(
                client.get("/graphql", params=query, headers={header: f"Bearer {token}"}),
                client.get("/graphql", params=query),
            )
            assert with_token.json() == {"data": signed_in}
            assert with_token.headers["cache-control"].startswith("private, max-age=")
            assert header in with_token.headers["vary"].split(", ")
            assert without.json()["data"] == anonymous
            assert without.headers["cache-control"] == "no-store"
            plain = await client.get("/graphql", params={"query": "{ open }"})
            assert plain.headers["cache-control"].startswith("public, max-age=")
