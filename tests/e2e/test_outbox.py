"""A write past the router, over the service's own HTTP: commit, outbox, stream, and the router's next answer shows it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from launcher.postgres import PostgresCluster
from router.app import create_app
from router.federation.supergraph import Supergraph
from router.settings import RouterSettings
from router.upstream.in_process import AsgiTransport
from subgraphs.kit import app as kit
from subgraphs.kit import ids, testing, tokens
from subgraphs.kit.clock import utc_now
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.viewer import Role, Viewer
from subgraphs.webapp_builder import SERVICE

SUPERGRAPH = Path(__file__).parents[2] / "schema" / "supergraph.graphql"
STUDENT = 100_001
MINE = "{ myEnrollments { nodes { id status } } builderDashboard { enrollment { id } } }"
COHORTS = "{ cohorts(upcomingOnly: true) { nodes { id seatsLeft } } }"
ENROLL = "mutation($cohort: ID!) { enroll(cohortId: $cohort, joinWaitingList: true) { id } }"


@pytest.fixture(scope="module")
def url(postgres_cluster: PostgresCluster) -> str:
    url = postgres_cluster.create_database("past_the_router")
    asyncio.run(testing.prepare(SERVICE, url, users=20))
    return url


@asynccontextmanager
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """While the application's lifespan runs."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://here") as found,
    ):
        yield found


class Graph:
    """A service, and a router in front of it that keeps everything it may."""

    def __init__(self, service: httpx.AsyncClient, router: httpx.AsyncClient, student: int) -> None:
        self.service = service
        self.router = router
        viewer = Viewer(student, Role.USER, frozenset(), testing.PRODUCTS)
        self._token = tokens.issue(viewer, testing.SECRET, utc_now())

    async def ask(self, where: httpx.AsyncClient, query: str, **variables: Any) -> Mapping[str, Any]:
        body = {"query": query, "variables": variables}
        answer = await where.post(
            "/graphql", json=body, headers={"authorization": f"Bearer {self._token}"}, timeout=30
        )
        found: Mapping[str, Any] = answer.json()
        assert "errors" not in found, found
        data: Mapping[str, Any] = found["data"]
        return data


@asynccontextmanager
async def serving(url: str, redis_url: str, cache: Mapping[str, Any], student: int) -> AsyncIterator[Graph]:
    settings = SubgraphSettings(
        database_url=url, redis_url=redis_url, jwt_secret=SecretStr(testing.SECRET), pool_size=5
    )
    app = kit.create_app(SERVICE, settings)
    router = create_app(
        RouterSettings(cache=cache),
        Supergraph.parse(SUPERGRAPH.read_text()),
        transports={SERVICE.name: AsgiTransport(app)},
    )
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(client(app))
        yield Graph(service, await stack.enter_async_context(client(router)), student)


@pytest.mark.parametrize("store", ["memory", "redis"])
async def test_a_write_past_the_router_is_seen_in_it(url: str, valkey_url: str, store: str) -> None:
    redis: Redis = Redis.from_url(valkey_url)
    await redis.delete("softfactory:outbox")
    cache = {
        "memory": {"store": "memory", "invalidation": {"stream": {"url": valkey_url}}},
        "redis": {"store": valkey_url, "namespace": "past-the-router", "timeout_ms": 5000},
    }[store]
    student = STUDENT + len(store)
    async with serving(url, valkey_url, cache, student) as graph:
        empty = {"myEnrollments": {"nodes": []}, "builderDashboard": {"enrollment": None}}
        assert await graph.ask(graph.router, MINE) == empty
        cohorts = (await graph.ask(graph.service, COHORTS))["cohorts"]["nodes"]

        made = await graph.ask(graph.service, ENROLL, cohort=cohorts[0]["id"])

        enrollment = made["enroll"]["id"]
        expected = await graph.ask(graph.service, MINE)
        assert expected["builderDashboard"] == {"enrollment": {"id": enrollment}}
        async with asyncio.timeout(30):
            while await graph.ask(graph.router, MINE) != expected:  # noqa: ASYNC110  nobody is told
                await asyncio.sleep(0.005)
    [(_, fields), *_] = await redis.xrange("softfactory:outbox")
    assert ids.decode("Enrollment", fields[b"entity_key"].decode()) > 0
    await redis.aclose()


async def test_without_the_stream_the_router_goes_on_with_what_it_has(url: str, valkey_url: str) -> None:
    """So the test above shows what the stream does."""
    cache = {"store": "memory"}
    async with serving(url, valkey_url, cache, STUDENT + 100) as graph:
        before = await graph.ask(graph.router, MINE)
        cohorts = (await graph.ask(graph.service, COHORTS))["cohorts"]["nodes"]
        await graph.ask(graph.service, ENROLL, cohort=cohorts[0]["id"])
        assert await graph.ask(graph.service, MINE) != before
        assert await graph.ask(graph.router, MINE) == before
