"""@authenticated, @requiresScopes and @policy protect objects and leaves: an interface's come from its implementations."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Element, Kind

DIRECTIVES = ("authenticated", "requiresScopes", "policy")


def authorization_usage(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Not on interfaces and their fields, and not on interface objects, whose fields may have them."""
    for definition in subgraph.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        if definition.kind is Kind.INTERFACE:
            yield from _check(subgraph, definition, f'interface "{definition.name}"')
            for field in definition.fields.values():
                yield from _check(subgraph, field, f'field "{field.coordinate}"')
        elif subgraph.is_interface_object(definition):
            yield from _check(subgraph, definition, f'interface object "{definition.name}"')


def _check(subgraph: SubgraphSchema, element: Element, described: str) -> Iterator[CompositionProblem]:
    for directive in DIRECTIVES:
        use = subgraph.use(element, directive)
        if use is not None:
            message = (
                f"Invalid use of @{use.name} on {described}: @{use.name} cannot be applied on interfaces, interface "
                "fields and interface objects"
            )
            yield subgraph.problem("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", message, use.node)
