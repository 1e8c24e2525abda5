"""Names that begin with two underscores belong to introspection."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Element


def reserved_names(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """No type, field, argument, value or directive is named `__…`."""
    for element in _elements(subgraph):
        if element.name.startswith("__"):
            message = (
                f'Name "{element.name}" must not begin with "__", which is reserved by GraphQL introspection.'
            )
            yield subgraph.problem("INVALID_GRAPHQL", message, element.node)


def _elements(subgraph: SubgraphSchema) -> Iterator[Element]:
    for definition in subgraph.schema.types.values():
        yield definition
        yield from definition.values.values()
        yield from definition.input_fields.values()
        for field in definition.fields.values():
            yield field
            yield from field.arguments.values()
    for directive in subgraph.schema.directives.values():
        yield directive
        yield from directive.arguments.values()
