"""@provides needs a field that the subgraph resolves, of a type that has fields."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema


def provided_types(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Field sets can be looked at only where this holds."""
    for field in subgraph.object_fields():
        for use in subgraph.uses(field, "provides"):
            target = subgraph.provided_type(field)
            if subgraph.is_external(field):
                message = f'Cannot have both @provides and @external on field "{field.coordinate}"'
                yield subgraph.problem("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", message, use.node)
            elif target is None or not target.is_composite:
                message = (
                    f'Invalid @provides directive on field "{field.coordinate}": field has type "{field.type}" which '
                    "is not a Composite Type"
                )
                yield subgraph.problem("PROVIDES_ON_NON_OBJECT_FIELD", message, use.node)
