"""A thousand requests in four router processes miss what has just ended: one of them asks the subgraph, for each time that a lease lasts."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

from tests.cache.stores import valkey_at
from tests.e2e.versions import Versions
from tests.serving.processes import routers

PROCESSES = 4
QUERY = {"query": '{ note(id: "5") { id clock } }'}
MAX_AGE = 6
"""Seconds, in which all have been answered."""


class Herd(NamedTuple):
    graph: Versions
    session: aiohttp.ClientSession
    urls: list[str]

    async def runs(self, requests: int) -> set[int]:
        """Once the value that all want has ended. Gives all answers."""
        await asyncio.sleep(MAX_AGE + 0.1)
        self.graph.calls.clear()
        asked = (self.ask(self.urls[each % PROCESSES]) for each in range(requests))
        return set(await asyncio.gather(*asked))

    async def ask(self, url: str) -> int:
        """Gives the time of day in the answer."""
        async with self.session.post(f"{url}/graphql", json=QUERY) as response:
            answer = await response.json()
        assert response.status == 200
        assert "errors" not in answer
        found: int = answer["data"]["note"]["clock"]
        return found


@asynccontextmanager
async def herd(scratch: Path, folder: Path, lease_ms: int) -> AsyncIterator[Herd]:
    """Each process has answered once."""
    supergraph, config = folder / "supergraph.graphql", folder / "router.yaml"
    with valkey_at(scratch / f"herd-{lease_ms}") as server:
        async with Versions() as graph:
            supergraph.write_text(graph.sdl)
            config.write_text(json.dumps(settings(graph, server.url, lease_ms)))
            with routers() as start:
                urls = [start(supergraph, "--config", str(config)).url for _ in range(PROCESSES)]
                connector = aiohttp.TCPConnector(limit=0)
                async with aiohttp.ClientSession(connector=connector) as session:
                    found = Herd(graph, session, urls)
                    for url in urls:
                        await found.ask(url)
                    assert graph.calls.total() == 1
                    yield found


def settings(graph: Versions, store: str, lease_ms: int) -> dict[str, object]:
    return {
        "cache": {
            "store": store,
            "timeout_ms": 5000,
            "lease_ms": lease_ms,
            "jitter": 0,
            "policy": {"*": {"maxAge": 600}, "Note.clock": {"maxAge": MAX_AGE}},
        },
        "subgraphs": {name: {"url": url} for name, url in graph.urls.items()},
    }


async def test_a_herd_over_four_processes_is_one_call(scratch: Path, tmp_path: Path) -> None:
    async with herd(scratch, tmp_path, lease_ms=20_000) as found:
        found.graph.pause = 0.05
        for _ in range(2):
            assert len(await found.runs(1000)) == 1
            assert found.graph.calls.total() == 1


async def test_a_call_that_outlasts_leases_is_one_more_for_each(scratch: Path, tmp_path: Path) -> None:
    lease = 0.5
    async with herd(scratch, tmp_path, lease_ms=int(lease * 1000)) as found:
        found.graph.thinks = 1.2
        begun = time.monotonic() + MAX_AGE + 0.1
        await found.runs(40)
        assert found.graph.calls.total() <= 1 + (time.monotonic() - begun) / lease
