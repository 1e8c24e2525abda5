"""Whatever was asked before, and whatever the store has kept of it: cached answers are those of a graph without a cache.

RANDOM_GRAPHS says how many graphs. A failure is shrunk by Hypothesis.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import is_object_type
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from router.cache.field_cache import FieldCache
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.settings import FieldCacheSettings
from router.cache.store import Invalidation
from router.composition import compose
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.run import Runner
from router.federation.supergraph import Supergraph
from router.operation import coerce_variables, load_operation
from router.planner import plan
from router.planner.printer import print_plan
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse, SubgraphTransport
from tests.planner.random_graph import RandomGraph, RandomOperation
from tests.planner.universe import SubgraphMock, Universe

GRAPHS = int(os.environ.get("RANDOM_GRAPHS", "60"))
SOURCES = st.randoms(use_true_random=False)
EVERYTHING = FieldCacheSettings.model_validate({"policy": {"*": {"maxAge": 60}}})


class Counting:
    """Counts the requests to a subgraph."""

    def __init__(self, inner: SubgraphTransport, calls: Counter[str], name: str) -> None:
        self._inner, self._calls, self._name = inner, calls, name

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        self._calls[self._name] += 1
        return await self._inner.fetch(request)


async def answer(
    supergraph: Supergraph,
    text: str,
    variables: Mapping[str, Any],
    transports: Mapping[str, SubgraphTransport],
) -> bytes:
    operation = load_operation(supergraph, text)
    query_plan = plan(supergraph, operation)
    note(print_plan(query_plan))
    context = ExecutionContext(
        supergraph.schema,
        supergraph.api_schema,
        transports,
        AnswerShapes(supergraph.schema),
        coerce_variables(supergraph, operation, variables),
        interface_objects=supergraph.interface_objects,
    )
    return await Runner(query_plan, None).run(operation, context)


async def compare(
    supergraph: Supergraph,
    operations: Sequence[RandomOperation],
    order: Sequence[int],
    mocks: Mapping[str, Any],
    policies: FieldCacheSettings,
    *,
    skims: bool = False,
) -> tuple[Counter[str], Counter[str]]:
    """Calls without and with the cache."""
    plain_calls, cached_calls = Counter[str](), Counter[str]()
    plain = {name: Counting(mock, plain_calls, name) for name, mock in mocks.items()}
    cache = FieldCache(supergraph, policies, OpenStore(MemoryStore(time.monotonic, 10_000_000)))
    cached = cache.around({name: Counting(mock, cached_calls, name) for name, mock in mocks.items()})
    for number in order:
        drawn = operations[number % len(operations)]
        note(f"{drawn.text}\n{drawn.variables}")
        wanted = await answer(supergraph, drawn.text, drawn.variables, plain)
        found = await answer(supergraph, drawn.text, drawn.variables, cached)
        await cache.close()
        assert found == wanted
        if skims:  # and lists are gone, while entities are known
            for coordinate in cache.coordinates:
                coordinate.skimming.share = 1.0
            await cache.invalidate(Invalidation(types=("Query",)))
    return plain_calls, cached_calls


def some(supergraph: Supergraph, chance: random.Random) -> FieldCacheSettings:
    """Of the fields some are never kept."""
    fields = [
        f"{name}.{each}"
        for name, declared in supergraph.api_schema.type_map.items()
        if is_object_type(declared) and not name.startswith("__")
        for each in declared.fields
    ]
    never = {each: {"maxAge": 0} for each in fields if chance.random() < chance.choice((0.2, 0.5, 0.8))}
    return FieldCacheSettings.model_validate({"policy": {"*": {"maxAge": 60}, **never}})


@settings(max_examples=GRAPHS, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(
    SOURCES,
    st.lists(SOURCES, min_size=3, max_size=5),
    st.lists(st.integers(0, 4), min_size=2, max_size=8),
    st.integers(0, 5),
    st.booleans(),
    st.none() | SOURCES,
)
def test_on_random_graphs(
    graph: random.Random,
    drawn: list[random.Random],
    order: list[int],
    seed: int,
    skims: bool,
    kept: random.Random | None,
) -> None:
    subgraphs = RandomGraph(graph).subgraphs
    supergraph = Supergraph.parse(compose(subgraphs).supergraph_sdl)
    note("\n".join(subgraph.sdl for subgraph in subgraphs))
    operations = [RandomOperation(supergraph.api_schema, each) for each in drawn]
    operations = [each for each in operations if each.is_valid()]
    if not operations:
        return
    universe = Universe(supergraph, seed)
    right = {name: SubgraphMock(universe, name) for name in supergraph.subgraphs}
    policies = EVERYTHING if kept is None else some(supergraph, kept)
    asyncio.run(compare(supergraph, operations, order, right, policies, skims=skims))
