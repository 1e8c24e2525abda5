"""@cost stands on what is resolved, which the fields of an interface are not."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Kind


def cost_usage(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Not on interface fields."""
    for definition in subgraph.schema.of_kind(Kind.INTERFACE):
        for field in definition.fields.values():
            use = subgraph.use(field, "cost")
            if use is not None:
                message = f'@{use.name} cannot be applied to interface "{field.coordinate}"'
                yield subgraph.problem("COST_APPLIED_TO_INTERFACE_FIELD", message, use.node)
