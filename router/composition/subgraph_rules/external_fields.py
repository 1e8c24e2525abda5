"""@external marks fields of others, so something must need them here."""

from collections.abc import Iterator

from router.composition.contexts import context_fields
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Field, Kind


def external_fields(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """No @external on interface fields, and none that nothing uses."""
    for field in subgraph.object_fields():
        parent = subgraph.schema.types[field.parent]
        if parent.kind is Kind.INTERFACE:
            use = subgraph.use(field, "external")
            if use is not None:
                message = (
                    f'Interface type field "{field.coordinate}" is marked @external but @external is not allowed on '
                    "interface fields."
                )
                yield subgraph.problem("EXTERNAL_ON_INTERFACE", message, use.node)
        elif subgraph.is_external(field) and not is_used(subgraph, field):
            message = (
                f'Field "{field.coordinate}" is marked @external but is not used in any federation directive '
                "(@key, @provides, @requires) or to satisfy an interface; the field declaration has no use and "
                "should be removed (or the field should not be @external)."
            )
            yield subgraph.problem("EXTERNAL_UNUSED", message, field.node)


def is_used(subgraph: SubgraphSchema, field: Field) -> bool:
    """Whether some field set or context selects the field, or an interface of its type asks for it."""
    return (
        field.coordinate in subgraph.used_fields
        or _satisfies_interface(subgraph, field)
        or field.coordinate in context_fields(subgraph)
    )


def _satisfies_interface(subgraph: SubgraphSchema, field: Field) -> bool:
    """Whether an interface of the field's type asks for it."""
    for name in subgraph.schema.types[field.parent].interfaces:
        interface = subgraph.schema.types.get(name)
        promised = interface.fields.get(field.name) if interface else None
        if promised is not None:
            return True
    return False
