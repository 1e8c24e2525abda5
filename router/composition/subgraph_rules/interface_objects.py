"""@interfaceObject stands on entities: only a key leads back to the real types."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Kind


def interface_objects(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Each interface object has a key."""
    for definition in subgraph.schema.of_kind(Kind.OBJECT):
        use = subgraph.use(definition, "interfaceObject")
        if use is not None and not subgraph.has(definition, "key"):
            message = (
                f'The @interfaceObject directive can only be applied to entity types but type "{definition.name}" has '
                "no @key in this subgraph."
            )
            yield subgraph.problem("INTERFACE_OBJECT_USAGE_ERROR", message, use.node)
