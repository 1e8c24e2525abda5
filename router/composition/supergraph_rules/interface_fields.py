"""In the supergraph too, every implementation of an interface has the fields of the interface."""

from collections.abc import Iterator

from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.federation.schema import Field, Kind, TypeDefinition


def interface_fields(context: MergeContext) -> Iterator[CompositionProblem]:
    """A field that one subgraph adds to an interface has to be on implementations that only others know."""
    for definition in context.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for name in definition.interfaces:
            interface = context.schema.types[name]
            for field in interface.fields.values():
                if field.name not in definition.fields:
                    yield _problem(context, definition, field)


def _problem(context: MergeContext, definition: TypeDefinition, field: Field) -> CompositionProblem:
    declaring = [i for i, each in context.types(field.parent).items() if field.name in each.fields]
    implementing = [
        i for i, each in context.types(definition.name).items() if field.parent in each.interfaces
    ]
    only = "only " if len(implementing) < len(context.types(field.parent)) else ""
    return CompositionProblem(
        "INTERFACE_FIELD_NO_IMPLEM",
        f'Interface field "{field.coordinate}" is declared in {context.print_subgraphs(declaring)} but type '
        f'"{definition.name}", which implements "{field.parent}" {only}in {context.print_subgraphs(implementing)} does '
        f'not have field "{field.name}".',
    )
