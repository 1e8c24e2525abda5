"""Reads the paths and texts of subgraph requests in the client's terms."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from router.executor.tree import ResponsePath
from router.planner.nodes import LIST, OnTypes, Rename


def renamed(path: ResponsePath, renames: Sequence[Rename]) -> ResponsePath:
    """The path with the names that the fields have after the renames, which is in the order of the renames."""
    for rename in renames:
        position = _end_of(rename, path)
        if position is not None and position < len(path) and path[position] == rename.source:
            path = (*path[:position], rename.target, *path[position + 1 :])
    return path


def _end_of(rename: Rename, path: ResponsePath) -> int | None:
    """How many elements of the path the rename's path covers. Types do not matter: an alias is used for one field."""
    position = 0
    for element in rename.path:
        if isinstance(element, OnTypes):
            continue
        if position == len(path):
            return None
        here = path[position]
        if not (isinstance(here, int) if element == LIST else here == element):
            return None
        position += 1
    return position


@lru_cache(maxsize=256)
def root_keys(operation: str) -> tuple[str, ...]:
    """The response keys of the root fields that a request asks for. Needed, and remembered, only for errors."""
    document = parse(operation, no_location=True)
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    roots = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return tuple(dict.fromkeys(_keys(roots[0].selection_set, fragments)))


def _keys(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[str]:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection.alias.value if selection.alias else selection.name.value
        elif isinstance(selection, FragmentSpreadNode):
            yield from _keys(fragments[selection.name.value].selection_set, fragments)
        elif isinstance(selection, InlineFragmentNode):
            yield from _keys(selection.selection_set, fragments)
