"""@inaccessible: what is left for clients must still be a schema."""

from collections.abc import Iterator

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, StringValueNode, ValueNode

from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.federation.schema import Element, Field, InputValue, Kind, TypeDefinition
from router.federation.type_reference import named_type


def inaccessible_elements(context: MergeContext) -> Iterator[CompositionProblem]:
    """No reference from what clients see to what they do not, and nothing left empty."""
    if context.inaccessible is None:
        return
    query = context.schema.types[context.schema.roots["query"]]
    if context.is_inaccessible(query):
        message = f'Type "{query.name}" is @inaccessible but is the root query type, which must be in the API schema.'
        yield CompositionProblem("QUERY_ROOT_TYPE_INACCESSIBLE", message)
    for definition in context.schema.types.values():
        if context.is_inaccessible(definition) or definition.name in context.specification_types:
            continue
        yield from _check_children(context, definition)
        for field in definition.fields.values():
            yield from _check_field(context, definition, field)
        for input_field in definition.input_fields.values():
            yield from _check_input(context, input_field, "input field of its type")


def _check_children(context: MergeContext, definition: TypeDefinition) -> Iterator[CompositionProblem]:
    types = context.schema.types
    children: dict[str, list[Element]] = {
        "fields": [*definition.fields.values(), *definition.input_fields.values()],
        "values": list(definition.values.values()),
        "members": [types[name] for name in definition.members],
    }
    for kind, elements in children.items():
        if elements and all(context.is_inaccessible(each) for each in elements):
            message = (
                f'Type "{definition.name}" is in the API schema but all of its {kind} are @inaccessible.'
            )
            yield CompositionProblem("ONLY_INACCESSIBLE_CHILDREN", message)


def _check_field(
    context: MergeContext, definition: TypeDefinition, field: Field
) -> Iterator[CompositionProblem]:
    promised = [
        interface.fields[field.name]
        for name in definition.interfaces
        if not context.is_inaccessible(interface := context.schema.types[name])
        and field.name in interface.fields
    ]
    if context.is_inaccessible(field):
        for each in promised:
            if not context.is_inaccessible(each):
                yield _implemented("Field", field, "field", each)
        return
    yield from _check_reference(context, field, field.type)
    for argument in field.arguments.values():
        yield from _check_input(context, argument, "argument of its field")
        if context.is_inaccessible(argument):
            for each in promised:
                other = each.arguments.get(argument.name)
                if (
                    other is not None
                    and not context.is_inaccessible(other)
                    and not context.is_inaccessible(each)
                ):
                    yield _implemented("Argument", argument, "argument", other)


def _implemented(kind: str, element: Element, promised_kind: str, promised: Element) -> CompositionProblem:
    return CompositionProblem(
        "IMPLEMENTED_BY_INACCESSIBLE",
        f'{kind} "{element.coordinate}" is @inaccessible but implements the interface {promised_kind} '
        f'"{promised.coordinate}", which is in the API schema.',
    )


def _check_input(context: MergeContext, value: InputValue, described: str) -> Iterator[CompositionProblem]:
    if context.is_inaccessible(value):
        if value.is_required:
            kind = "Argument" if value.coordinate.endswith(")") else "Input field"
            message = f'{kind} "{value.coordinate}" is @inaccessible but is a required {described}.'
            yield CompositionProblem("REQUIRED_INACCESSIBLE", message)
        return
    yield from _check_reference(context, value, value.type)
    for used in _used(context, value.default, named_type(value.type)):
        kind = (
            "Enum value"
            if context.schema.types[used.coordinate.partition(".")[0]].kind is Kind.ENUM
            else "Input field"
        )
        message = (
            f'{kind} "{used.coordinate}" is @inaccessible but is used in the default value of "{value.coordinate}", '
            "which is in the API schema."
        )
        yield CompositionProblem("DEFAULT_VALUE_USES_INACCESSIBLE", message)


def _check_reference(context: MergeContext, element: Element, reference: str) -> Iterator[CompositionProblem]:
    target = context.schema.types.get(named_type(reference))
    if target is not None and context.is_inaccessible(target):
        message = (
            f'Type "{target.name}" is @inaccessible but is referenced by "{element.coordinate}", which is in the API '
            "schema."
        )
        yield CompositionProblem("REFERENCED_INACCESSIBLE", message)


def _used(context: MergeContext, value: ValueNode | None, type_: str) -> Iterator[Element]:
    """The inaccessible enum values and input fields that a default value contains."""
    definition = context.schema.types.get(type_)
    if definition is None:
        return
    if isinstance(value, ListValueNode):
        for item in value.values:
            yield from _used(context, item, type_)
    elif isinstance(value, EnumValueNode | StringValueNode) and value.value in definition.values:
        used = definition.values[value.value]
        if context.is_inaccessible(used):
            yield used
    elif isinstance(value, ObjectValueNode):
        for each in value.fields:
            field = definition.input_fields.get(each.name.value)
            if field is None:
                continue
            if context.is_inaccessible(field):
                yield field
            yield from _used(context, each.value, named_type(field.type))
