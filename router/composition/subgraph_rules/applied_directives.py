"""Every directive that is applied may stand there, and is given arguments that it has."""

from collections.abc import Iterator

from graphql import parse

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.composition.value_rules import fits
from router.federation.print_schema import print_use
from router.federation.read_schema import SchemaReader
from router.federation.schema import (
    DirectiveDefinition,
    DirectiveUse,
    Element,
    Kind,
    TypeDefinition,
)
from router.federation.value import print_value

CODE = "INVALID_GRAPHQL"
TYPE_LOCATIONS = {
    Kind.SCALAR: "SCALAR",
    Kind.OBJECT: "OBJECT",
    Kind.INTERFACE: "INTERFACE",
    Kind.UNION: "UNION",
    Kind.ENUM: "ENUM",
    Kind.INPUT_OBJECT: "INPUT_OBJECT",
}
BUILT_IN = (
    SchemaReader()
    .read(
        parse("""
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported")
  on FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
directive @specifiedBy(url: String!) on SCALAR
""")
    )
    .directives
)


def applied_directives(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Checks every application in the schema."""
    for element, location in elements_with_locations(subgraph):
        if element.directives:
            yield from _check_element(subgraph, element, location)


def elements_with_locations(subgraph: SubgraphSchema) -> Iterator[tuple[Element, str]]:
    """Everything that can carry a directive, with the name of its directive location."""
    schema = subgraph.schema
    yield schema.definition, "SCHEMA"
    for definition in schema.types.values():
        yield definition, TYPE_LOCATIONS[definition.kind]
        yield from _members(definition)
    for directive in schema.directives.values():
        yield from ((argument, "ARGUMENT_DEFINITION") for argument in directive.arguments.values())


def _members(definition: TypeDefinition) -> Iterator[tuple[Element, str]]:
    for field in definition.fields.values():
        yield field, "FIELD_DEFINITION"
        for argument in field.arguments.values():
            yield argument, "ARGUMENT_DEFINITION"
    for value in definition.values.values():
        yield value, "ENUM_VALUE"
    for input_field in definition.input_fields.values():
        yield input_field, "INPUT_FIELD_DEFINITION"


def _check_element(subgraph: SubgraphSchema, element: Element, location: str) -> Iterator[CompositionProblem]:
    seen: set[tuple[str, int]] = set()
    for use in element.directives:
        definition = subgraph.schema.directives.get(use.name) or BUILT_IN.get(use.name)
        if definition is None:
            continue
        if location not in definition.locations:
            yield subgraph.problem(CODE, f'Directive "@{use.name}" may not be used on {location}.', use.node)
        place = (use.name, use.part)
        if place in seen and not definition.is_repeatable:
            message = f'The directive "@{use.name}" can only be used once at this location.'
            yield subgraph.problem(CODE, message, use.node)
        seen.add(place)
        yield from _check_arguments(subgraph, element, use, definition)


def _check_arguments(
    subgraph: SubgraphSchema, element: Element, use: DirectiveUse, definition: DirectiveDefinition
) -> Iterator[CompositionProblem]:
    for name, value in use.arguments.items():
        argument = definition.arguments.get(name)
        if argument is None:
            message = f'Unknown argument "{name}" on directive "@{use.name}".'
            yield subgraph.problem(CODE, message, use.node)
        elif not fits(subgraph.schema, value, argument.type):
            message = (
                f'Invalid value {print_value(value)} for "@{use.name}({name}:)" of type "{argument.type}" in '
                f'{print_use(use)} on "{element.coordinate}".'
            )
            yield subgraph.problem(CODE, message, use.node)
    for argument in definition.arguments.values():
        if argument.is_required and argument.name not in use.arguments:
            message = (
                f'Directive "@{use.name}" argument "{argument.name}" of type "{argument.type}" is required, '
                "but it was not provided."
            )
            yield subgraph.problem(CODE, message, use.node)
