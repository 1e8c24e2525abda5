"""Which response keys the client's operation uses where, so that the router's own fields never collide with them."""

from router.operation.selection import SelectionSet
from router.planner.resolution import TYPENAME

KeyPath = tuple[str, ...]


class ResponseKeys:
    """Keys by place in the answer. A place is the chain of response keys above it, whatever the types and lists."""

    def __init__(self, selections: SelectionSet) -> None:
        self._taken: dict[KeyPath, dict[str, set[str]]] = {}
        self._register(selections, (), set())

    def key_for(self, path: KeyPath, name: str, signature: str) -> str:
        """The key under which the router may fetch a field for itself: shared with the client's own equal field."""
        if name == TYPENAME:
            return TYPENAME
        taken = self._taken.setdefault(path, {})
        key, number = name, 0
        while taken.setdefault(key, {signature}) != {signature}:
            key = f"_{name}_{number}"
            number += 1
        return key

    def _register(self, selections: SelectionSet, path: KeyPath, seen: set[tuple[int, KeyPath]]) -> None:
        if (id(selections), path) in seen:
            return
        seen.add((id(selections), path))
        taken = self._taken.setdefault(path, {})
        for field in selections.fields:
            taken.setdefault(field.key, set()).add(field.signature)
            if field.selections is not None:
                self._register(field.selections, (*path, field.key), seen)
