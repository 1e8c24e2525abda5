"""A question to a shared store that is under way, while what it asks for may change."""

from collections.abc import Iterable

from router.cache.store import type_of
from router.cache.usage import on_entity, on_tag, on_type


class Lookup:
    """Knows what was dropped since it began: of that the answer may be older."""

    __slots__ = ("changed", "entities", "everything", "filled", "invalidated")

    def __init__(self, entities: Iterable[str]) -> None:
        self.entities = frozenset(entities)
        self.changed: set[str] = set()
        self.filled: set[str] = set()
        """Entities of which more may be there than the answer has."""
        self.everything = False
        self.invalidated = False
        """Something was, and not only filled in."""

    def may_keep(self, entity: str, tags: Iterable[str]) -> bool:
        """Whether none of it was dropped."""
        changed = self.changed
        if self.everything or not changed:
            return not self.everything
        if on_entity(entity) in changed or on_type(type_of(entity)) in changed:
            return False
        return not any(on_tag(tag) in changed for tag in tags)
