"""The federated answer equals the monolith's, on random graphs and operations, and subgraphs get valid requests only."""

import os

import pytest

from router.composition import compose
from router.federation.supergraph import Supergraph
from router.planner.printer import print_plan
from tests.planner.harness import compare
from tests.planner.random_graph import RandomGraph, random_operation

FIRST = int(os.environ.get("RANDOM_GRAPHS_SEED", "0"))
GRAPHS = int(os.environ.get("RANDOM_GRAPHS", "100"))
OPERATIONS = 5


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GRAPHS))
async def test_deferred_parts_have_all_that_is_deferred(seed: int) -> None:
    supergraph = Supergraph.parse(compose(RandomGraph(seed).subgraphs).supergraph_sdl)
    operation = random_operation(supergraph.api_schema, seed, defers=True)
    found = await compare(supergraph, operation.text, operation.variables, seed=seed)
    assert found.answer == found.expected, f"{operation.text} {operation.variables}\n{print_plan(found.plan)}"
    assert not found.errors


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GRAPHS))
async def test_the_federated_answer_is_the_monoliths(seed: int) -> None:
    graph = RandomGraph(seed)
    supergraph = Supergraph.parse(compose(graph.subgraphs).supergraph_sdl)
    for number in range(OPERATIONS):
        operation = random_operation(supergraph.api_schema, seed * OPERATIONS + number)
        found = await compare(supergraph, operation.text, operation.variables, seed=number)
        shown = f"{operation.text} {operation.variables}\n{print_plan(found.plan)}"
        assert found.answer == found.expected, shown
        assert not found.errors, shown
