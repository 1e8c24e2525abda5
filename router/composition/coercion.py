"""Default values in the form in which a server holds them: what input coercion makes of what was written."""

import re

from graphql import (
    EnumValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
)

from router.federation.schema import Kind, Schema
from router.federation.type_reference import is_list, item_type, nullable

INTEGER = re.compile(r"^-?(?:0|[1-9][0-9]*)$")


def coerce_names(schema: Schema, value: ValueNode, type_: str) -> ValueNode:
    """Enum values that are written as strings become names, whole numbers for an ID become numbers."""
    type_ = nullable(type_)
    if isinstance(value, ListValueNode):
        inner = item_type(type_) if is_list(type_) else type_
        return ListValueNode(values=tuple(coerce_names(schema, item, inner) for item in value.values))
    if isinstance(value, StringValueNode):
        name = type_.strip("[]!")
        definition = schema.types.get(name)
        if definition is not None and definition.kind is Kind.ENUM:
            return EnumValueNode(value=value.value)
        if name == "ID" and INTEGER.match(value.value):
            return IntValueNode(value=value.value)
    return value


def coerce_fully(schema: Schema, value: ValueNode, type_: str) -> ValueNode:
    """Single values become lists too, where a list is expected."""
    type_ = nullable(type_)
    if isinstance(value, NullValueNode):
        return value
    if is_list(type_):
        items = value.values if isinstance(value, ListValueNode) else (value,)
        return ListValueNode(values=tuple(coerce_fully(schema, item, item_type(type_)) for item in items))
    definition = schema.types.get(type_)
    if isinstance(value, ObjectValueNode) and definition is not None:
        return ObjectValueNode(
            fields=tuple(
                ObjectFieldNode(
                    name=each.name,
                    value=coerce_fully(schema, each.value, definition.input_fields[each.name.value].type)
                    if each.name.value in definition.input_fields
                    else each.value,
                )
                for each in value.fields
            )
        )
    return coerce_names(schema, value, type_)
