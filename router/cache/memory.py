"""The field store of one process: what was used longest ago makes room, so that it never takes more than its bytes."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from sys import getsizeof
from typing import Final

import msgspec

from router.cache.marks import Marks
from router.cache.statistics import StoreCounts, StoreStatistics
from router.cache.store import Entry, Fill, Found, Invalidation, Wanted, field_name, type_of

_OVERHEAD: Final = 480
"""Bytes of an entry beside its texts: its place, its key and its numbers; measured, rounded up."""
_SHARE_OF_MARKS: Final = 8
"""Each of two generations of marks takes up to this part of the bytes."""
_MANY_LEASES: Final = 1000


class _Kept(msgspec.Struct, gc=False):
    value: bytes
    stamp: int
    born: int
    fresh: int
    stale: int
    spare: int
    name: str
    tags: tuple[str, ...]
    size: int

    def entry(self, now: int) -> Entry | None:
        """None where it is beyond use."""
        age = now - self.born
        left = self.fresh - age
        if left + max(self.stale, self.spare) < 0:
            return None
        return Entry(self.value, age, left, left + self.stale, left + self.spare, self.tags)


class MemoryStore:
    """`clock` is in seconds and does not go back. What was invalidated is freed when it is read or has to make room."""

    def __init__(self, clock: Callable[[], float], max_bytes: int) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._stamp = 1
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._size = 0
        self._marks = Marks(max_bytes // _SHARE_OF_MARKS, self._stamp)
        self._leases: dict[str, int] = {}
        self._sweep_at = _MANY_LEASES
        self._counts = StoreCounts()

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """What is there, which is now what was used last."""
        now = self._now()
        self._counts.reads += 1
        return Found(self._stamp, [self._entries(each, now) for each in wanted])

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """Keeps what counts, and makes room. A stamp must come from this store: another one has another clock."""
        born = self._now() - age
        self._counts.fills += 1
        for fill in fills:
            if stamp > self._stamp:
                self._counts.refused += len(fill.values)
            elif fill.fresh + max(fill.stale, fill.spare) > age:
                self._fill(stamp, fill, born)
        self._make_room()

    async def invalidate(self, what: Invalidation) -> None:
        """Takes as long as what is named, however much there is of it."""
        self._counts.invalidations += 1
        self._stamp += 1
        if what.everything:
            self._kept.clear()
            self._size = 0
            self._marks.mark_all(self._stamp)
            return
        for entity in what.entities:
            self._marks.mark(("entity", entity), self._stamp)
        for field in what.fields:
            self._marks.mark(("field", *field), self._stamp)
        for name in what.types:
            self._marks.mark(("type", name), self._stamp)
        for tag in what.tags:
            self._marks.mark(("tag", tag), self._stamp)
        self._make_room()

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[bool]:
        """Among all who use this store."""
        now = self._now()
        if len(self._leases) > self._sweep_at:
            self._leases = {name: until for name, until in self._leases.items() if until > now}
            self._sweep_at = max(_MANY_LEASES, 2 * len(self._leases))
        return [self._claim(name, now, now + milliseconds) for name in names]

    async def release(self, names: Sequence[str]) -> None:
        """Whoever got them."""
        for name in names:
            self._leases.pop(name, None)

    async def close(self) -> None:
        """Frees the memory."""
        self._kept.clear()
        self._size = 0

    def statistics(self) -> StoreStatistics:
        """For metrics and tests."""
        return self._counts.statistics(self._size + self._marks.size)

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _entries(self, wanted: Wanted, now: int) -> Mapping[str, Entry]:
        found = {}
        entity = wanted.entity
        self._counts.wanted += len(wanted.fields)
        for field in wanted.fields:
            key = (entity, field)
            kept = self._kept.get(key)
            if kept is None:
                continue
            entry = kept.entry(now)
            if entry is None or not self._counts_still(entity, kept.name, kept.stamp, kept.tags):
                self._drop(key)
            else:
                self._kept.move_to_end(key)
                found[field] = entry
        self._counts.found += len(found)
        return found

    def _fill(self, stamp: int, fill: Fill, born: int) -> None:
        tags_size = getsizeof(fill.tags) + sum(map(getsizeof, fill.tags))
        for field, value in fill.values.items():
            name = field_name(field)
            if not self._counts_still(fill.entity, name, stamp, fill.tags):
                self._counts.refused += 1
                continue
            key = (fill.entity, field)
            self._drop(key)
            size = _OVERHEAD + tags_size + sum(map(getsizeof, (value, field, name, fill.entity)))
            self._kept[key] = _Kept(
                value, stamp, born, fill.fresh, fill.stale, fill.spare, name, fill.tags, size
            )
            self._size += size

    def _counts_still(self, entity: str, name: str, stamp: int, tags: tuple[str, ...]) -> bool:
        marks = self._marks
        if stamp >= marks.last or stamp < marks.floor:
            return stamp >= marks.last
        return (
            stamp >= marks.latest(("entity", entity))
            and stamp >= marks.latest(("field", entity, name))
            and stamp >= marks.latest(("type", type_of(entity)))
            and all(stamp >= marks.latest(("tag", tag)) for tag in tags)
        )

    def _drop(self, key: tuple[str, str]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= kept.size

    def _make_room(self) -> None:
        while self._kept and self._size + self._marks.size > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._size -= dropped.size
            self._counts.evicted += 1

    def _claim(self, name: str, now: int, until: int) -> bool:
        if self._leases.get(name, now) > now:
            return False
        self._leases[name] = until
        return True
