"""Entries in the memory of a process, by entity, within bytes that are counted as its allocator gives them.

What was used longest ago makes room: entities, and of one with many fields, some of these.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from itertools import islice
from sys import getsizeof
from typing import Any, Final

import msgspec

from router.cache.store import Entry

_SHARE_OF_ENTITY: Final = 4
"""One takes up to this part of the bytes: all root fields are of one."""
_MANY: Final = 50
"""In an entity with more fields it matters which was used last."""
_AT_ONCE: Final = 16
"""The first of a dictionary are found slowly where many have gone, so this part of them goes together."""
_OF_GROUP: Final = 144
"""Bytes of it, `born` and `fresh`."""
_OF_NUMBER: Final = 32
_OF_ENTRY: Final = 32
_OF_ENTITY: Final = 96
_LONG: Final = 100
_MOST_NAMES: Final = 2000
"""Of fields without arguments: of any graph enough, and of none too many."""


def taken(thing: object) -> int:
    """Bytes of a text or the like, without what it refers to."""
    return (getsizeof(thing) + 15) & -16


def table(dictionary: Mapping[Any, Any]) -> int:
    """Bytes of a dictionary, without what it refers to."""
    return getsizeof(dictionary) if dictionary else 0


class Group(msgspec.Struct, gc=False, eq=False):
    """What entries of one entity that came together have in common. Milliseconds, as in a fill; `left` are still there."""

    entity: str
    stamp: int
    born: int
    fresh: int
    stale: int
    spare: int
    tags: tuple[str, ...]
    left: int = 0


class Kept(msgspec.Struct, gc=False):
    """`value` is None for a field of which is known that there is none."""

    value: bytes | None
    group: Group


class Fields:
    """Of one entity, the oldest first where there are many. `size` is in bytes."""

    __slots__ = ("_table", "entity", "kept", "size")

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.kept: dict[str, Kept] = {}
        self._table = getsizeof(self.kept)
        self.size = _OF_ENTITY + taken(entity) + self._table

    def use(self, field: str, kept: Kept) -> None:
        """Now it is the newest."""
        if len(self.kept) > _MANY:
            del self.kept[field]
            self.kept[field] = kept

    def grown(self) -> int:
        """Bytes, since it was asked before."""
        before, self._table = self._table, getsizeof(self.kept)
        return self._table - before

    def groups(self) -> Iterator[Group]:
        """Each once."""
        return iter({id(kept.group): kept.group for kept in self.kept.values()}.values())


class Held:
    """`extra` are the bytes of tags, and of whatever else whoever overrides `came` and `lost` has of groups."""

    def __init__(self, max_bytes: int) -> None:
        self.evicted = 0
        self.extra = 0
        self._max_bytes = max_bytes
        self._entities: OrderedDict[str, Fields] = OrderedDict()
        self._names: dict[str, str] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """In bytes. Dictionaries count as large as they are now, since they do not shrink with what is in them."""
        return self._size + self.extra + table(self._entities) + table(self._names)

    def get(self, entity: str) -> Fields | None:
        """Now it is the newest."""
        found = self._entities.get(entity)
        if found is not None:
            self._entities.move_to_end(entity)
        return found

    def peek(self, entity: str) -> Fields | None:
        """Without using it."""
        return self._entities.get(entity)

    def put(self, entity: str, field: str, value: bytes | None, group: Group) -> None:
        """In place of what is there."""
        fields = self._entities.get(entity)
        if fields is None:
            fields = self._entities[entity] = Fields(entity)
            self._size += fields.size
        else:
            self._forget(fields, field)
        fields.kept[self._name(field)] = Kept(value, group)
        size = self._size_of(field, value) + fields.grown()
        if not group.left:
            group.entity = fields.entity
            self.came(group)
            size += _size_of_group(group)
        group.left += 1
        fields.size += size
        self._size += size
        self._make_room_within(fields)

    def remove(self, entity: str, field: str) -> None:
        """If it is there."""
        fields = self._entities.get(entity)
        if fields is not None:
            self._forget(fields, field)
            self._end(fields)

    def remove_entity(self, entity: str) -> None:
        """If it is there."""
        fields = self._entities.pop(entity, None)
        if fields is not None:
            self._lose(fields)

    def clear(self) -> None:
        """All of it."""
        self._entities.clear()
        self._size = self.extra = 0
        self._names.clear()

    def make_room(self, beside: int = 0) -> None:
        """Until it fits, with what else takes memory of these bytes."""
        while self._entities and self.size + beside > self._max_bytes:
            _, fields = self._entities.popitem(last=False)
            self.evicted += len(fields.kept)
            self._lose(fields)

    def came(self, group: Group) -> None:
        """Its first entry is to be put."""
        self.extra += sum(map(taken, group.tags))

    def lost(self, group: Group) -> None:
        """Its last entry has gone."""
        self.extra -= sum(map(taken, group.tags))

    def _make_room_within(self, fields: Fields) -> None:
        while fields.kept and fields.size > self._max_bytes // _SHARE_OF_ENTITY:
            for field in tuple(islice(fields.kept, max(1, len(fields.kept) // _AT_ONCE))):
                self._forget(fields, field)
                self.evicted += 1
        self._end(fields)

    def _forget(self, fields: Fields, field: str) -> None:
        kept = fields.kept.pop(field, None)
        if kept is None:
            return
        size = self._size_of(field, kept.value)
        kept.group.left -= 1
        if not kept.group.left:
            size += _size_of_group(kept.group)
            self.lost(kept.group)
        fields.size -= size
        self._size -= size

    def _end(self, fields: Fields) -> None:
        if not fields.kept and self._entities.pop(fields.entity, None) is not None:
            self._size -= fields.size

    def _lose(self, fields: Fields) -> None:
        self._size -= fields.size
        for group in fields.groups():
            self.lost(group)

    def _name(self, field: str) -> str:
        """Fields of many entities have the same id, which is kept once."""
        known = self._names.get(field)
        if known is None and len(self._names) < _MOST_NAMES and _is_plain(field):
            self._size += taken(field)
            known = self._names[field] = field
        return known or field

    def _size_of(self, field: str, value: bytes | None) -> int:
        own = 0 if field in self._names else taken(field)
        return _OF_ENTRY + own + (taken(value) if value is not None else 0)


def _is_plain(field: str) -> bool:
    return len(field) < _LONG and field.count("#") < 2 and not any(mark in field for mark in "({|")


def _size_of_group(group: Group) -> int:
    numbers = (group.stale != 0) + (group.spare != 0)
    return _OF_GROUP + numbers * _OF_NUMBER + (taken(group.tags) if group.tags else 0)


def entry(value: bytes, group: Group, now: int) -> Entry:
    """As it is now."""
    age = now - group.born
    left = group.fresh - age
    return Entry(value, age, left, left + group.stale, left + group.spare, group.tags)
