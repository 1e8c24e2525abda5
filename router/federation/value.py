"""Constant values: made, printed, compared, and taken apart into Python's own."""

from collections.abc import Mapping, Sequence

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)
from graphql.language.print_string import print_string

from router.errors import JsonValue


def string(text: str) -> StringValueNode:
    return StringValueNode(value=text, block=False)


def enum(name: str) -> EnumValueNode:
    return EnumValueNode(value=name)


def boolean(value: bool) -> BooleanValueNode:
    return BooleanValueNode(value=value)


def list_of(values: Sequence[ValueNode]) -> ListValueNode:
    return ListValueNode(values=tuple(values))


def make(value: JsonValue) -> ValueNode:
    """A value node of Python's own values; a node stands for itself."""
    match value:
        case ValueNode():
            return value
        case None:
            return NullValueNode()
        case bool():
            return boolean(value)
        case int():
            return IntValueNode(value=str(value))
        case float():
            return FloatValueNode(value=repr(value))
        case str():
            return string(value)
        case Mapping():
            return object_of(value)
        case _:
            return list_of([make(item) for item in value])


def object_of(fields: Mapping[str, JsonValue]) -> ObjectValueNode:
    return ObjectValueNode(
        fields=tuple(
            ObjectFieldNode(name=NameNode(value=name), value=make(value)) for name, value in fields.items()
        )
    )


def print_value(node: ValueNode) -> str:
    """The value on one line."""
    match node:
        case StringValueNode():
            return print_string(node.value)
        case IntValueNode() | FloatValueNode() | EnumValueNode():
            return node.value
        case BooleanValueNode():
            return "true" if node.value else "false"
        case NullValueNode():
            return "null"
        case ListValueNode():
            return "[" + ", ".join(map(print_value, node.values)) + "]"
        case ObjectValueNode():
            return "{" + ", ".join(f"{f.name.value}: {print_value(f.value)}" for f in node.fields) + "}"
        case VariableNode():
            return f"${node.name.value}"
    raise TypeError(node.kind)


def normal_form(node: ValueNode | None) -> str:
    """A text that is equal for equal values: fields of objects in alphabetical order."""
    match node:
        case None:
            return ""
        case ListValueNode():
            return "[" + ", ".join(map(normal_form, node.values)) + "]"
        case ObjectValueNode():
            fields = sorted(node.fields, key=lambda f: f.name.value)
            return "{" + ", ".join(f"{f.name.value}: {normal_form(f.value)}" for f in fields) + "}"
        case FloatValueNode():
            number = float(node.value)
            return str(int(number)) if number.is_integer() else repr(number)
        case _:
            return print_value(node)


def same_value(left: ValueNode | None, right: ValueNode | None) -> bool:
    return left is right or normal_form(left) == normal_form(right)


def text_of(node: ValueNode | None) -> str | None:
    """The text of a string value, None for any other."""
    return node.value if isinstance(node, StringValueNode) else None


def is_true(node: ValueNode | None) -> bool:
    return isinstance(node, BooleanValueNode) and node.value


def is_false(node: ValueNode | None) -> bool:
    return isinstance(node, BooleanValueNode) and not node.value


def to_python(node: ValueNode | None) -> JsonValue:
    """Python's own value; an enum value becomes its name."""
    match node:
        case None | NullValueNode():
            return None
        case IntValueNode():
            return int(node.value)
        case FloatValueNode():
            return float(node.value)
        case ListValueNode():
            return [to_python(item) for item in node.values]
        case ObjectValueNode():
            return {f.name.value: to_python(f.value) for f in node.fields}
        case StringValueNode() | EnumValueNode() | BooleanValueNode():
            return node.value
        case _:
            return print_value(node)
