"""What a process keeps of a store that others share: copies of entries, and what it knows not to be there.

Entries lie together by entity, so what is dropped is found at once. What was used longest ago makes room.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from router.cache.lookup import Lookup
from router.cache.near_copy import Copies, Copy, copy_of
from router.cache.store import Entry, Invalidation, Wanted, field_name, type_of
from router.cache.usage import on_entity, on_tag, on_type

_SHARE_OF_ENTITY: Final = 4
"""One takes up to this part of the bytes: all root fields are of one."""


class NearMemory:
    """Times are milliseconds of a clock that does not go back."""

    def __init__(self, max_bytes: int) -> None:
        self.size = 0
        """In bytes."""
        self.evicted = 0
        self._max_bytes = max_bytes
        self._entities: OrderedDict[str, Copies] = OrderedDict()
        self._by_type: dict[str, set[str]] = {}
        self._by_tag: dict[str, set[tuple[str, str]]] = {}
        self._lookups: set[Lookup] = set()

    def find(
        self, wanted: Sequence[Wanted], now: int
    ) -> tuple[list[dict[str, Entry]], list[tuple[int, Wanted]]]:
        """What is fresh; and what only the shared store knows, with its place among what was wanted."""
        found: list[dict[str, Entry]] = []
        missing: list[tuple[int, Wanted]] = []
        for place, each in enumerate(wanted):
            held = self._entities.get(each.entity)
            if held is None:
                found.append({})
                missing.append((place, each))
                continue
            self._entities.move_to_end(each.entity)
            there, lacking = held.find(each.fields, now)
            found.append(there)
            if lacking:
                missing.append((place, Wanted(each.entity, tuple(lacking))))
        return found, missing

    def begin(self, wanted: Iterable[Wanted]) -> Lookup:
        """Before the shared store is asked; to be ended."""
        lookup = Lookup(each.entity for each in wanted)
        self._lookups.add(lookup)
        return lookup

    def end(self, lookup: Lookup) -> None:
        """Nobody needs to tell it any more."""
        self._lookups.discard(lookup)

    def put(
        self, lookup: Lookup, wanted: Iterable[Wanted], entries: Iterable[Mapping[str, Entry]], now: int
    ) -> None:
        """What the shared store has answered, as far as that is still so."""
        for each, found in zip(wanted, entries, strict=True):
            for field in each.fields:
                entry = found.get(field)
                self._remove(each.entity, field)
                if entry is None and each.entity in lookup.filled:
                    continue
                if lookup.may_keep(each.entity, entry.tags if entry is not None else ()):
                    self._put(each.entity, field, entry, now)
        self._make_room()

    def drop(self, what: Invalidation) -> None:
        """All that it concerns, also of what is under way."""
        for lookup in self._lookups:
            lookup.invalidated = True
            lookup.everything = lookup.everything or what.everything
            lookup.changed.update(map(on_entity, what.entities))
            lookup.changed.update(on_entity(entity) for entity, _ in what.fields)
            lookup.changed.update(map(on_type, what.types))
            lookup.changed.update(map(on_tag, what.tags))
        if what.everything:
            self._entities.clear()
            self._by_type.clear()
            self._by_tag.clear()
            self.size = 0
            return
        for entity in (*what.entities, *(each for name in what.types for each in self._of_type(name))):
            self.drop_fields(entity, tuple(self._fields(entity)))
        for entity, name in what.fields:
            self.drop_fields(entity, [id_ for id_ in self._fields(entity) if field_name(id_) == name])
        for entity, field in [each for tag in what.tags for each in self._by_tag.get(tag, ())]:
            self._remove(entity, field)

    def drop_fields(self, entity: str, fields: Iterable[str]) -> None:
        """They have been filled in, or are gone."""
        for lookup in self._lookups:
            lookup.changed.add(on_entity(entity))
        for field in fields:
            self._remove(entity, field)

    def drop_nothings(self, entity: str) -> bool:
        """Something of it may have been filled in. Whether more is held of it, or will be."""
        for field in [field for field, copy in self._fields(entity).items() if copy.value is None]:
            self._remove(entity, field)
        concerned = [lookup for lookup in self._lookups if entity in lookup.entities]
        for lookup in concerned:
            lookup.filled.add(entity)
        return entity in self._entities or bool(concerned)

    def _fields(self, entity: str) -> Mapping[str, Copy]:
        held = self._entities.get(entity)
        return held.fields if held is not None else {}

    def _of_type(self, name: str) -> tuple[str, ...]:
        return tuple(self._by_type.get(name, ()))

    def _put(self, entity: str, field: str, entry: Entry | None, now: int) -> None:
        if entry is not None and entry.fresh <= 0:
            return  # others may have a newer one already
        copy = copy_of(field, entry, now)
        held = self._entities.get(entity)
        if held is None:
            held = self._entities[entity] = Copies()
            self._by_type.setdefault(type_of(entity), set()).add(entity)
            self.size += held.size
        held.fields[field] = copy
        held.size += copy.size
        self.size += copy.size
        for tag in copy.tags:
            self._by_tag.setdefault(tag, set()).add((entity, field))
        while held.size > self._max_bytes // _SHARE_OF_ENTITY and held.fields:
            self.evicted += 1
            self._remove(entity, next(iter(held.fields)))

    def _remove(self, entity: str, field: str) -> None:
        held = self._entities.get(entity)
        copy = held.fields.pop(field, None) if held is not None else None
        if held is None or copy is None:
            return
        held.size -= copy.size
        self.size -= copy.size
        for tag in copy.tags:
            _discard(self._by_tag, tag, (entity, field))
        if not held.fields:
            del self._entities[entity]
            self.size -= held.size
            _discard(self._by_type, type_of(entity), entity)

    def _make_room(self) -> None:
        while self.size > self._max_bytes:
            entity, held = next(iter(self._entities.items()))
            self.evicted += len(held.fields)
            for field in tuple(held.fields):
                self._remove(entity, field)


def _discard(index: dict[str, set[Any]], name: str, member: object) -> None:
    members = index[name]
    members.discard(member)
    if not members:
        del index[name]
