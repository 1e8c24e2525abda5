"""`extensions.cache` on random graphs: it has each field of the answer once, and says hit where no subgraph was asked.

RANDOM_GRAPHS says how many graphs. A failure is shrunk by Hypothesis.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from router.cache.field_cache import FieldCache
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.composition import compose
from router.federation.supergraph import Supergraph
from router.pipeline import GraphQLRequest, Pipeline
from tests.cache.explained import fields_of, statuses
from tests.cache.test_same_answers import EVERYTHING, Counting
from tests.planner.random_graph import RandomGraph, RandomOperation
from tests.planner.universe import SubgraphMock, Universe

GRAPHS = int(os.environ.get("RANDOM_GRAPHS", "40"))
SOURCES = st.randoms(use_true_random=False)


async def check(
    supergraph: Supergraph, operations: Sequence[RandomOperation], mocks: Mapping[str, Any]
) -> None:
    calls = Counter[str]()
    counting = {name: Counting(mock, calls, name) for name, mock in mocks.items()}
    plain = Pipeline(supergraph, mocks)
    cache = FieldCache(supergraph, EVERYTHING, OpenStore(MemoryStore(time.monotonic, 10_000_000)))
    cached = Pipeline(supergraph, cache.around(counting))
    cached.cache = cache
    try:
        for drawn in operations:
            note(f"{drawn.text}\n{drawn.variables}")
            wanted = await plain.execute(GraphQLRequest(drawn.text, variables=drawn.variables))
            if wanted.refused is not None:
                continue
            for _ in range(2):
                calls.clear()
                found = await cached.execute(
                    GraphQLRequest(drawn.text, variables=drawn.variables, traced=True)
                )
                await cache.close()
                answer = msgspec.json.decode(found.body)
                explained = answer.pop("extensions")["cache"]
                note(str(explained))
                assert answer == msgspec.json.decode(wanted.body)
                if "omitted" in explained:
                    continue
                by_path = statuses(explained)
                assert set(by_path) == set(fields_of(answer["data"]))
                for name in ("__typename", "t"):  # of Query: the router knows that itself
                    by_path.pop((name,), None)
                if not calls:  # there may be some for what the router alone needs
                    assert set(by_path.values()) <= {"hit"}
    finally:
        await plain.close()
        await cached.close()


@settings(max_examples=GRAPHS, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(SOURCES, st.lists(SOURCES, min_size=2, max_size=4), st.integers(0, 5))
def test_on_random_graphs(graph: random.Random, drawn: list[random.Random], seed: int) -> None:
    subgraphs = RandomGraph(graph).subgraphs
    supergraph = Supergraph.parse(compose(subgraphs).supergraph_sdl)
    note("\n".join(subgraph.sdl for subgraph in subgraphs))
    operations = [RandomOperation(supergraph.api_schema, each) for each in drawn]
    operations = [each for each in operations if each.is_valid()]
    universe = Universe(supergraph, seed)
    mocks = {name: SubgraphMock(universe, name) for name in supergraph.subgraphs}
    asyncio.run(check(supergraph, operations, mocks))
