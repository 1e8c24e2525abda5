"""What a subgraph repeats of a specification's definitions must agree with the specification."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import BUILT_IN_SCALARS, DirectiveDefinition, InputValue, Kind, TypeDefinition
from router.federation.type_reference import is_list, is_non_null, item_type, nullable
from router.federation.value import normal_form

FEDERATION_1_FIELD_SETS = ("_FieldSet", "FieldSet", "String", "federation__FieldSet")
KIND_NAMES = {
    Kind.SCALAR: "ScalarType",
    Kind.OBJECT: "ObjectType",
    Kind.INTERFACE: "InterfaceType",
    Kind.UNION: "UnionType",
    Kind.ENUM: "EnumType",
    Kind.INPUT_OBJECT: "InputObjectType",
}


def check_type(subgraph: SubgraphSchema, name: str, written: TypeDefinition) -> Iterator[CompositionProblem]:
    """A type of the specification is a scalar."""
    if written.kind is not Kind.SCALAR:
        message = (
            f"Invalid definition for type {name}: {name} should be a ScalarType but is defined as a "
            f"{KIND_NAMES[written.kind]}"
        )
        yield subgraph.problem("TYPE_DEFINITION_INVALID", message, written.node)


def check_directive(
    subgraph: SubgraphSchema, expected: DirectiveDefinition, written: DirectiveDefinition
) -> Iterator[CompositionProblem]:
    """The same arguments and no more, no more locations, repeatable only if the specification says so."""

    def problem(message: str) -> CompositionProblem:
        text = f'Invalid definition for directive "@{written.name}": {message}'
        return subgraph.problem("DIRECTIVE_DEFINITION_INVALID", text, written.node)

    for argument in expected.arguments.values():
        actual = written.arguments.get(argument.name)
        if actual is not None:
            yield from map(problem, _check_argument(subgraph, argument, actual))
        elif argument.is_required:
            yield problem(f'missing required argument "{argument.name}"')
    for name in written.arguments.keys() - expected.arguments.keys():
        yield problem(f'unknown/unsupported argument "{name}"')
    if written.is_repeatable and not expected.is_repeatable:
        yield problem(f'"@{written.name}" should not be repeatable')
    if not set(written.locations) <= set(expected.locations):
        allowed, found = ", ".join(expected.locations), ", ".join(written.locations)
        yield problem(f'"@{written.name}" should have locations {allowed}, but found (non-subset) {found}')


def _check_argument(subgraph: SubgraphSchema, expected: InputValue, actual: InputValue) -> Iterator[str]:
    actual_type = actual.type
    if is_non_null(actual_type) and not is_non_null(expected.type):
        actual_type = nullable(actual_type)
    if not subgraph.is_federation_2 and nullable(actual_type) in FEDERATION_1_FIELD_SETS:
        return
    if actual_type != expected.type and not _may_stand_for(subgraph, expected.type, actual_type):
        yield f'argument "{expected.name}" should have type "{expected.type}" but found type "{actual.type}"'
    elif not is_non_null(actual.type) and normal_form(expected.default) != normal_form(actual.default):
        yield (
            f'argument "{expected.name}" should have default value {normal_form(expected.default) or "null"} '
            f"but found default value {normal_form(actual.default) or 'null'}"
        )


def _may_stand_for(subgraph: SubgraphSchema, expected: str, actual: str) -> bool:
    """Nothing checks values of a custom scalar, so any type but another custom scalar may take its place."""
    if expected == actual:
        return True
    if is_non_null(expected):
        return is_non_null(actual) and _may_stand_for(subgraph, nullable(expected), nullable(actual))
    if is_list(expected):
        return (
            is_list(actual)
            and not is_non_null(actual)
            and _may_stand_for(subgraph, item_type(expected), item_type(actual))
        )
    return expected not in BUILT_IN_SCALARS and not _is_custom_scalar(subgraph, actual)


def _is_custom_scalar(subgraph: SubgraphSchema, name: str) -> bool:
    definition = subgraph.schema.types.get(name)
    return definition is not None and definition.kind is Kind.SCALAR
