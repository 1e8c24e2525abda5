"""The merged types still have what their merged interfaces promise."""

from collections.abc import Iterator

from router.composition.interface_rules import unkept_promises
from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem


def interface_promises(context: MergeContext) -> Iterator[CompositionProblem]:
    """Types and arguments of fields: where subgraphs differ, merging may have pulled them apart."""
    for message, _ in unkept_promises(context.schema):
        yield CompositionProblem("INVALID_GRAPHQL", message)
