"""What was dropped of the memory of a process by type or tag: a number each, which what came before is compared with.

So dropping takes as long for a hundred thousand entries as for one. What was dropped is freed when it is looked for, or has to
make room.
"""

from typing import Final

import msgspec

from router.cache.held import Group, Held, table, taken
from router.cache.store import type_of

_OF_MARK: Final = 64
"""Bytes of it and its number."""


class Mark(msgspec.Struct, gc=False, eq=False):
    """Of a type or a tag, for as long as `users` have it."""

    name: str
    dropped: int = 0
    users: int = 0


class MarkedGroup(Group, gc=False, eq=False):
    """Its `stamp` is the number of drops up to which it is known to count."""

    marks: tuple[Mark, ...] = ()


class MarkedHeld(Held):
    """Groups are MarkedGroups. Equal tags are kept once."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.drops = 0
        self._types: dict[str, Mark] = {}
        self._tags: dict[str, Mark] = {}

    @property
    def size(self) -> int:
        """In bytes."""
        return super().size + table(self._types) + table(self._tags)

    def drop_type(self, name: str) -> None:
        """All entities of it."""
        self._drop(self._types.get(name))

    def drop_tag(self, tag: str) -> None:
        """All entries that have it."""
        self._drop(self._tags.get(tag))

    def counts(self, group: Group) -> bool:
        """Whether nothing that it has was dropped since it came."""
        if group.stamp == self.drops:
            return True
        assert isinstance(group, MarkedGroup)  # noqa: S101 - there are no others here
        if any(mark.dropped > group.stamp for mark in group.marks):
            return False
        group.stamp = self.drops
        return True

    def clear(self) -> None:
        """All of it."""
        super().clear()
        self._types.clear()
        self._tags.clear()

    def came(self, group: Group) -> None:
        """Its first entry is to be put."""
        assert isinstance(group, MarkedGroup)  # noqa: S101
        tags = [self._use(self._tags, tag) for tag in dict.fromkeys(group.tags)]
        group.stamp = self.drops
        group.tags = tuple([mark.name for mark in tags])
        group.marks = (self._use(self._types, type_of(group.entity)), *tags)
        self.extra += taken(group.marks)

    def lost(self, group: Group) -> None:
        """Its last entry has gone."""
        assert isinstance(group, MarkedGroup)  # noqa: S101
        of_type, *tags = group.marks
        self.extra -= taken(group.marks)
        group.marks = ()
        self._leave(self._types, of_type)
        for mark in tags:
            self._leave(self._tags, mark)

    def _drop(self, mark: Mark | None) -> None:
        if mark is not None:
            self.drops += 1
            mark.dropped = self.drops

    def _use(self, marks: dict[str, Mark], name: str) -> Mark:
        mark = marks.get(name)
        if mark is None:
            mark = marks[name] = Mark(name)
            self.extra += _OF_MARK + taken(name)
        mark.users += 1
        return mark

    def _leave(self, marks: dict[str, Mark], mark: Mark) -> None:
        mark.users -= 1
        if not mark.users:
            del marks[mark.name]
            self.extra -= _OF_MARK + taken(mark.name)
