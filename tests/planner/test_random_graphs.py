"""The federated answer equals the monolith's, on random graphs and operations, and subgraphs get valid requests only.

A failure is shrunk by Hypothesis, and printed as a page that can be kept in cases/. RANDOM_GRAPHS says how many graphs.
"""

import asyncio
import os
import random

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from router.composition import compose
from router.federation.supergraph import Supergraph
from router.planner.printer import print_plan
from tests.planner.harness import compare
from tests.planner.random_graph import RandomGraph, RandomOperation

GRAPHS = int(os.environ.get("RANDOM_GRAPHS", "160"))
OPERATIONS = 8

SOURCES = st.randoms(use_true_random=False)
SEARCH = settings(
    max_examples=GRAPHS, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)


@SEARCH
@given(SOURCES, st.lists(SOURCES, min_size=3, max_size=OPERATIONS))
def test_the_federated_answer_is_the_monoliths(graph: random.Random, operations: list[random.Random]) -> None:
    _check(graph, operations, defers=False)


@SEARCH
@given(SOURCES, st.lists(SOURCES, min_size=3, max_size=OPERATIONS))
def test_deferred_parts_have_all_that_is_deferred(
    graph: random.Random, operations: list[random.Random]
) -> None:
    _check(graph, operations, defers=True)


def _check(source: random.Random, operations: list[random.Random], *, defers: bool) -> None:
    graph = RandomGraph(source)
    supergraph = Supergraph.parse(compose(graph.subgraphs).supergraph_sdl)
    for number, each in enumerate(operations):
        operation = RandomOperation(supergraph.api_schema, each, defers)
        if not operation.is_valid():
            continue
        note(_page(graph, operation))
        found = asyncio.run(compare(supergraph, operation.text, operation.variables, seed=number))
        note(print_plan(found.plan))
        assert found.answer == found.expected
        assert not found.errors


def _page(graph: RandomGraph, operation: RandomOperation) -> str:
    """The case as the pages of cases/ are written."""
    blocks = [f"```graphql {each.name}\n{each.sdl}\n```" for each in graph.subgraphs]
    return "\n\n".join(
        [*blocks, f"```graphql operation\n{operation.text}\n```", f"variables: {operation.variables}"]
    )
