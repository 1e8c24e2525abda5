"""The merged input objects can still be given."""

from collections.abc import Iterator

from router.composition.input_cycles import input_cycles
from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem


def merged_input_objects(context: MergeContext) -> Iterator[CompositionProblem]:
    """Each subgraph may close a part of a circle of non-null fields."""
    for message, _ in input_cycles(context.schema):
        yield CompositionProblem("INVALID_GRAPHQL", message)
