"""Every type that is referred to exists, and is of a kind that fits the place."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import BUILT_IN_SCALARS, Element, Kind
from router.federation.type_reference import named_type

CODE = "INVALID_GRAPHQL"
INPUT_KINDS = (Kind.SCALAR, Kind.ENUM, Kind.INPUT_OBJECT)


def known_types(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Fields have output types, arguments and input fields have input types, members and interfaces exist."""
    schema = subgraph.schema
    for field in subgraph.object_fields():
        yield from _check(subgraph, field, field.type, is_input=False)
        for argument in field.arguments.values():
            yield from _check(subgraph, argument, argument.type, is_input=True)
    for definition in schema.of_kind(Kind.INPUT_OBJECT):
        for input_field in definition.input_fields.values():
            yield from _check(subgraph, input_field, input_field.type, is_input=True)
    for directive in schema.directives.values():
        for argument in directive.arguments.values():
            yield from _check(subgraph, argument, argument.type, is_input=True)
    yield from _check_parts(subgraph)
    for operation, name in schema.roots.items():
        if name not in schema.types:
            yield subgraph.problem(CODE, f"Unknown type {name}", schema.root_nodes.get(operation))


def _check(
    subgraph: SubgraphSchema, element: Element, reference: str, *, is_input: bool
) -> Iterator[CompositionProblem]:
    name = named_type(reference)
    if name in BUILT_IN_SCALARS:
        return
    definition = subgraph.schema.types.get(name)
    if definition is None:
        yield subgraph.problem(CODE, f'Unknown type {name}, the type of "{element.coordinate}"', element.node)
    elif (definition.kind in INPUT_KINDS if is_input else definition.kind is not Kind.INPUT_OBJECT) is False:
        place = "an input type" if is_input else "an output type"
        message = (
            f'The type of "{element.coordinate}" must be {place} but is "{name}", of kind {definition.kind}.'
        )
        yield subgraph.problem(CODE, message, element.node)


def _check_parts(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    types = subgraph.schema.types
    for definition in types.values():
        for member in definition.members:
            if member not in types:
                yield subgraph.problem(
                    CODE, f'Unknown type {member}, a member of union "{definition.name}"', definition.node
                )
            elif types[member].kind is not Kind.OBJECT:
                message = f'Union type "{definition.name}" can only include object types, it cannot include {member}.'
                yield subgraph.problem(CODE, message, definition.node)
        for interface in definition.interfaces:
            if interface not in types:
                yield subgraph.problem(
                    CODE, f'Unknown type {interface}, an interface of "{definition.name}"', definition.node
                )
            elif types[interface].kind is not Kind.INTERFACE:
                message = f"{definition.name}: cannot implement non-interface type {interface}"
                yield subgraph.problem(CODE, message, definition.node)
