"""What is for the subscribers of review, kept once for all of them: nobody gets what the service would not have told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from launcher.postgres import PostgresCluster
from launcher.up import Asking, UpOptions, router_settings
from router.app import create_app
from router.cache.settings import InvalidationSettings
from router.errors import JsonValue
from router.settings import RouterSettings
from router.upstream.in_process import FunctionTransport
from router.upstream.subgraph import SubgraphRequest
from subgraphs.kit import ids, testing, tokens
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.subgraph import Subgraph
from subgraphs.kit.viewer import Role, Viewer
from subgraphs.review import SERVICE

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"JWT_SECRET": testing.SECRET, "REDIS_URL": "redis://127.0.0.1:1"}
LISTINGS = "{ reviewListings(first: 50) { nodes { id title status rewardValue { amountMinor } } } }"
ONE = f'{{ reviewListing(id: "{ids.encode("ReviewListing", 1)}") {{ title url }} }}'
STATS = "{ reviewListingStats { listings bySource { sourcePlatform listings } } }"
MARKED = "{ reviewListings(first: 50) { nodes { id title isBookmarked } } }"
BOOKMARKS = "{ reviewBookmarks(first: 5) { nodes { createdAt listing { id title isBookmarked } } } }"
SHARED = (LISTINGS, ONE, STATS)
ADA, BOB, EVE = 2, 3, 50
NOW = datetime.now(UTC)
HOUR = tokens.LIFETIME


def token(
    user: int, *products: str, role: Role = Role.USER, age: timedelta = timedelta(), **ends: datetime
) -> str:
    """Issued that long ago; `ends` are those of products."""
    viewer = Viewer(user, role, products=frozenset((*products, *ends)))
    return tokens.issue(viewer, testing.SECRET, NOW - age, ends)


SUBSCRIBERS = {"Ada": token(ADA, "review"), "Bob": token(BOB, "review", "coocook")}
OTHERS = {
    "anonymous": None,
    "without a subscription": token(EVE, "coocook"),
    "whose subscription has ended": token(EVE, review=NOW - timedelta(seconds=1)),
    "whose token has ended": token(ADA, "review", age=2 * HOUR),
    "whose token somebody else has signed": tokens.issue(
        Viewer(ADA, products=frozenset({"review"})), testing.SECRET[::-1], NOW
    ),
}
UNSHARED = {
    "whose subscription ends before the token": token(EVE, review=NOW + HOUR - timedelta(seconds=1)),
    "an admin": token(1, role=Role.ADMIN),
}
EVERYBODY = {**SUBSCRIBERS, **OTHERS, **UNSHARED}


class Graph:
    """The service, and a router in front of it as `softfactory up` sets it up. `calls` are the router's to the service."""

    def __init__(self, subgraph: Subgraph) -> None:
        self.calls = 0
        self.service = testing.Client(subgraph)
        self.router: httpx.AsyncClient
        self._ask = Asking(subgraph)

    async def __call__(self, request: SubgraphRequest) -> Mapping[str, JsonValue]:
        self.calls += 1
        return await self._ask(request)

    async def told(self, query: str, token: str | None) -> httpx.Response:
        """By the router."""
        headers = {"apollo-require-preflight": "true"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return await self.router.get("/graphql", params={"query": query}, headers=headers)

    async def expected(self, query: str, token: str | None) -> Mapping[str, Any]:
        """What the service itself says."""
        asking = self.service if token is None else self.service.with_token(token)
        return await asking.execute(query)

    async def calls_for(self, query: str, token: str | None) -> int:
        """Of the service, while the router answers."""
        before = self.calls
        assert essence((await self.told(query, token)).json()) == essence(await self.expected(query, token))
        return self.calls - before


def essence(answer: Mapping[str, Any]) -> tuple[Any, list[tuple[Any, Any]]]:
    """Data, and codes and places of errors."""
    errors = answer.get("errors", [])
    return answer["data"], [(error["extensions"]["code"], error["path"]) for error in errors]


def kept_in_memory() -> RouterSettings:
    """The settings of `softfactory up`, without a Redis."""
    found = router_settings(UpOptions(ROOT / "supergraph.yaml", "127.0.0.1", 0, 20), ENVIRONMENT)
    cache = found.cache.model_copy(update={"store": "memory", "invalidation": InvalidationSettings()})
    return found.model_copy(update={"cache": cache, "redis_url": None})


@pytest.fixture(scope="module")
def url(postgres_cluster: PostgresCluster) -> str:
    url = postgres_cluster.create_database("for_subscribers")
    asyncio.run(testing.prepare(SERVICE, url, users=60))
    return url


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[Graph]:
    """With nothing in the cache."""
    own = SubgraphSettings(database_url=url, jwt_secret=SecretStr(testing.SECRET), pool_size=5)
    async with Subgraph(SERVICE, own) as subgraph:
        graph = Graph(subgraph)
        app = create_app(kept_in_memory(), transports={SERVICE.name: FunctionTransport(graph)})
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://router") as graph.router,
        ):
            yield graph


REQUESTS = st.tuples(st.sampled_from(list(EVERYBODY)), st.sampled_from((*SHARED, MARKED, BOOKMARKS)))


# Each example starts a service, so to look for a smaller one that fails would take minutes.
@settings(max_examples=15, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(st.lists(st.lists(REQUESTS, min_size=1, max_size=5), min_size=1, max_size=6))
async def test_everybody_is_told_what_the_service_says(url: str, rounds: list[list[tuple[str, str]]]) -> None:
    """Requests of a round come at once."""
    async with serving(url) as graph:
        for requests in rounds:
            asked = [(query, EVERYBODY[name]) for name, query in requests]
            told = await asyncio.gather(*(graph.told(*each) for each in asked))
            expected = [await graph.expected(*each) for each in asked]
            assert [essence(each.json()) for each in told] == [essence(each) for each in expected]


@pytest.mark.parametrize("query", SHARED)
async def test_what_one_subscriber_has_asked_for_is_there_for_the_next(url: str, query: str) -> None:
    async with serving(url) as graph:
        assert [await graph.calls_for(query, each) for each in SUBSCRIBERS.values()] == [1, 0]


@pytest.mark.parametrize("name", [*OTHERS, *UNSHARED])
async def test_whoever_may_lose_access_is_answered_by_the_service(url: str, name: str) -> None:
    async with serving(url) as graph:
        await graph.told(LISTINGS, SUBSCRIBERS["Ada"])
        assert [await graph.calls_for(LISTINGS, EVERYBODY[name]) for _ in range(2)] == [1, 1]
        assert await graph.calls_for(LISTINGS, SUBSCRIBERS["Bob"]) == 0

        answer = (await graph.told(LISTINGS, EVERYBODY[name])).json()
        assert (answer["data"]["reviewListings"] is None) is (name in OTHERS)


async def test_bookmarks_are_each_viewers(url: str) -> None:
    async with serving(url) as graph:
        assert await graph.calls_for(MARKED, SUBSCRIBERS["Ada"]) == 1
        assert await graph.calls_for(MARKED, SUBSCRIBERS["Bob"]) > 0
        marked = [(await graph.told(MARKED, each)).json() for each in SUBSCRIBERS.values()]
        assert marked[0] != marked[1]
        assert [await graph.calls_for(MARKED, each) for each in SUBSCRIBERS.values()] == [0, 0]


async def test_no_cache_on_the_way_keeps_them_for_everybody(url: str) -> None:
    """A cache that knows nothing of claims must not share what they decide on."""
    async with serving(url) as graph:
        for query in SHARED:
            for each in (*SUBSCRIBERS.values(), *SUBSCRIBERS.values()):
                answer = await graph.told(query, each)
                assert answer.headers["cache-control"].startswith("private, max-age=")
                assert "authorization" in answer.headers["vary"].split(", ")
            for name in (*OTHERS, *UNSHARED):
                answer = await graph.told(query, EVERYBODY[name])
                assert answer.headers["cache-control"] == "no-store"
