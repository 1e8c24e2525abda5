"""@shareable stands on object types and their fields, once on each declaration."""

from collections import Counter
from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Kind


def shareable_usage(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Not on interface fields, and not twice on one definition or extension."""
    code = "INVALID_SHAREABLE_USAGE"
    for definition in subgraph.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        uses = subgraph.uses(definition, "shareable")
        for part, count in Counter(use.part for use in uses).items():
            if count > 1:
                message = (
                    f'Invalid duplicate application of @shareable on the same type declaration of "{definition.name}": '
                    "@shareable is only repeatable on types so it can be used simultaneously on a type definition and "
                    "its extensions, but it should not be duplicated on the same definition/extension declaration"
                )
                node = next(use.node for use in uses if use.part == part)
                yield subgraph.problem(code, message, node)
        for field in definition.fields.values():
            if len(subgraph.uses(field, "shareable")) > 1:
                message = (
                    f'Invalid duplicate application of @shareable on field "{field.coordinate}": @shareable is only '
                    "repeatable on types so it can be used simultaneously on a type definition and its extensions, but "
                    "it should not be duplicated on the same definition/extension declaration"
                )
                yield subgraph.problem(code, message, field.node)
        if definition.kind is Kind.INTERFACE:
            for field in definition.fields.values():
                if subgraph.has(field, "shareable"):
                    message = (
                        f'Invalid use of @shareable on field "{field.coordinate}": only object type fields can be '
                        "marked with @shareable"
                    )
                    yield subgraph.problem(code, message, field.node)
