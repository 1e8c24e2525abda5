"""Default values are values of their type."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.composition.value_rules import fits
from router.federation.schema import InputValue, Kind
from router.federation.value import print_value


def default_values(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Checks arguments of fields and directives, and the fields of input objects."""
    for kind, value in _values(subgraph):
        if value.default is not None and not fits(subgraph.schema, value.default, value.type):
            message = (
                f"Invalid default value (got: {print_value(value.default)}) provided for {kind} "
                f"{value.coordinate} of type {value.type}."
            )
            yield subgraph.problem("INVALID_GRAPHQL", message, value.node)


def _values(subgraph: SubgraphSchema) -> Iterator[tuple[str, InputValue]]:
    for _, argument in subgraph.arguments():
        yield "argument", argument
    for directive in subgraph.schema.directives.values():
        for argument in directive.arguments.values():
            yield "argument", argument
    for definition in subgraph.schema.of_kind(Kind.INPUT_OBJECT):
        for field in definition.input_fields.values():
            yield "input field", field
