"""Root types get their usual names in the supergraph, so those names must be free."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import ROOT_NAMES


def root_types(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """No other type is called Query, Mutation or Subscription."""
    for operation, name in subgraph.schema.roots.items():
        usual = ROOT_NAMES[operation]
        other = subgraph.schema.types.get(usual)
        if name != usual and other is not None:
            message = (
                f'The schema has a type named "{usual}" but it is not set as the {operation} root type ("{name}" is '
                "instead): this is not supported by federation. If a root type does not use its default name, there "
                "should be no other type with that default name."
            )
            yield subgraph.problem(f"ROOT_{operation.upper()}_USED", message, other.node)
