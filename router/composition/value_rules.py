"""Whether a constant fits a type: used for default values and for the arguments of directives."""

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from router.federation.schema import Kind, Schema, TypeDefinition
from router.federation.type_reference import is_list, is_non_null, item_type, nullable

INT_LIMIT = 2**31


def fits(schema: Schema, value: ValueNode, type_: str) -> bool:
    """Unknown types accept anything: that they are unknown is another rule's to say."""
    if isinstance(value, NullValueNode):
        return not is_non_null(type_)
    type_ = nullable(type_)
    if is_list(type_):
        items = value.values if isinstance(value, ListValueNode) else (value,)
        return all(fits(schema, item, item_type(type_)) for item in items)
    match type_:
        case "Int":
            return isinstance(value, IntValueNode) and -INT_LIMIT <= int(value.value) < INT_LIMIT
        case "Float":
            return isinstance(value, IntValueNode | FloatValueNode)
        case "String":
            return isinstance(value, StringValueNode)
        case "ID":
            return isinstance(value, StringValueNode | IntValueNode)
        case "Boolean":
            return isinstance(value, BooleanValueNode)
    definition = schema.types.get(type_)
    return definition is None or _fits_definition(schema, value, definition)


def _fits_definition(schema: Schema, value: ValueNode, definition: TypeDefinition) -> bool:
    if definition.kind is Kind.ENUM:
        return isinstance(value, EnumValueNode | StringValueNode) and value.value in definition.values
    if definition.kind is Kind.INPUT_OBJECT:
        return _fits_input_object(schema, value, definition)
    return True


def _fits_input_object(schema: Schema, value: ValueNode, definition: TypeDefinition) -> bool:
    if not isinstance(value, ObjectValueNode):
        return False
    given = {field.name.value: field.value for field in value.fields}
    if given.keys() - definition.input_fields.keys():
        return False
    return all(
        fits(schema, given[field.name], field.type) if field.name in given else not field.is_required
        for field in definition.input_fields.values()
    )
