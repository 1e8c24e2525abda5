"""Input objects can be given."""

from collections.abc import Iterator

from router.composition.input_cycles import input_cycles
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema


def input_objects(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """None contains itself by non-null fields."""
    for message, field in input_cycles(subgraph.schema):
        yield subgraph.problem("INVALID_GRAPHQL", message, field.node)
