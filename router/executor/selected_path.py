"""Keeps the paths of errors inside what the client asked for."""

from collections.abc import Iterable

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from router.executor.context import ExecutableOperation
from router.executor.tree import ResponsePath


class SelectedPaths:
    """Keys and requirements that are fetched for the router's own use can fail, too; clients do not know them."""

    def __init__(self, operation: ExecutableOperation) -> None:
        self._fragments = operation.fragments
        self._children: dict[tuple[str, ...], dict[str, list[SelectionSetNode]]] = {}
        self._root = [operation.definition.selection_set]

    def cut(self, path: ResponsePath) -> ResponsePath:
        """The path up to the last field that the client selected."""
        children = self._below((), self._root)
        names: tuple[str, ...] = ()
        for length, key in enumerate(path):
            if isinstance(key, int):
                continue
            if key not in children:
                return path[:length]
            names = (*names, key)
            children = self._below(names, children[key])
        return path

    def _below(
        self, names: tuple[str, ...], selections: Iterable[SelectionSetNode]
    ) -> dict[str, list[SelectionSetNode]]:
        if names not in self._children:
            found: dict[str, list[SelectionSetNode]] = {}
            visited: set[str] = set()
            for selection_set in selections:
                self._gather(selection_set, found, visited)
            self._children[names] = found
        return self._children[names]

    def _gather(
        self, selection_set: SelectionSetNode, found: dict[str, list[SelectionSetNode]], visited: set[str]
    ) -> None:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                below = found.setdefault(key, [])
                if selection.selection_set:
                    below.append(selection.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                self._gather(selection.selection_set, found, visited)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in visited:
                visited.add(selection.name.value)
                self._gather(self._fragments[selection.name.value].selection_set, found, visited)
