"""What one subgraph can say: its types, their fields and keys, as the joins of a supergraph tell."""

from dataclasses import dataclass, field

from graphql import SelectionSetNode, TypeNode


@dataclass(frozen=True, slots=True)
class Key:
    """One `@key` of a type in one subgraph. Not `resolvable`: the subgraph gives it but answers no `_entities`."""

    fields: SelectionSetNode
    text: str
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that no client gives: `selections` of the nearest object around that sets `context`."""

    name: str
    type: TypeNode
    context: str
    selections: SelectionSetNode
    text: str


@dataclass(slots=True)
class FieldView:
    """A field as one subgraph has it. An `external` field is known there but resolved elsewhere."""

    name: str
    type: TypeNode
    external: bool = False
    requires: SelectionSetNode | None = None
    provides: SelectionSetNode | None = None
    override_from: str | None = None
    """The subgraph that the field moves here from."""
    override_label: str | None = None
    """The field is resolved here only while this label is on…"""
    overridden_by_label: str | None = None
    """…and here only while that one is off."""
    context_arguments: tuple[ContextArgument, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether something has to be fetched before the subgraph can resolve the field."""
        return self.requires is not None or bool(self.context_arguments)

    @property
    def named_type(self) -> str:
        """The type's name without list and non-null."""
        return named_type(self.type)

    @property
    def list_depth(self) -> int:
        """How many lists wrap the type."""
        return list_depth(self.type)


@dataclass(slots=True)
class TypeView:
    """A type as one subgraph has it.

    `possible` names the object types that a value of it can have there: itself for an object. For an interface
    object it is the interface's own name, because the subgraph knows no other.
    """

    name: str
    graph: str
    is_abstract: bool = False
    is_interface_object: bool = False
    keys: list[Key] = field(default_factory=list)
    fields: dict[str, FieldView] = field(default_factory=dict)
    possible: frozenset[str] = frozenset()


@dataclass(slots=True)
class SubgraphInfo:
    """One subgraph: its name, where it is served, and the types it knows."""

    name: str
    url: str
    types: dict[str, TypeView] = field(default_factory=dict)


def named_type(node: TypeNode) -> str:
    """The name inside lists and non-null."""
    while not hasattr(node, "name"):
        node = node.type  # type: ignore[attr-defined]
    return str(node.name.value)


def list_depth(node: TypeNode) -> int:
    """How many lists wrap the named type."""
    depth = 0
    while not hasattr(node, "name"):
        depth += node.kind == "list_type"
        node = node.type  # type: ignore[attr-defined]
    return depth
