"""One release after another in one process, over ASGI: requests, memory, and what is kept."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from router.app import create_app
from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.serving.garbage import Garbage
from router.serving.generation import Generation
from router.serving.generations import Generations
from router.serving.lasting import Lasting
from router.serving.release import Release
from router.settings import RouterSettings
from tests.serving.processes import with_dialects


class CountingGarbage(Garbage):
    """Counts what would be looked at, and touches nothing that other tests have."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = self.swept = 0
        self.large = False

    def keep(self) -> None:
        self.kept += 1

    def has_grown(self) -> bool:
        return self.large

    def sweep(self) -> None:
        self.swept += 1


class Serving:
    """Generations of the small graph, and a client of them."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.lasting = Lasting()
        self.garbage = CountingGarbage()
        self.made: list[Generation] = []
        self.finish_seconds = 60.0
        self.sdl: str = graph.supergraph.sdl
        self.generations = Generations(
            self.build(Release(RouterSettings(), self.sdl)), self.build, self.garbage
        )
        transport = httpx.ASGITransport(self.generations)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url="http://router")

    def build(self, release: Release) -> Generation:
        app = create_app(
            release.settings, release.load(), transports=self.graph.transports, lasting=self.lasting
        )
        self.made.append(Generation(release, app, finish_seconds=self.finish_seconds))
        return self.made[-1]

    async def ask(self, query: str) -> Any:
        return (await self.client.post("/graphql", json={"query": query})).json()

    async def fields(self) -> list[str]:
        answer = await self.ask('{ __type(name: "Query") { fields { name } } }')
        return [field["name"] for field in answer["data"]["__type"]["fields"]]

    async def replace(self, sdl: str, **settings: Any) -> None:
        await self.generations.replace(Release(RouterSettings(**settings), sdl))


@pytest.fixture
async def serving(small_graph: Any) -> AsyncIterator[Serving]:
    found = Serving(small_graph)
    await found.generations.start()
    async with found.client:
        yield found
    await found.generations.close()
    gc.set_threshold(700, 10, 10)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_serves_the_new_one_from_one_request_to_the_next(serving: Serving) -> None:
    assert "dialects" not in await serving.fields()

    await serving.replace(with_dialects(serving.sdl), introspection=True)

    assert "dialects" in await serving.fields()
    assert serving.generations.release.sdl == with_dialects(serving.sdl)
    assert serving.garbage.kept == 1


async def test_a_path_and_limits_change_too(serving: Serving) -> None:
    await serving.replace(serving.sdl, server={"path": "/api"}, limits={"max_depth": 1})

    assert (await serving.client.post("/graphql", json={"query": "{ languages }"})).status_code == 404
    answer = (await serving.client.post("/api", json={"query": "{ people { name } }"})).json()
    assert answer["errors"][0]["extensions"]["code"] == "MAX_DEPTH_EXCEEDED"


async def test_what_cannot_be_built_changes_nothing(serving: Serving) -> None:
    with pytest.raises(RouterError, match="not valid GraphQL"):
        await serving.replace("type Query {")
    with pytest.raises(RouterError, match="no such subgraph"):
        await serving.replace(with_dialects(serving.sdl), subgraphs={"nobody": {"timeout_seconds": 1}})

    assert "dialects" not in await serving.fields()
    assert len(serving.made) == 1


async def test_a_request_ends_where_it_began(serving: Serving) -> None:
    slow = asyncio.create_task(serving.ask("{ slow }"))
    await serving.graph.waiting.wait()

    await serving.replace(with_dialects(serving.sdl))
    assert "dialects" in await serving.fields()
    assert not slow.done()
    serving.graph.release.set()

    assert await slow == {"data": {"slow": "slow"}}


async def test_a_request_does_not_hold_the_old_one_for_ever(
    serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    serving.finish_seconds = 0.01
    await serving.replace(serving.sdl + "\n")
    slow = asyncio.create_task(serving.ask("{ slow }"))
    await serving.graph.waiting.wait()

    await serving.replace(with_dialects(serving.sdl))
    await until(lambda: serving.graph.finished == ["slow cancelled"])
    await asyncio.wait((slow,), timeout=30)

    assert slow.exception() is not None
    assert "Stopped 1 requests, 0 s after a reload" in caplog.text


async def test_frees_the_old_one_without_a_collection(serving: Serving) -> None:
    await serving.ask("{ people { name greeting } }")
    app = serving.made[0]._app
    parts = [app.state.supergraph.schema, app.state.supergraph.api_schema, app.state.pipeline, app]
    left = [weakref.ref(each) for each in parts]
    del app, parts
    gc.collect()  # what the request has left
    gc.disable()

    try:
        await serving.replace(with_dialects(serving.sdl))
        await until(lambda: not serving.generations._finishing)
        serving.made.clear()
        remaining = [each() for each in left if each() is not None]
    finally:
        gc.enable()

    assert remaining == []
    assert "dialects" in await serving.fields()


async def test_knows_what_was_popular_before_anybody_asks(serving: Serving) -> None:
    for _ in range(3):
        await serving.ask("query Most { people { name } }")
    await serving.ask("{ languages }")
    await serving.ask("{ not a document")
    assert serving.generations.popular()[0] == ("query Most { people { name } }", None)

    await serving.replace(with_dialects(serving.sdl))
    statistics = serving.made[-1]._app.state.pipeline.statistics()

    assert statistics.documents.misses == statistics.documents.entries == 2


async def test_what_is_not_valid_any_more_does_not_stop_it(serving: Serving) -> None:
    await serving.replace(with_dialects(serving.sdl))
    await serving.ask("{ dialects }")

    await serving.replace(serving.sdl)

    assert "dialects" not in await serving.fields()


async def test_persisted_queries_and_reload_errors_outlive_it(serving: Serving) -> None:
    await serving.lasting.queries.put("a" * 64, "{ languages }")
    serving.lasting.reloads.note("INVALID_SETTINGS")

    await serving.replace(serving.sdl + "\n", persisted_queries={"size": 2})

    assert await serving.lasting.queries.get("a" * 64) == "{ languages }"
    assert serving.lasting.queries.size == 2
    health = (await serving.client.get("/health")).json()
    assert health["last_reload_error"]["code"] == "INVALID_SETTINGS"


async def test_looks_at_everything_only_where_it_has_grown(serving: Serving) -> None:
    await serving.replace(with_dialects(serving.sdl))
    await until(lambda: not serving.generations._finishing)
    assert serving.garbage.swept == 0
    serving.garbage.large = True

    await serving.replace(serving.sdl)

    await until(lambda: serving.garbage.swept == 1)


async def test_asks_for_relief_where_there_is_any(serving: Serving) -> None:
    asked: list[bool] = []
    serving.generations.relieve = lambda: asked.append(True)
    serving.garbage.large = True

    await serving.replace(with_dialects(serving.sdl))

    await until(lambda: asked)
    assert serving.garbage.swept == 0


async def test_waits_for_a_quiet_moment(serving: Serving) -> None:
    slow = asyncio.create_task(serving.ask("{ slow }"))
    await serving.graph.waiting.wait()
    serving.garbage.large = True
    await serving.replace(with_dialects(serving.sdl))
    slow_too = asyncio.create_task(serving.ask("{ slow }"))
    await until(lambda: serving.made[-1].is_busy())
    assert serving.garbage.swept == 0

    serving.graph.release.set()

    await until(lambda: serving.garbage.swept == 1)
    assert await slow == await slow_too == {"data": {"slow": "slow"}}


def test_reads_a_supergraph_without_leaving_garbage(tmp_path: Path, small_graph: Any) -> None:
    gc.collect()
    gc.disable()
    try:
        supergraph = Supergraph.parse(small_graph.supergraph.sdl)
        found = gc.collect()
    finally:
        gc.enable()

    assert found < 30, supergraph
