"""Where in the memory of a process the entities of a type lie, and the entries with a tag."""

from collections.abc import Hashable, Sequence
from sys import getsizeof
from typing import Final, Generic, TypeVar

from router.cache.held import Fields, Group, Held, table, taken
from router.cache.store import type_of

M = TypeVar("M", bound=Hashable)

_FEW: Final = 8
_SPARSE: Final = 4
_OF_MEMBERS: Final = 80
"""Bytes of it and its number."""


class Members(Generic[M]):
    """Those of one name, in memory that grows and shrinks with them: most tags have few, and a dictionary stays large."""

    __slots__ = ("_few", "_many", "_most", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._few: tuple[M, ...] = ()
        self._many: dict[M, None] = {}
        self._most = 0

    @property
    def size(self) -> int:
        """In bytes."""
        return _OF_MEMBERS + taken(self.name) + taken(self._few) + getsizeof(self._many)

    def all(self) -> Sequence[M]:
        """As they are now."""
        return self._few or tuple(self._many)

    def add(self, member: M) -> None:
        """One that is not there."""
        if not self._many and len(self._few) < _FEW:
            self._few = (*self._few, member)
            return
        self._many.update(dict.fromkeys(self._few))
        self._many[member] = None
        self._few = ()
        self._most = max(self._most, len(self._many))

    def discard(self, member: M) -> bool:
        """Whether it was the last."""
        if self._few:
            self._few = tuple(each for each in self._few if each is not member)
            return not self._few
        self._many.pop(member, None)
        if len(self._many) * _SPARSE < self._most:
            self._many = dict.fromkeys(self._many)
            self._most = len(self._many)
        return not self._many


class IndexedHeld(Held):
    """Equal tags are kept once."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._by_type: dict[str, Members[str]] = {}
        self._by_tag: dict[str, Members[Group]] = {}

    @property
    def size(self) -> int:
        """In bytes."""
        return super().size + table(self._by_tag)

    def of_type(self, name: str) -> Sequence[str]:
        """Entities."""
        found = self._by_type.get(name)
        return found.all() if found is not None else ()

    def remove_tagged(self, tag: str) -> None:
        """All entries that have it."""
        found = self._by_tag.get(tag)
        groups = set(found.all()) if found is not None else set()
        for entity in {group.entity for group in groups}:
            fields = self.peek(entity)
            kept = fields.kept.items() if fields is not None else ()
            for field in [field for field, each in kept if each.group in groups]:
                self.remove(entity, field)

    def clear(self) -> None:
        """All of it."""
        super().clear()
        self._by_type.clear()
        self._by_tag.clear()

    def opened(self, fields: Fields) -> None:
        """Its entity is new."""
        self._add(self._by_type, type_of(fields.entity), fields.entity)

    def closed(self, fields: Fields) -> None:
        """Its entity has gone."""
        self._discard(self._by_type, type_of(fields.entity), fields.entity)

    def came(self, group: Group) -> None:
        """Its first entry is to be put."""
        group.tags = tuple([self._add(self._by_tag, tag, group) for tag in dict.fromkeys(group.tags)])

    def lost(self, group: Group) -> None:
        """Its last entry has gone."""
        for tag in group.tags:
            self._discard(self._by_tag, tag, group)

    def _add(self, index: dict[str, Members[M]], name: str, member: M) -> str:
        members = index.get(name)
        if members is None:
            members = index[name] = Members(name)
        else:
            self.extra -= members.size
        members.add(member)
        self.extra += members.size
        return members.name

    def _discard(self, index: dict[str, Members[M]], name: str, member: M) -> None:
        members = index[name]
        self.extra -= members.size
        if members.discard(member):
            del index[name]
        else:
            self.extra += members.size
