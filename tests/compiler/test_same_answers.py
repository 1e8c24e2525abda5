"""Programs answer byte for byte what the interpreter answers, with faults and without: on random graphs, and on all pages.

RANDOM_GRAPHS says how many graphs. A failure is shrunk by Hypothesis.
"""

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from router.composition import compose
from router.errors import ClientErrors, RouterError
from router.federation.supergraph import Supergraph
from router.operation import Operation, coerce_variables, load_operation
from router.planner import plan
from router.planner.printer import print_plan
from tests.compiler.both import both
from tests.compiler.faults import Faulty
from tests.conformance.plans import labels_of, read_cases
from tests.planner.harness import read_operation
from tests.planner.pages import PAGES, Case
from tests.planner.random_graph import RandomGraph, RandomOperation
from tests.planner.universe import SubgraphMock, Universe

GRAPHS = int(os.environ.get("RANDOM_GRAPHS", "60"))
CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "plans.dev.jsonl"
VARIABLES = {"more": True, "never": False, "later": True, "id": "x", "tag": None}
INTERPRETED = ("is answered by the router", "would learn their types later")
SOURCES = st.randoms(use_true_random=False)


@settings(max_examples=GRAPHS, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(SOURCES, st.lists(SOURCES, min_size=3, max_size=5), st.integers(0, 5))
def test_on_random_graphs(graph: random.Random, operations: list[random.Random], seed: int) -> None:
    subgraphs = RandomGraph(graph).subgraphs
    supergraph = Supergraph.parse(compose(subgraphs).supergraph_sdl)
    for each in operations:
        drawn = RandomOperation(supergraph.api_schema, each)
        if not drawn.is_valid():
            continue
        note("\n".join(subgraph.sdl for subgraph in subgraphs))
        note(f"{drawn.text}\n{drawn.variables}")
        operation = load_operation(supergraph, drawn.text)
        note(print_plan(plan(supergraph, operation)))
        check(supergraph, operation, drawn.variables, seed)


@pytest.mark.parametrize("path", PAGES, ids=[f"{path.parent.name}/{path.stem}" for path in PAGES])
def test_on_the_pages_of_the_planner(path: Path) -> None:
    case = Case.read(path)
    operation = read_operation(case.supergraph, case.operation)
    for seed in range(12):
        check(case.supergraph, operation, VARIABLES, seed)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of the reference planner is not here")
def test_on_the_corpus() -> None:
    """Every operation once as it should be, and once with faults."""
    checked = 0
    for number, case in enumerate(read_cases(CORPUS) if CORPUS.exists() else ()):
        operation = corpus_operation(case)
        if operation is None:
            continue
        supergraph, found = operation
        values = {each.variable.name.value: bool(number % 2) for each in found.variables}
        with suppress(UnfitValues):
            check(supergraph, found, fit(supergraph, found, values), number, labels_of(case))
            checked += 1
    assert checked > 300


class UnfitValues(Exception):
    """They have not the types of the variables."""


def fit(supergraph: Supergraph, operation: Operation, values: dict[str, Any]) -> dict[str, Any]:
    """The values, if they can be those of the operation's variables. Raises UnfitValues."""
    try:
        coerce_variables(supergraph, operation, values)
    except ClientErrors as error:
        raise UnfitValues from error
    return values


def corpus_operation(case: dict[str, Any]) -> tuple[Supergraph, Operation] | None:
    """None for what is not valid, or a subscription."""
    supergraph = Supergraph.parse(case["supergraph"])
    try:
        operation = read_operation(supergraph, case["operation"], case.get("operation_name"))
        plan(supergraph, operation, labels_of(case))
    except RouterError:
        return None
    return None if operation.kind.value == "subscription" else (supergraph, operation)


def check(
    supergraph: Supergraph,
    operation: Operation,
    variables: dict[str, Any],
    seed: int,
    labels: frozenset[str] = frozenset(),
) -> None:
    """Both ways are compared without faults, where the program has to come to its end, and with them."""
    query_plan = plan(supergraph, operation, labels)
    universe = Universe(supergraph, seed)
    right = {graph: SubgraphMock(universe, graph) for graph in supergraph.subgraphs}
    found = asyncio.run(both(supergraph, operation, query_plan, right, variables))
    assert found.compiled == found.interpreted
    assert found.went_on or found.reason is not None
    assert found.reason is None or found.reason.endswith(INTERPRETED), found.reason
    wrong = {graph: Faulty(mock, seed) for graph, mock in right.items()}
    spoilt = asyncio.run(both(supergraph, operation, query_plan, wrong, variables))
    assert spoilt.compiled == spoilt.interpreted
    assert not spoilt.runner.failures
