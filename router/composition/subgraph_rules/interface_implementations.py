"""Types have what the interfaces that they implement promise."""

from collections.abc import Iterator

from router.composition.interface_rules import unkept_promises
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema


def interface_implementations(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Fields, their types and their arguments."""
    for message, element in unkept_promises(subgraph.schema):
        yield subgraph.problem("INVALID_GRAPHQL", message, element.node)
