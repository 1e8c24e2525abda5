"""How one API schema differs from another: graphql-core's changes, and those of deprecations and @oneOf besides."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    is_specified_scalar_type,
)
from graphql.utilities import BreakingChange, DangerousChange
from graphql.utilities.find_schema_changes import find_schema_changes

Deprecatable: TypeAlias = GraphQLField | GraphQLArgument | GraphQLInputField | GraphQLEnumValue


class Severity(StrEnum):
    """BREAKING: operations that worked fail. DANGEROUS: they go on, and may meet what they do not expect."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


class Change(NamedTuple):
    """One difference. The codes are graphql-core's, such as FIELD_REMOVED."""

    severity: Severity
    code: str
    message: str


def find_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """All differences, the breaking ones first."""
    changes = [*_structural_changes(old, new), *_annotation_changes(old, new)]
    order = list(Severity)
    return sorted(changes, key=lambda change: order.index(change.severity))


def _structural_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for change in find_schema_changes(old, new):
        severity = Severity.SAFE
        if isinstance(change, BreakingChange):
            severity = Severity.BREAKING
        elif isinstance(change, DangerousChange):
            severity = Severity.DANGEROUS
        code = change.type.name.removesuffix("_SAFE")
        if not _is_standard_scalar(code, change.description):
            yield Change(severity, code, change.description)


def _is_standard_scalar(code: str, message: str) -> bool:
    """That nothing mentions Int any more breaks nothing by itself; what mentioned it is reported."""
    return code == "TYPE_REMOVED" and message.startswith("Standard scalar ")


def _annotation_changes(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    for name, before in old.type_map.items():
        after = new.type_map.get(name)
        if after is None or name.startswith("__") or type(after) is not type(before):
            continue
        if isinstance(before, GraphQLInputObjectType) and isinstance(after, GraphQLInputObjectType):
            yield from _one_of_changes(before, after)
        if isinstance(before, GraphQLScalarType) and isinstance(after, GraphQLScalarType):
            yield from _scalar_changes(before, after)
        later = dict(_deprecatable(after))
        for coordinate, element in _deprecatable(before):
            if coordinate in later:
                yield from _deprecation_changes(coordinate, element, later[coordinate])


def _one_of_changes(before: GraphQLInputObjectType, after: GraphQLInputObjectType) -> Iterator[Change]:
    if after.is_one_of and not before.is_one_of:
        message = f"{after} takes exactly one of its fields now."
        yield Change(Severity.BREAKING, "ONE_OF_ADDED", message)
    elif before.is_one_of and not after.is_one_of:
        yield Change(Severity.SAFE, "ONE_OF_REMOVED", f"{after} takes any of its fields now.")


def _scalar_changes(before: GraphQLScalarType, after: GraphQLScalarType) -> Iterator[Change]:
    if not is_specified_scalar_type(after) and before.specified_by_url != after.specified_by_url:
        message = (
            f"{after} is specified by {after.specified_by_url or 'nothing'} now, "
            f"and was by {before.specified_by_url or 'nothing'}."
        )
        yield Change(Severity.DANGEROUS, "SPECIFIED_BY_CHANGED", message)


def _deprecation_changes(coordinate: str, before: Deprecatable, after: Deprecatable) -> Iterator[Change]:
    old, new = before.deprecation_reason, after.deprecation_reason
    if old == new:
        return
    if new is None:
        yield Change(Severity.SAFE, "DEPRECATION_REMOVED", f"{coordinate} is no longer deprecated.")
    elif old is None:
        yield Change(Severity.SAFE, "DEPRECATION_ADDED", f"{coordinate} is deprecated now: {new}")
    else:
        yield Change(Severity.SAFE, "DEPRECATION_REASON_CHANGED", f"{coordinate} is deprecated now: {new}")


def _deprecatable(type_: GraphQLNamedType) -> Iterator[tuple[str, Deprecatable]]:
    if isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield f"{type_.name}.{name}", value
    elif isinstance(type_, GraphQLInputObjectType):
        for name, input_field in type_.fields.items():
            yield f"{type_.name}.{name}", input_field
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field
            for argument_name, argument in field.args.items():
                yield f"{type_.name}.{name}({argument_name}:)", argument
