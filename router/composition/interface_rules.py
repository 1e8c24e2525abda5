"""What a type promises when it implements an interface: the same for a subgraph and for the supergraph."""

from collections.abc import Iterator

from router.federation.schema import Element, Field, Kind, Schema, TypeDefinition
from router.federation.type_reference import is_strict_subtype


def unkept_promises(schema: Schema) -> Iterator[tuple[str, Element]]:
    """What is wrong, and where."""
    for definition in schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for name in definition.interfaces:
            interface = schema.types.get(name)
            if interface is not None and interface.kind is Kind.INTERFACE:
                yield from _check(schema, definition, interface)


def _check(
    schema: Schema, definition: TypeDefinition, interface: TypeDefinition
) -> Iterator[tuple[str, Element]]:
    if interface is definition:
        yield f"Type {definition.name} cannot implement itself.", definition
        return
    for inherited in interface.interfaces:
        if inherited not in definition.interfaces and inherited != definition.name:
            yield (
                f"Type {definition.name} must implement {inherited} because it is implemented by {interface.name}.",
                definition,
            )
    for promised in interface.fields.values():
        field = definition.fields.get(promised.name)
        if field is None:
            message = (
                f"Interface field {promised.coordinate} expected but {definition.name} does not provide it."
            )
            yield message, definition
        else:
            yield from _check_field(schema, promised, field)


def _check_field(schema: Schema, promised: Field, field: Field) -> Iterator[tuple[str, Element]]:
    if promised.type != field.type and not is_strict_subtype(
        promised.type, field.type, is_subtype_in(schema)
    ):
        yield (
            (
                f"Interface field {promised.coordinate} expects type {promised.type} but {field.coordinate} of type "
                f"{field.type} is not a proper subtype."
            ),
            field,
        )
    for expected in promised.arguments.values():
        argument = field.arguments.get(expected.name)
        if argument is None:
            yield (
                f"Interface field argument {expected.coordinate} expected but {field.coordinate} does not provide it.",
                field,
            )
        elif argument.type != expected.type:
            yield (
                (
                    f"Interface field argument {expected.coordinate} expects type {expected.type} but "
                    f"{argument.coordinate} is type {argument.type}."
                ),
                argument,
            )
    for argument in field.arguments.values():
        if argument.name not in promised.arguments and argument.is_required:
            yield (
                (
                    f"Field {field.coordinate} includes required argument {argument.name} that is missing from the "
                    f"Interface field {promised.coordinate}."
                ),
                argument,
            )


class is_subtype_in:  # noqa: N801 - reads as the function that its instances are
    """Whether one named type is a subtype of another, by what a schema says of interfaces and unions."""

    def __init__(self, schema: Schema) -> None:
        self._types = schema.types

    def __call__(self, abstract: str, name: str) -> bool:
        definition = self._types.get(abstract)
        if definition is None:
            return False
        if name in definition.members:
            return True
        candidate = self._types.get(name)
        return (
            definition.kind is Kind.INTERFACE and candidate is not None and abstract in candidate.interfaces
        )
