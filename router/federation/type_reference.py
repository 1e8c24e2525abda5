"""Type references as text, such as `[Product!]!`: the cheapest form that compares and prints at once."""

from collections.abc import Callable
from sys import intern

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode


def from_node(node: TypeNode) -> str:
    """The reference as GraphQL writes it."""
    if isinstance(node, NonNullTypeNode):
        return intern(from_node(node.type) + "!")
    if isinstance(node, ListTypeNode):
        return intern(f"[{from_node(node.type)}]")
    assert isinstance(node, NamedTypeNode)  # noqa: S101 - the grammar has no fourth kind
    return intern(node.name.value)


def named_type(reference: str) -> str:
    """The name inside all lists and non-null marks."""
    return reference.strip("[]!")


def is_non_null(reference: str) -> bool:
    return reference[-1] == "!"


def nullable(reference: str) -> str:
    return reference[:-1] if reference[-1] == "!" else reference


def is_list(reference: str) -> bool:
    return reference[0] == "["


def item_type(reference: str) -> str:
    """The type of the items of a list type."""
    return nullable(reference)[1:-1]


def is_strict_subtype(reference: str, candidate: str, is_named_subtype: Callable[[str, str], bool]) -> bool:
    """Whether each value of `candidate` is a value of `reference`, and the two differ.

    `is_named_subtype(abstract, name)` knows the implementations of interfaces and the members of unions.
    """
    if reference == candidate:
        return False
    if is_non_null(candidate):
        inner = nullable(reference)
        if is_non_null(reference):
            return is_strict_subtype(inner, candidate[:-1], is_named_subtype)
        return inner == candidate[:-1] or is_strict_subtype(inner, candidate[:-1], is_named_subtype)
    if is_non_null(reference):
        return False
    if is_list(candidate):
        return is_list(reference) and is_strict_subtype(
            item_type(reference), item_type(candidate), is_named_subtype
        )
    return not is_list(reference) and is_named_subtype(reference, candidate)
