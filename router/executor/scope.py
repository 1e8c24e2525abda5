"""What a fetch was for, to place its errors in the client's answer."""

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

from router.executor.representations import Batch
from router.executor.tree import ResponsePath, written_out
from router.planner.nodes import LIST, FetchNode, OnTypes, Rename


class RootScope:
    """Of a fetch that starts at the root: paths of the subgraph are the client's, but for renamed fields."""

    def __init__(self, node: FetchNode) -> None:
        self._node = node

    def all(self) -> list[ResponsePath]:
        """The fields of the root that the fetch asks for."""
        return [_renamed((key,), self._node.renames) for key in _root_keys(self._node.operation)]

    def locate(self, path: ResponsePath) -> list[ResponsePath]:
        """The same path, in the client's names."""
        return [_renamed(path, self._node.renames)]


class EntityScope:
    """Of a fetch of entities: their paths begin with the `_entities` field and the representation's index."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = {batch.input.alias: batch for batch in batches}

    def all(self) -> list[ResponsePath]:
        """The objects that were sent."""
        return [
            written_out(target.location)
            for batch in self._batches.values()
            for targets in batch.targets
            for target in targets
        ]

    def locate(self, path: ResponsePath) -> list[ResponsePath]:
        """The path below every object that the representation stands for; none if the path is not of an entity."""
        alias, *index_and_rest = path
        batch = self._batches.get(str(alias))
        index = index_and_rest[0] if index_and_rest else None
        if batch is None or not isinstance(index, int) or not 0 <= index < len(batch.targets):
            return []
        rest = _renamed(path[2:], batch.input.renames)
        return [written_out(target.location) + rest for target in batch.targets[index]]


def _renamed(path: ResponsePath, renames: Sequence[Rename]) -> ResponsePath:
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
def _root_keys(operation: str) -> tuple[str, ...]:
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
