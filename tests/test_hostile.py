"""Each attack is refused with its code or planned within the limits, and others are served meanwhile. Work is counted, not timed."""

import asyncio
from typing import Any

import pytest

from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.operation.budget import MAX_WORK, Budget, WorkCancelled
from router.pipeline import GraphQLRequest, Pipeline
from router.planner import plan
from router.preparation import DEFAULT_SIZE, PreparationOptions
from router.security.operation_size import measure
from router.upstream.in_process import FunctionTransport
from tests.hostile_operations import ATTACKS, hostile_graph


@pytest.fixture(scope="module")
def graph() -> Supergraph:
    found = hostile_graph()
    _ = found.api_schema, found.graphs_of
    return found


def pipeline(graph: Supergraph, **options: Any) -> Pipeline:
    async def nothing(_request: Any) -> dict[str, Any]:
        return {"data": {"user": None, "nodes": []}}

    return Pipeline(
        graph, {name: FunctionTransport(nothing) for name in "abc"}, PreparationOptions(**options)
    )


@pytest.mark.parametrize("name", ATTACKS)
async def test_attack(graph: Supergraph, name: str) -> None:
    text, expected = ATTACKS[name]
    subject = pipeline(graph)
    operation = "Q1" if "query Q1 " in text else None
    response = await subject.execute(GraphQLRequest(text, operation))
    assert (response.refused.code if response.refused else None) == expected
    if response.refused:
        assert len(response.body) < 50_000
    assert subject.statistics().plans.weight <= MAX_WORK + len(text)
    await subject.close()


def work(graph: Supergraph, text: str) -> int:
    budget = Budget(10**9)
    plan(graph, load_operation(graph, text), budget=budget)
    return budget.spent


@pytest.mark.parametrize(
    "name", [name for name, (_, code) in ATTACKS.items() if code is None and "operations" not in name]
)
def test_the_work_of_planning_is_counted(graph: Supergraph, name: str) -> None:
    """What an operation selects, fragments written out, is at least a tenth of the work that is counted, types set apart."""
    text = ATTACKS[name][0]
    operation = load_operation(graph, text)
    fields = measure(operation.definition, operation.fragments).fields
    assert fields / 100 < work(graph, text) < 20 * fields + 100


def test_merging_equal_fields_takes_work_in_proportion(graph: Supergraph) -> None:
    one, ten = (work(graph, "{ user { " + "friend { age } " * count + "} }") for count in (100, 1_000))
    assert ten < 11 * one


def test_planning_ends_at_its_limit(graph: Supergraph) -> None:
    operation = load_operation(graph, ATTACKS["300 types, 4 levels deep"][0])
    budget = Budget(1_000)
    with pytest.raises(Exception, match="Split it into several"):
        plan(graph, operation, budget=budget)
    assert budget.spent < 2 * budget.limit


def test_planning_ends_when_nobody_waits(graph: Supergraph) -> None:
    operation = load_operation(graph, "{ user { age } }")
    budget = Budget()
    budget.cancel()
    with pytest.raises(WorkCancelled):
        plan(graph, operation, budget=budget)


async def test_others_are_served_while_an_attack_is_worked_out(graph: Supergraph) -> None:
    subject = pipeline(graph)
    await subject.execute(GraphQLRequest("{ user { name } }"))
    attacks = [
        asyncio.create_task(subject.execute(GraphQLRequest(f"{ATTACKS['300 types, twice'][0]} # {number}")))
        for number in range(4)
    ]
    await asyncio.sleep(0)
    for _ in range(3):
        response = await subject.execute(GraphQLRequest("{ user { name } }"))
        assert response.refused is None
    assert not any(attack.done() for attack in attacks)
    for attack in attacks:
        assert (await attack).refused is None
    await subject.close()


def test_the_limits_are_those_of_the_router() -> None:
    assert (DEFAULT_SIZE.depth, DEFAULT_SIZE.fields) == (50, 5_000)
    assert PreparationOptions().max_planning_work == MAX_WORK
