"""Normalised selections: fields only, each guarded by the object types and conditions under which it applies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from graphql import ArgumentNode, DirectiveNode, print_ast

Conditions: TypeAlias = frozenset[tuple[str, bool]]
"""`@include` and `@skip` with variables: every named variable must have the value beside it."""

ALWAYS: Conditions = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class DeferTag:
    """One `@defer`, as it stands in one place. `parent` is the one around it in the same selection set."""

    label: str | None
    parent: "DeferTag | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A selected field. `types` are the object types it is selected for, None for all that its set can hold."""

    key: str
    """The response key."""
    name: str
    on: str
    """The type on which the field is selected: its set's, or that of the fragment around it."""
    signature: str
    """Name and arguments as text; two fields with equal signatures ask the same."""
    arguments: tuple[ArgumentNode, ...] = ()
    directives: tuple[DirectiveNode, ...] = ()
    types: frozenset[str] | None = None
    conditions: Conditions = ALWAYS
    selections: "SelectionSet | None" = None
    defer: DeferTag | None = None
    """The @defer that the field stands in, if it does so within its own selection set."""


@dataclass(frozen=True, slots=True, eq=False)
class SelectionSet:
    """The fields selected on `type`, in the order in which they were written."""

    type: str
    fields: tuple[Field, ...]


def signature(name: str, arguments: Iterable[ArgumentNode], directives: Iterable[DirectiveNode] = ()) -> str:
    """Equal for fields that ask the same, whatever the order of their arguments."""
    parts = sorted(f"{each.name.value}:{print_ast(each.value)}" for each in arguments)
    extra = "".join(print_ast(each) for each in directives)
    return name + (f"({','.join(parts)})" if parts else "") + extra
