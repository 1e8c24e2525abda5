"""What the entries of an entity are called: the field with its arguments, what was asked inside, what it was computed from, for whom.

`reviews#[Review!]!({"first":10})`, `address#Address{5f2c…}`, `shippingEstimate#Int#a91e…`, `orders#[Order]|c44d…`. The type is
there so that a value that was kept before a field's type changed is not taken for one of the new type.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode, value_from_ast_untyped

from router.cache.operation_text import print_minified
from router.cache.shape import Member, Selection
from router.errors import JsonValue

_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="number").encode
_MISSING: Final = object()


def digest(text: bytes) -> str:
    """Short enough for a key, long enough that nobody finds two texts with the same."""
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def field_id(
    member: Member, variables: Mapping[str, JsonValue], representation: Mapping[str, Any] | None, scope: str
) -> str:
    """`scope` tells viewers apart, and is empty for what is the same for all."""
    found = f"{member.name}#{member.type}"
    if member.arguments:
        arguments = arguments_of(member, variables)
        if arguments:
            found += f"({_encode(arguments).decode()})"
    if member.skeleton:
        inside = [member.skeleton, {name: variables[name] for name in member.variables if name in variables}]
        found += f"{{{digest(_encode(inside))}}}"
    if member.requires and representation is not None:
        found += f"#{digest(_encode({name: representation.get(name) for name in member.requires}))}"
    return f"{found}|{scope}" if scope else found


def arguments_of(member: Member, variables: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Those that have a value."""
    given = {name: _value(node, variables) for name, node in member.arguments.items()}
    return {name: value for name, value in given.items() if value is not _MISSING}


def skeleton(selection: Selection) -> str:
    """What is asked of objects that are no entities, here and inside them. Entities are named only."""
    cases = []
    for case in selection.cases.values():
        if case.identity is None:
            inside = " ".join(map(_skeleton_member, case.members))
            cases.append(f"...on {case.typename}{{{inside}}}")
        else:
            cases.append(case.typename)
    return f"{{{' '.join(cases)}}}"


def _skeleton_member(member: Member) -> str:
    arguments = ",".join(f"{name}:{print_minified(value)}" for name, value in member.arguments.items())
    conditions = "".join(f"@{wanted}:{name}" for name, wanted in member.conditions)
    below = skeleton(member.below) if member.below is not None else ""
    return f"{member.key}:{member.name}({arguments}){conditions}{below}"


def skeleton_variables(selection: Selection) -> Iterator[str]:
    """The variables in a skeleton."""
    for case in selection.cases.values():
        if case.identity is not None:
            continue
        for member in case.members:
            yield from (name for name, _ in member.conditions)
            for value in member.arguments.values():
                yield from names_in(value)
            if member.below is not None:
                yield from skeleton_variables(member.below)


def names_in(node: ValueNode) -> Iterator[str]:
    """Of variables."""
    if isinstance(node, VariableNode):
        yield node.name.value
    elif isinstance(node, ListValueNode):
        for each in node.values:
            yield from names_in(each)
    elif isinstance(node, ObjectValueNode):
        for field in node.fields:
            yield from names_in(field.value)


def _value(node: ValueNode, variables: Mapping[str, JsonValue]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value, _MISSING)
    if isinstance(node, ListValueNode):
        found = [_value(each, variables) for each in node.values]
        return [None if each is _MISSING else each for each in found]
    if isinstance(node, ObjectValueNode):
        fields = {each.name.value: _value(each.value, variables) for each in node.fields}
        return {name: value for name, value in fields.items() if value is not _MISSING}
    return value_from_ast_untyped(node)
