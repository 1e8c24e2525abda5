"""Whatever happens in whatever order: an answer is one that a graph without a cache could have given within the policy's
time, and after a mutation that has been answered it is never one from before it.

Hypothesis draws what happens, and for how many turns of the event loop subgraphs think before and after they look; so fetches,
fills and invalidations meet in every order.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from router.upstream.subgraph import SubgraphError
from tests.cache.clusters import Cluster
from tests.cache.graph import World, world
from tests.cache.stores import cluster_world, redis_world, tiered_world
from tests.cache.test_caching import SHOP, rows, shop

MAX_AGE = 10
QUERIES = (
    "{ products { id name } }",
    "{ product(id: 1) { id name price } }",
    "{ a: product(id: 2) { id name left } }",
    "{ page { featured { id name } nodes { id name } } }",
    "{ products(first: 2) { id price name } page { title } }",
)
PRODUCTS = ("1", "2", "3")


@dataclass
class Name:
    """A name that a product had. Times are of the test's clock, steps are counted."""

    text: str
    since_step: int
    until: float | None = None


@dataclass
class Story:
    """One run. `worlds` are processes over the same rows; each asks and mutates."""

    worlds: Sequence[World]
    step: int = 0
    names: dict[str, list[Name]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = self.worlds[0]
        for number in PRODUCTS:
            self.names[number] = [Name(f"P{number}", 0)]
        self.world.rows["Query"]["rename"] = self.rename

    def change(self, number: str, text: str) -> int:
        self.step += 1
        self.names[number][-1].until = self.world.clock.now
        self.names[number].append(Name(text, self.step))
        self.world.rows[f"Product:{number}"]["name"] = text
        return self.step

    def rename(self, id: str, name: str) -> str:
        self.change(id, name)
        return f"Product:{id}"

    async def mutate(self, process: World, number: str, text: str) -> None:
        await process.ask_at_once(f'mutation {{ rename(id: {number}, name: "{text}") {{ id }} }}')
        for each in self.names[number]:
            if each.text == text:
                self.acknowledged[number] = max(self.acknowledged.get(number, 0), each.since_step)

    async def ask(self, process: World, text: str) -> None:
        begun, known = self.world.clock.now, dict(self.acknowledged)
        found = await process.ask_at_once(text)
        if "errors" not in found:
            self.check(found["data"], begun, known)

    def check(self, data: Any, begun: float, known: dict[str, int]) -> None:
        if isinstance(data, list):
            for each in data:
                self.check(each, begun, known)
        elif isinstance(data, dict):
            if "name" in data and "id" in data:
                self.check_name(data["id"], data["name"], begun, known.get(data["id"], 0))
            for each in data.values():
                self.check(each, begun, known)

    def check_name(self, number: str, text: str, begun: float, newest: int) -> None:
        found = next(each for each in self.names[number] if each.text == text)
        assert found.until is None or found.until >= begun - MAX_AGE, "older than its policy allows"
        last = max((each.since_step for each in self.names[number] if each.since_step <= newest), default=0)
        assert found.since_step >= last, "from before a mutation that was answered"

    async def run(self, steps: list[tuple[str, int, int]]) -> None:
        for count, (kind, number, turns) in enumerate(steps):
            product = PRODUCTS[number % len(PRODUCTS)]
            process = self.worlds[number // 3 % len(self.worlds)]
            if kind == "ask":
                self.begin(self.ask(process, QUERIES[number % len(QUERIES)]))
            elif kind == "mutate":
                self.begin(self.mutate(process, product, f"mutated{count}"))
            elif kind == "change":
                self.change(product, f"changed{count}")
            elif kind == "wait":
                self.world.clock.now += number
            elif kind == "fail":
                failing = SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused", connecting=True)
                process.failure = None if process.failure else failing
            for _ in range(turns):
                await asyncio.sleep(0)
        for process in self.worlds:
            process.failure = None
        await asyncio.gather(*self.tasks)
        for process in self.worlds:
            await process.cache.close()
            for text in QUERIES:
                await self.ask(process, text)

    def begin(self, work: Any) -> None:
        self.tasks.append(asyncio.ensure_future(work))


STEP = st.tuples(
    st.sampled_from(["ask", "ask", "ask", "mutate", "change", "wait", "fail"]),
    st.integers(0, 12),
    st.sampled_from([0, 1, 2, 3, 5, 8, 13, 40, 100]),
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@example([("ask", 0, 40), ("change", 0, 0), ("wait", 11, 0)], [19], False)  # slower than its time lasts
@example(  # an answer that takes longer than its fields last
    [
        ("mutate", 11, 0),
        ("ask", 1, 0),
        ("ask", 0, 0),
        ("ask", 12, 0),
        ("ask", 0, 40),
        ("ask", 0, 0),
        ("change", 0, 100),
        ("ask", 6, 1),
        ("ask", 0, 1),
        ("wait", 11, 0),
        *([("ask", 0, 0)] * 5),
    ],
    [0],
    True,
)
@example([("ask", 1, 5), ("mutate", 0, 0), ("ask", 1, 100), ("ask", 1, 0)], [9, 0, 0, 30], True)
@given(st.lists(STEP, max_size=25), st.lists(st.integers(0, 40), min_size=1, max_size=12), st.booleans())
def test_in_any_order(steps: list[tuple[str, int, int]], pauses: list[int], keeps_answers: bool) -> None:
    async def story() -> None:
        graph = shop(policy={"*": {"maxAge": MAX_AGE}})
        graph.keeps_answers = keeps_answers
        graph.pauses = itertools.cycle(pauses)
        await Story([graph]).run(steps)

    asyncio.run(story())


@pytest.mark.parametrize("kind", ["redis", "tiered", "partitions", "tiered partitions"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=20), st.lists(st.integers(0, 40), min_size=1, max_size=12), st.booleans())
def test_in_two_processes_over_one_redis(
    kind: str,
    valkey_url: str,
    request: pytest.FixtureRequest,
    steps: list[tuple[str, int, int]],
    pauses: list[int],
    keeps_answers: bool,
) -> None:
    """Time stands still in it, but for the server."""

    async def story() -> None:
        if "partitions" in kind:
            cluster: Cluster = request.getfixturevalue("redis_cluster")
            found = cluster_world(cluster.url("partitions=4"), has_memory=kind != "partitions")
        else:
            found = redis_world(valkey_url) if kind == "redis" else tiered_world(valkey_url)
        await found.empty()
        shared = rows()
        policy = {"policy": {"*": {"maxAge": MAX_AGE}}}
        worlds = [world(SHOP, shared, policy, store) for store in (found.store, found.peer)]
        for each in worlds:
            each.pauses, each.keeps_answers = itertools.cycle(pauses), keeps_answers
        await Story(worlds).run([step for step in steps if step[0] != "wait"])
        await found.store.close()
        await found.peer.close()

    asyncio.run(story())
