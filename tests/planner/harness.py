"""Plans an operation, runs it over the subgraphs of a universe, and sets the answer beside the monolith's."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.execute import execute
from router.executor.response import encode
from router.federation.supergraph import Supergraph
from router.operation import Operation, choose_operation, coerce_variables, load_operation, parse_document
from router.planner import plan
from router.planner.nodes import QueryPlan
from tests.planner.universe import SubgraphMock, Universe

_DEFER = re.compile(r"@defer(\([^)]*\))?")


def read_operation(supergraph: Supergraph, text: str, name: str | None = None) -> Operation:
    """The operation; validated as if nothing were deferred, for the schema of clients has no @defer."""
    if "@defer" not in text:
        return load_operation(supergraph, text, name)
    return choose_operation(parse_document(text), name)


def without_defer(text: str) -> str:
    """The operation as if nothing in it were deferred."""
    return _DEFER.sub("", text)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`errors` are those of the federated answer; the monolith has none, or the test fails."""

    plan: QueryPlan
    expected: Any
    answer: Any
    errors: tuple[Any, ...]
    requests: dict[str, int]


async def compare(
    supergraph: Supergraph,
    text: str,
    variables: dict[str, Any] | None = None,
    *,
    seed: int = 0,
    name: str | None = None,
    labels: frozenset[str] = frozenset(),
) -> Comparison:
    """Raises AssertionError where a subgraph gets an invalid request."""
    universe = Universe(supergraph, seed)
    operation = read_operation(supergraph, text, name)
    found = plan(supergraph, operation, labels)
    mocks = {graph: SubgraphMock(universe, graph) for graph in supergraph.subgraphs}
    context = ExecutionContext(
        supergraph.schema,
        supergraph.api_schema,
        mocks,
        AnswerShapes(supergraph.schema),
        coerce_variables(supergraph, operation, variables),
        interface_objects=supergraph.interface_objects,
    )
    result = await execute(found, operation, context)
    expected = universe.monolith(without_defer(text), variables, name)
    requests = {graph: len(mock.requests) for graph, mock in mocks.items() if mock.requests}
    return Comparison(
        found, expected, msgspec.json.decode(encode(result))["data"], tuple(result.errors), requests
    )
