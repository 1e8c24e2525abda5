"""What a process keeps of a store that others share: copies of entries, and what it knows not to be there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from router.cache.held import entry
from router.cache.lookup import Lookup
from router.cache.near_marks import MarkedGroup, MarkedHeld
from router.cache.store import Entry, Invalidation, Wanted, field_name
from router.cache.usage import on_entity, on_tag, on_type

_NOTHING: Final = Entry(b"", 0, 60_000, 60_000, 60_000)
"""That there is none is known for a minute."""


class NearMemory:
    """Times are milliseconds of a clock that does not go back."""

    def __init__(self, max_bytes: int) -> None:
        self._held = MarkedHeld(max_bytes)
        self._lookups: set[Lookup] = set()

    @property
    def size(self) -> int:
        """In bytes."""
        return self._held.size

    @property
    def evicted(self) -> int:
        """Entries that had to make room."""
        return self._held.evicted

    def find(
        self, wanted: Sequence[Wanted], now: int
    ) -> tuple[list[dict[str, Entry]], list[tuple[int, Wanted]]]:
        """What is fresh; and what only the shared store knows, with its place among what was wanted."""
        found: list[dict[str, Entry]] = []
        missing: list[tuple[int, Wanted]] = []
        for place, each in enumerate(wanted):
            there, lacking = self._fresh(each, now)
            found.append(there)
            if lacking:
                missing.append((place, Wanted(each.entity, lacking)))
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
            groups: dict[tuple[object, ...], MarkedGroup] = {}
            for field in each.fields:
                there = found.get(field, _NOTHING)
                is_known = there is not _NOTHING or each.entity not in lookup.filled
                # Of what is not fresh, others may have a newer one already.
                if is_known and there.fresh > 0 and lookup.may_keep(each.entity, there.tags):
                    key = there.age, there.fresh, there.stale, there.spare, there.tags
                    group = groups.get(key) or groups.setdefault(key, _group(each.entity, there, now))
                    value = there.value if there is not _NOTHING else None
                    self._held.put(each.entity, field, value, group)
                else:
                    self._held.remove(each.entity, field)
        self._held.make_room()

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
            self._held.clear()
            return
        for entity in what.entities:
            self._held.remove_entity(entity)
        for entity, name in what.fields:
            for field in [id_ for id_ in self._fields(entity) if field_name(id_) == name]:
                self._held.remove(entity, field)
        for name in what.types:
            self._held.drop_type(name)
        for tag in what.tags:
            self._held.drop_tag(tag)

    def drop_fields(self, entity: str, fields: Iterable[str]) -> None:
        """They have been filled in, or are gone."""
        for lookup in self._lookups:
            lookup.changed.add(on_entity(entity))
        for field in fields:
            self._held.remove(entity, field)

    def drop_nothings(self, entity: str) -> bool:
        """Something of it may have been filled in. Whether more is held of it, or will be."""
        for field in [field for field, value in self._fields(entity).items() if value is None]:
            self._held.remove(entity, field)
        concerned = [lookup for lookup in self._lookups if entity in lookup.entities]
        for lookup in concerned:
            lookup.filled.add(entity)
        return self._held.peek(entity) is not None or bool(concerned)

    def _fresh(self, wanted: Wanted, now: int) -> tuple[dict[str, Entry], tuple[str, ...]]:
        """And the fields of which nothing is known."""
        held = self._held
        fields = held.get(wanted.entity)
        if fields is None:
            return {}, wanted.fields
        there: dict[str, Entry] = {}
        lacking = []
        for field in wanted.fields:
            kept = fields.kept.get(field)
            if kept is None or kept.group.born + kept.group.fresh <= now:
                lacking.append(field)
            elif kept.group.stamp != held.drops and not held.counts(kept.group):
                held.remove(wanted.entity, field)
                lacking.append(field)
            else:
                if kept.value is not None:
                    there[field] = entry(kept.value, kept.group, now)
                fields.use(field, kept)
        return there, tuple(lacking)

    def _fields(self, entity: str) -> Mapping[str, bytes | None]:
        fields = self._held.peek(entity)
        return {field: kept.value for field, kept in fields.kept.items()} if fields is not None else {}


def _group(entity: str, found: Entry, now: int) -> MarkedGroup:
    age, fresh = found.age, found.fresh
    return MarkedGroup(
        entity, 0, now - age, fresh + age, found.stale - fresh, found.spare - fresh, found.tags
    )
