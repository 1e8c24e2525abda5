"""Selections as a few short lines: leaves side by side, chains of single fields in one line, each level indented."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graphql import FieldNode, InlineFragmentNode, SelectionNode, SelectionSetNode, print_ast

from router.planner.nodes import InputField, InputSelection

_TYPENAME = "__typename"
WIDTH = 38
"""Characters in a line, its indent included."""
INDENT = 2
_CHAIN = " / "


class Line(NamedTuple):
    """`indent` counts characters."""

    indent: int
    text: str


def outline(selections: SelectionSetNode) -> tuple[Line, ...]:
    """What a fetch gives. `__typename` is only named where it is all there is."""
    return tuple(_lines(selections.selections, 0))


def input_outline(selections: Iterable[InputSelection]) -> str:
    """What a fetch needs of an object, in one line."""
    parts = []
    for each in selections:
        name = each.source if isinstance(each, InputField) else f"… on {each.type_condition}"
        below = input_outline(each.selections)
        parts.append(f"{name} {{ {below} }}" if below else name)
    return " ".join(parts)


def wrap(words: Iterable[str], indent: int = 0, separator: str = " ") -> Iterator[Line]:
    """Words in lines that are as long as can be; a word that is too long has a line of its own."""
    line = ""
    for word in words:
        if line and indent + len(line) + len(separator) + len(word) > WIDTH:
            yield Line(indent, line)
            line = word
        else:
            line = f"{line}{separator}{word}" if line else word
    if line:
        yield Line(indent, line)


def _lines(selections: Iterable[SelectionNode], indent: int) -> Iterator[Line]:
    shown = _shown(selections)
    leaves = [_head(each) for each in shown if below_of(each) is None]
    yield from wrap(leaves, indent)
    for each in shown:
        below = below_of(each)
        if below is not None:
            head = _head(each)
            while (only := _single(below)) is not None:
                below = only.selection_set
                assert below is not None  # noqa: S101 - a single is composite
                longer = head + _CHAIN + _head(only)
                if indent + len(longer) > WIDTH:
                    yield Line(indent, head)
                    indent, longer = indent + INDENT, _head(only)
                head = longer
            yield Line(indent, head)
            yield from _lines(below.selections, indent + INDENT)


def _shown(selections: Iterable[SelectionNode]) -> list[SelectionNode]:
    found = list(selections)
    return [each for each in found if not _is_typename(each)] or found[:1]


def _single(selections: SelectionSetNode) -> FieldNode | None:
    """The only field of the selections, if it has selections itself."""
    shown = _shown(selections.selections)
    only = shown[0] if len(shown) == 1 else None
    return only if isinstance(only, FieldNode) and only.selection_set is not None else None


def _is_typename(node: SelectionNode) -> bool:
    return isinstance(node, FieldNode) and node.name.value == _TYPENAME


def below_of(node: SelectionNode) -> SelectionSetNode | None:
    """What is selected below it, if anything can be."""
    return getattr(node, "selection_set", None)


def _head(node: SelectionNode) -> str:
    directives = "".join(f" {print_ast(each)}" for each in node.directives or ())
    if isinstance(node, FieldNode):
        alias = f"{node.alias.value}: " if node.alias else ""
        arguments = ", ".join(print_ast(each) for each in node.arguments or ())
        return f"{alias}{node.name.value}{f'({arguments})' if arguments else ''}{directives}"
    assert isinstance(node, InlineFragmentNode)  # noqa: S101 - the planner writes no fragment spreads
    condition = f" on {node.type_condition.name.value}" if node.type_condition else ""
    return f"…{condition}{directives}"
