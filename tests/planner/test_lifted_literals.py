"""An operation whose literals are variables has the answer that it has with them, on random graphs."""

import msgspec
import pytest

from router.composition import compose
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.execute import execute
from router.executor.response import encode
from router.federation.supergraph import Supergraph
from router.operation import coerce_variables, load_operation
from router.operation.lift_literals import fixed_fields, lift_literals
from router.planner import plan
from tests.planner.random_graph import RandomGraph, random_operation
from tests.planner.universe import SubgraphMock, Universe

GRAPHS = 60
OPERATIONS = 5


@pytest.mark.parametrize("seed", range(GRAPHS))
async def test_the_answer_is_the_same(seed: int) -> None:
    supergraph = Supergraph.parse(compose(RandomGraph(seed).subgraphs).supergraph_sdl)
    fixed = fixed_fields(supergraph)
    for number in range(OPERATIONS):
        given = random_operation(supergraph.api_schema, seed * OPERATIONS + number)
        universe = Universe(supergraph, number)
        operation = load_operation(supergraph, given.text)
        lifted = lift_literals(supergraph, operation, fixed)
        context = ExecutionContext(
            supergraph.schema,
            supergraph.api_schema,
            {graph: SubgraphMock(universe, graph) for graph in supergraph.subgraphs},
            AnswerShapes(supergraph.schema),
            {**coerce_variables(supergraph, operation, given.variables), **lifted.values},
            interface_objects=supergraph.interface_objects,
        )
        found = await execute(plan(supergraph, lifted.operation), operation, context)
        assert not found.errors, given.text
        assert msgspec.json.decode(encode(found))["data"] == universe.monolith(
            given.text, given.variables, None
        ), given.text


def test_there_are_literals_to_lift() -> None:
    graphs = (RandomGraph(seed) for seed in range(GRAPHS))
    supergraphs = (Supergraph.parse(compose(graph.subgraphs).supergraph_sdl) for graph in graphs)
    found = [
        lift_literals(each, load_operation(each, random_operation(each.api_schema, seed).text)).values
        for seed, each in enumerate(supergraphs)
    ]
    assert sum(map(bool, found)) > GRAPHS / 5
