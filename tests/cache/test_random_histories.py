"""On random graphs, whatever is asked, changes, is invalidated, fails and ends, in whatever order: an answer is one that the graph
without a cache could have given within the policy's time, and never one from before an invalidation that has been acknowledged.

Texts say of what object and field they are, and how often that has changed. RANDOM_GRAPHS says how many graphs.
"""

import asyncio
import itertools
import json
import os
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphql import FieldNode, GraphQLNonNull, GraphQLScalarType, Visitor, visit
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from router.cache.asked_names import AskedNames
from router.cache.field_cache import FieldCache
from router.cache.invalidation_request import parse
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.settings import FieldCacheSettings
from router.cache.store import Fill, Found, Invalidation, StoreUnavailableError, Wanted
from router.composition import compose
from router.federation.supergraph import Supergraph
from router.upstream.subgraph import (
    SubgraphError,
    SubgraphRequest,
    SubgraphResponse,
    SubgraphTransport,
)
from tests.cache.graph import Clock
from tests.cache.test_same_answers import answer, some
from tests.planner.random_graph import RandomGraph, RandomOperation
from tests.planner.universe import SubgraphMock, Thing, Universe

GRAPHS: Final = int(os.environ.get("RANDOM_GRAPHS", "60"))
MAX_AGE: Final = 10
KINDS: Final = ("entity", "field", "type", "all")
MARK: Final = re.compile(r"⟦(\w+):(\d+)\.(\w+)@(\d+)$")


class Version(NamedTuple):
    """How an object is from a step and a time on."""

    step: int
    since: float


class ChangingUniverse(Universe):
    """The same structure all the time; of texts that are no keys, and that nobody requires, each object has versions."""

    def __init__(self, supergraph: Supergraph, seed: int) -> None:
        super().__init__(supergraph, seed)
        self.versions: dict[tuple[str, int], list[Version]] = {}
        self._required = _required_anywhere(supergraph)

    def of(self, thing: tuple[str, int]) -> list[Version]:
        """The last one is how it is now."""
        return self.versions.setdefault(thing, [Version(0, float("-inf"))])

    def value(self, thing: Thing, name: str, args: Mapping[str, Any]) -> Any:
        """With the version."""
        found = super().value(thing, name, args)
        if not isinstance(found, str) or not self._may_change(thing.type, name):
            return found
        return f"{found}⟦{thing.type}:{thing.number}.{name}@{len(self.of((thing.type, thing.number))) - 1}"

    def key(self, thing: Thing) -> dict[str, Any]:
        """Every field of every key."""
        values = {name: Universe.value(self, thing, name, {}) for name in self._keys.get(thing.type, ())}
        return {name: self.key(each) if isinstance(each, Thing) else each for name, each in values.items()}

    def has_texts(self, operation: RandomOperation) -> bool:
        """Whether the answer shows versions."""
        return "⟦" in str(self.monolith(operation.text, dict(operation.variables)))

    def texts(self, type_name: str) -> list[str]:
        """Fields that may change."""
        fields = self.supergraph.schema.type_map[type_name].fields
        return [name for name in fields if self._may_change(type_name, name)]

    def _may_change(self, type_name: str, name: str) -> bool:
        declared = self.supergraph.schema.type_map[type_name].fields[name].type
        leaf = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        is_text = isinstance(leaf, GraphQLScalarType) and leaf.name == "String"
        return is_text and name not in self._keys.get(type_name, ()) and name not in self._required


def _required_anywhere(supergraph: Supergraph) -> set[str]:
    found: set[str] = set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            found.add(node.name.value)

    for name in supergraph.possible_types:
        for view in supergraph.graphs_of[name]:
            for each in view.fields.values():
                if each.requires is not None:
                    visit(each.requires, Names())
    return found


class Thinking:
    """A subgraph that takes some turns of the event loop before and after it looks, or fails."""

    def __init__(self, inner: SubgraphTransport, pauses: "itertools.cycle[int]") -> None:
        self.fails = False
        self._inner, self._pauses = inner, pauses

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        await self._pause()
        if self.fails:
            raise SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused", connecting=True)
        found = await self._inner.fetch(request)
        await self._pause()
        return found

    async def _pause(self) -> None:
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)


class Unreliable(MemoryStore):
    """Knows nothing and keeps nothing while it is away, and hears of no invalidation."""

    is_away = False

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        return Found(0, [{} for _ in wanted]) if self.is_away else await super().read(wanted)

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        if not self.is_away:
            await super().fill(stamp, fills, age)

    async def invalidate(self, what: Invalidation) -> None:
        if self.is_away:
            raise StoreUnavailableError("It is away.")
        await super().invalidate(what)


class Process(NamedTuple):
    cache: FieldCache
    subgraphs: Mapping[str, Thinking]
    transports: Mapping[str, SubgraphTransport]


class History:
    """One run over one graph, in one process, or in two that share a store, which is reliable then."""

    def __init__(
        self,
        universe: ChangingUniverse,
        operations: Sequence[RandomOperation],
        policies: FieldCacheSettings,
        pauses: Sequence[int],
        processes: int,
    ) -> None:
        self._universe = universe
        self._supergraph = universe.supergraph
        self._operations = operations
        self._longest = MAX_AGE + max(
            policies.policy["*"].stale_while_revalidate or 0, policies.policy["*"].stale_if_error or 0
        )
        self._clock = Clock()
        self._step = 0
        self._acknowledged: dict[tuple[str, int, str], int] = {}
        self._names = AskedNames(self._supergraph)
        self._tasks: list[asyncio.Task[None]] = []
        self._mocks = {name: SubgraphMock(universe, name) for name in self._supergraph.subgraphs}
        self._store = Unreliable(self._clock, 10_000_000)
        self._is_shared = processes > 1
        thinking = itertools.cycle(pauses)
        self._processes = [self._process(policies, thinking) for _ in range(processes)]

    def _process(self, policies: FieldCacheSettings, pauses: "itertools.cycle[int]") -> Process:
        cache = FieldCache(self._supergraph, policies, OpenStore(self._store), self._clock, 0.001)
        subgraphs = {name: Thinking(mock, pauses) for name, mock in self._mocks.items()}
        return Process(cache, subgraphs, cache.around(subgraphs))

    async def run(self, steps: Sequence[tuple[str, int, int]]) -> None:
        await self._ask_everything()
        for kind, number, turns in steps:
            process = self._processes[number % len(self._processes)]
            if kind == "ask":
                self._begin(self._ask(process, self._operations[number % len(self._operations)]))
            elif kind == "change":
                self._change(self._thing(number))
            elif kind == "invalidate":
                self._begin(self._invalidate(process, self._thing(number), KINDS[number // 7 % 4]))
            elif kind == "wait":
                self._clock.now += number % (MAX_AGE + 2)
            elif kind == "fail":
                failing = list(process.subgraphs.values())[number % len(process.subgraphs)]
                failing.fails = not failing.fails
            elif kind == "store" and not self._is_shared:
                self._store.is_away = not self._store.is_away
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.gather(*self._tasks)
        self._store.is_away = False
        for process in self._processes:
            for each in process.subgraphs.values():
                each.fails = False
        await self._ask_everything()
        for process in self._processes:
            await process.cache.close()

    async def _ask_everything(self) -> None:
        for process, operation in itertools.product(self._processes, self._operations):
            await self._ask(process, operation)

    def _begin(self, work: Any) -> None:
        self._tasks.append(asyncio.ensure_future(work))

    def _thing(self, number: int) -> tuple[str, int]:
        """One of those whose texts were asked for."""
        seen = sorted(self._universe.versions) or [("Query", 0)]
        return seen[number % len(seen)]

    def _change(self, thing: tuple[str, int]) -> None:
        self._step += 1
        self._universe.of(thing).append(Version(self._step, self._clock.now))

    async def _invalidate(self, process: Process, thing: tuple[str, int], kind: str) -> None:
        """What has just changed, and perhaps more."""
        self._change(thing)
        type_name, number = thing
        key = self._universe.key(Thing(type_name, number))
        texts = self._universe.texts(type_name)
        asked: dict[str, Any] = {"kind": kind}
        if (kind == "field" and not texts) or (kind == "entity" and not key):
            asked = {"kind": "type"}
        if asked["kind"] != "all":
            asked["type"] = type_name
        if asked["kind"] == "field":
            asked["field"] = texts[number % len(texts)]
        if asked["kind"] == "entity" or (asked["kind"] == "field" and key and self._step % 2):
            asked["key"] = key
        what = self._names.invalidation(parse(json.dumps([asked]).encode()))
        step = self._step
        await process.cache.invalidate_in_any_case(what)
        for owner in self._universe.versions:
            for field in self._universe.texts(owner[0]):
                if _concerns(asked, owner, field, thing):
                    known = self._acknowledged.get((*owner, field), 0)
                    self._acknowledged[*owner, field] = max(known, step)

    async def _ask(self, process: Process, operation: RandomOperation) -> None:
        begun, known = self._clock.now, dict(self._acknowledged)
        body = await answer(self._supergraph, operation.text, operation.variables, process.transports)
        found = json.loads(body)
        self._check(found.get("data"), begun, known)
        if "errors" not in found:
            wanted = await answer(self._supergraph, operation.text, operation.variables, self._mocks)
            assert _unmarked(found) == _unmarked(json.loads(wanted))

    def _check(self, value: Any, begun: float, known: Mapping[tuple[str, int, str], int]) -> None:
        if isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                self._check(each, begun, known)
        if not isinstance(value, str) or not (marked := MARK.search(value)):
            return
        type_name, number, field, version = marked.groups()
        versions = self._universe.of((type_name, int(number)))
        following = versions[int(version) + 1 : int(version) + 2]
        for after in following:
            assert after.since >= begun - self._longest, f"{value}: older than its policy allows"
            newest = known.get((type_name, int(number), field), 0)
            assert after.step > newest, f"{value}: from before an invalidation that was acknowledged"


def _concerns(asked: Mapping[str, Any], owner: tuple[str, int], field: str, thing: tuple[str, int]) -> bool:
    """Whether what was asked names this field of this object."""
    if asked["kind"] == "all":
        return True
    if owner[0] != asked["type"] or asked.get("field", field) != field:
        return False
    return "key" not in asked or owner == thing


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unmarked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return MARK.sub("", value) if isinstance(value, str) else value


STEP: Final = st.tuples(
    st.sampled_from(
        ["ask", "ask", "ask", "ask", "change", "invalidate", "invalidate", "wait", "fail", "store"]
    ),
    st.integers(0, 99),
    st.sampled_from([0, 1, 3, 8, 40, 200]),
)
TIMES: Final = st.sampled_from([0, 5])


@settings(max_examples=GRAPHS, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 1 << 32),
    st.lists(STEP, min_size=5, max_size=30),
    st.lists(st.sampled_from([0, 1, 3, 12, 60, 200]), min_size=1, max_size=8),
    st.booleans(),
    TIMES,
    TIMES,
    st.integers(1, 2),
)
def test_on_random_graphs(
    seed: int,
    steps: list[tuple[str, int, int]],
    pauses: list[int],
    is_all_kept: bool,
    stale: int,
    spare: int,
    processes: int,
) -> None:
    chance = random.Random(seed)
    subgraphs = RandomGraph(chance).subgraphs
    supergraph = Supergraph.parse(compose(subgraphs).supergraph_sdl)
    note("\n".join(subgraph.sdl for subgraph in subgraphs))
    all_of_it = {"maxAge": MAX_AGE, "staleWhileRevalidate": stale, "staleIfError": spare}
    never = {} if is_all_kept else some(supergraph, chance).policy
    policies = FieldCacheSettings.model_validate({"jitter": 0, "policy": {**never, "*": all_of_it}})
    universe = ChangingUniverse(supergraph, seed)
    drawn = [RandomOperation(supergraph.api_schema, chance) for _ in range(12)]
    operations = [each for each in drawn if each.is_valid() and universe.has_texts(each)][:4]
    if operations:
        asyncio.run(_story(universe, operations, policies, pauses, processes, steps))


async def _story(
    universe: ChangingUniverse,
    operations: Sequence[RandomOperation],
    policies: FieldCacheSettings,
    pauses: Sequence[int],
    processes: int,
    steps: Sequence[tuple[str, int, int]],
) -> None:
    await History(universe, operations, policies, pauses, processes).run(steps)
