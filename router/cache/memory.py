"""The field store of one process: what was used longest ago makes room, so that it never takes more than its bytes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from router.cache.held import Group, Held, entry
from router.cache.marks import Marks
from router.cache.statistics import StoreCounts, StoreStatistics
from router.cache.store import GIVEN_BACK, Entry, Fill, Found, Invalidation, Wanted, field_name, type_of

_SHARE_OF_MARKS: Final = 8
"""Each of two generations of marks takes up to this part of the bytes."""
_MANY_LEASES: Final = 1000


class MemoryStore:
    """`clock` is in seconds and does not go back. What was invalidated is freed when it is read or has to make room."""

    def __init__(self, clock: Callable[[], float], max_bytes: int) -> None:
        self._clock = clock
        self._stamp = 1
        self._held = Held(max_bytes)
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
        self._held.make_room(self._marks.size)

    async def invalidate(self, what: Invalidation) -> None:
        """Takes as long as what is named, however much there is of it."""
        self._counts.invalidations += 1
        self._stamp += 1
        if what.everything:
            self._held.clear()
            self._marks.mark_all(self._stamp)
            return
        for entity in what.entities:
            self._marks.mark(("entity", entity), self._stamp)
        for entity, name in what.fields:
            self._marks.mark(("fields", entity), self._stamp)
            self._marks.mark(("field", entity, name), self._stamp)
        for name in what.types:
            self._marks.mark(("type", name), self._stamp)
        for tag in what.tags:
            self._marks.mark(("tag", tag), self._stamp)
        self._held.make_room(self._marks.size)

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        """Among all who use this store."""
        now = self._now()
        if len(self._leases) > self._sweep_at:
            self._leases = {name: until for name, until in self._leases.items() if abs(until) > now}
            self._sweep_at = max(_MANY_LEASES, 2 * len(self._leases))
        return [self._claim(name, now, now + milliseconds) for name in names]

    async def release(self, names: Sequence[str]) -> None:
        """Whoever got them."""
        for name in names:
            if name in self._leases:
                self._leases[name] = -abs(self._leases[name])

    async def close(self) -> None:
        """Frees the memory."""
        self._held.clear()

    def statistics(self) -> StoreStatistics:
        """For metrics and tests."""
        self._counts.evicted = self._held.evicted
        return self._counts.statistics(self._held.size + self._marks.size)

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _entries(self, wanted: Wanted, now: int) -> Mapping[str, Entry]:
        self._counts.wanted += len(wanted.fields)
        fields = self._held.get(wanted.entity)
        if fields is None:
            return {}
        found = {}
        for field in wanted.fields:
            kept = fields.kept.get(field)
            if kept is None or kept.value is None:
                continue
            group = kept.group
            there = entry(kept.value, group, now)
            if max(there.stale, there.spare) < 0 or not self._counts_still(group, field):
                self._held.remove(wanted.entity, field)
            else:
                fields.use(field, kept)
                found[field] = there
        self._counts.found += len(found)
        return found

    def _fill(self, stamp: int, fill: Fill, born: int) -> None:
        group = Group(fill.entity, stamp, born, fill.fresh, fill.stale, fill.spare, fill.tags)
        for field, value in fill.values.items():
            if self._counts_still(group, field):
                self._held.put(fill.entity, field, value, group)
            else:
                self._counts.refused += 1

    def _counts_still(self, group: Group, field: str) -> bool:
        marks, stamp, entity = self._marks, group.stamp, group.entity
        if stamp >= marks.last or stamp < marks.floor:
            return stamp >= marks.last
        return (
            stamp >= marks.latest(("entity", entity))
            and stamp >= marks.latest(("type", type_of(entity)))
            and all(stamp >= marks.latest(("tag", tag)) for tag in group.tags)
            and (
                stamp >= marks.latest(("fields", entity))
                or stamp >= marks.latest(("field", entity, field_name(field)))
            )
        )

    def _claim(self, name: str, now: int, until: int) -> int:
        if (held := self._leases.get(name, now)) > now:
            return held - now
        self._leases[name] = until
        return GIVEN_BACK if held < -now else 0
