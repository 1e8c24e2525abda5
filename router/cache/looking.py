"""What a store has of what one request asks: read stage by stage, since what is read tells which entities come next."""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from router.cache.asking import Asked, Asking, Spot, View
from router.cache.coordinates import Coordinate
from router.cache.filling import tag_of_lists
from router.cache.identity import key_json
from router.cache.other_keys import POINTER, read_pointer
from router.cache.put_together import PuttingTogether
from router.cache.shape import Case, Member
from router.cache.store import Entry, FieldStore, Fill, Found, Wanted, type_of
from router.cache.take_apart import Taken
from router.cache.trace import UNCACHED, Origin, Status
from router.cache.under_way import FieldOf, Nothing, UnderWay, Values
from router.cache.usage import OVER

_MS: Final = 1000
_NOTHING: Final[dict[str, bytes]] = {}


class _Step(NamedTuple):
    """A spot, and how one gets there: by a field of another one."""

    spot: Spot
    parent: "_Step | None" = None
    by: Asked | None = None


@dataclass(slots=True)
class Missing:
    """Of one case: the spots where something is missing, each with the fields that have to be asked there."""

    case: Case
    spots: dict[tuple[str, int], tuple[Spot, set[Asked]]] = field(default_factory=dict)

    def fields(self) -> set[FieldOf]:
        """Those that others may be fetching for themselves."""
        return {
            (spot.entity, each.id)
            for spot, lacking in self.spots.values()
            for each in lacking
            if each.is_storable
        }


@dataclass(slots=True)
class Outlook:
    """What has to be fetched, by case, and what others are fetching already."""

    missing: dict[int, Missing] = field(default_factory=dict)
    waits: "set[asyncio.Future[Values | Nothing]]" = field(default_factory=set)

    @property
    def is_clear(self) -> bool:
        """Whether everything is known."""
        return not self.missing and not self.waits


class Looking:
    """`absent` is the id under which a store has that an entity does not exist. What is fresh for less than `ahead`
    milliseconds more is used and fetched again. `sampled`: ages and bytes are counted."""

    def __init__(
        self,
        store: FieldStore,
        under_way: UnderWay,
        asking: Asking,
        absent: str,
        clock: Callable[[], float],
        ahead: float = 0.0,
        *,
        sampled: bool = False,
    ) -> None:
        self.values: dict[str, dict[str, bytes]] = {}
        self.absent: set[str] = set()
        self.looked: dict[str, Mapping[str, object]] = {}
        """By entity, the ids that the store was asked for."""
        self.stamp: int | None = None
        """Of the earliest read."""
        self.hits = 0
        self.stale: set[FieldOf] = set()
        """Fields that are used now, and fetched again afterwards."""
        self.spare: dict[FieldOf, bytes] = {}
        """Values that are used only if no others can be had."""
        self.until = math.inf
        """Milliseconds of the clock when the first of what is used is over; long ago if some of it must not be kept."""
        self.visited: dict[View, list[Spot]] = {}
        self.tags: set[str] = set()
        self.fetched: dict[Coordinate, int] = {}
        """Tags and numbers of fields of what was fetched as a whole, which is not visited."""
        self.origins: dict[FieldOf, Origin] | None = None
        """Of what was found, for those who want to know."""
        self.compared: dict[FieldOf, tuple[Coordinate, bytes, int]] | None = None
        """What was found fresh, for comparing: see `shadow.Hits`."""
        self.skimmed: set[Member] = set()
        """Fields that were skimmed, once."""
        self._learning: dict[Member, list[tuple[int, int]]] = {}
        """Of each entity that they lead to, how many fields were known, of those that may be."""
        self.is_shared = True
        self.together = PuttingTogether(asking, self.values)
        self._store = store
        self._under_way = under_way
        self._asking = asking
        self._absent_id = absent
        self._clock = clock
        self._asked_at = 0.0
        self._fresh = math.inf
        self._ahead = ahead
        self._sampled = sampled

    async def look(self, tops: Sequence[Spot]) -> Outlook:
        """From the tops on. Raises MissingEntryError or msgspec.MsgspecError for entries that are damaged."""
        outlook = Outlook()
        seen: dict[int, set[str]] = {}
        steps = [_Step(spot) for spot in tops]
        self.visited = {}
        while steps:
            views = [self._asking.view(step.spot) for step in steps]
            await self._read(steps, views)
            following: list[_Step] = []
            for step, view in zip(steps, views, strict=True):
                self.visited.setdefault(view, []).append(step.spot)
                if step.parent is None and step.spot.entity in self.absent:
                    continue
                known = self._known(step.spot, view)
                if self._learning:
                    self._learn_of(step, known, view)
                if not known.keys() >= view.ids:
                    self._sort(step, [each for each in view.asked if each.id not in known], outlook)
                for _, asked in view.links:
                    if asked.id in known:
                        self._follow(step, asked, known[asked.id], seen, following)
            steps = following
        self._learn()
        if self.stamp is None and not outlook.is_clear:
            await self.now()
        return outlook

    def skim(self, members: Iterable[Member]) -> None:
        """No more of what these lead to is fetched now than has to be."""
        self.skimmed.update(members)
        self._learning.update((member, []) for member in members)

    def _learn_of(self, step: _Step, known: Mapping[str, bytes], view: View) -> None:
        count = len(known.keys() & view.storable.keys()), len(view.storable)
        above: _Step | None = step
        while above is not None and above.by is not None:
            if (counts := self._learning.get(above.by.member)) is not None:
                counts.append(count)
            above = above.parent

    def _learn(self) -> None:
        for member, found in tuple(self._learning.items()):
            if found:
                known, total = (sum(each) for each in zip(*found, strict=True))
                member.coordinate.skimming.note(known, total)
                del self._learning[member]

    def _known(self, spot: Spot, view: View) -> Mapping[str, bytes]:
        if not view.keys or spot.case.identity is None:
            return self.values.get(spot.entity, _NOTHING)
        known = self.values.setdefault(spot.entity, {})
        for id_, name in view.keys:
            if id_ not in known:
                known[id_] = key_json(spot.entity, spot.case.identity, name)
        return known

    def _follow(
        self, step: _Step, asked: Asked, value: bytes, seen: dict[int, set[str]], following: list[_Step]
    ) -> None:
        for spot in self.together.inside(asked.member, value):
            known = seen.setdefault(id(spot.case), set())
            if spot.entity not in known:
                known.add(spot.entity)
                following.append(_Step(spot, step, asked))

    async def follow(self, pointers: Mapping[str, Member]) -> dict[str, str | None]:
        """Names under other keys, each with the entity's own name, or None where there is none; as far as that is known.
        Raises msgspec.MsgspecError for entries that are damaged."""
        wanted = {each: {POINTER: member, self._absent_id: None} for each, member in pointers.items()}
        found = await self._ask([Wanted(each, tuple(ids)) for each, ids in wanted.items()])
        names: dict[str, str | None] = {}
        for pointer, entries in zip(wanted, found.entries, strict=True):
            values = self._usable(pointer, entries, wanted[pointer])
            if POINTER in values:
                names[pointer] = read_pointer(values[POINTER], type_of(pointer))
            elif values:
                names[pointer] = None
                self.absent.add(pointer)
                self.tags.add(tag_of_lists(type_of(pointer)))
        self._note_fresh()
        return names

    async def now(self) -> None:
        """Whatever is fetched from here on is as new as this."""
        self.stamp = (await self._store.read(())).stamp

    def forget_stale(self) -> None:
        """So that it is missing."""
        for entity, id_ in self.stale:
            self.values.get(entity, {}).pop(id_, None)

    def use_spare(self) -> None:
        """For what is not known otherwise."""
        self.until = OVER
        for (entity, id_), value in self.spare.items():
            self.values.setdefault(entity, {}).setdefault(id_, value)

    def note(self, fresh: float) -> None:
        """Something is used that was fetched, and holds for so long."""
        self.until = min(self.until, self._clock() * _MS + fresh) if fresh > 0 else OVER

    def look_again(self) -> None:
        """What was missing may have been filled in meanwhile."""
        self.looked.clear()

    def take_over(self, values: Values) -> None:
        """What somebody else has fetched, as far as it was looked for here, for this viewer."""
        for entity, found in values.items():
            self.until = OVER  # nobody has said for how long it holds
            looked = self.looked.get(entity, _NOTHING)
            own = {id_: value for id_, value in found.items() if id_ in looked}
            if own:
                self.values.setdefault(entity, {}).update(own)
                if self.origins is not None:
                    self.origins.update(((entity, id_), Origin(Status.MISS)) for id_ in own)

    def trace(self, taken: Iterable[Taken], fills: Iterable[Fill], age: int) -> None:
        """For those who want to know: what was fetched, and what of it is filled in."""
        if self.origins is None:
            return
        self.origins.update(((each.entity, each.id), UNCACHED) for each in taken)
        for fill in fills:
            miss = Origin(Status.MISS, age, fill.fresh - age)
            self.origins.update(((fill.entity, id_), miss) for id_ in fill.values)

    async def _read(self, steps: Sequence[_Step], views: Sequence[View]) -> None:
        wanted: dict[str, Mapping[str, Member | None]] = {}
        for step, view in zip(steps, views, strict=True):
            if view.storable:
                self._want(step.spot, view, wanted)
        if not wanted:
            return
        found = await self._ask([Wanted(each, tuple(ids)) for each, ids in wanted.items()])
        for (entity, members), entries in zip(wanted.items(), found.entries, strict=True):
            values = self._usable(entity, entries, members)
            self.hits += len(values)
            if values.pop(self._absent_id, None) is not None:
                self.absent.add(entity)
            known = self.values.get(entity)
            if known is None:
                self.values[entity] = values
            else:
                known.update(values)
        self._note_fresh()

    async def _ask(self, wanted: Sequence[Wanted]) -> Found:
        self._asked_at, self._fresh = self._clock() * _MS, math.inf
        found = await self._store.read(wanted)
        self.stamp = found.stamp if self.stamp is None else min(self.stamp, found.stamp)
        return found

    def _note_fresh(self) -> None:
        """Of all that the last answer of the store had, which may have taken its time."""
        self.until = min(self.until, self._asked_at + self._fresh)

    def _want(self, spot: Spot, view: View, wanted: dict[str, Mapping[str, Member | None]]) -> None:
        entity, members = spot.entity, view.storable
        if spot.representation is not None:
            if view.sent is None:
                view.sent = {**members, self._absent_id: None}
            members = view.sent
        looked, known = self.looked.get(entity), self.values.get(entity)
        if looked is not None or known is not None or entity in self.absent:
            done = {*(looked or ()), *(known or ())}
            members = {id_: member for id_, member in members.items() if id_ not in done}
            if entity in self.absent or members.keys() <= {self._absent_id}:
                return
            looked, members = {**(looked or {}), **members}, {**wanted.get(entity, {}), **members}
        wanted[entity] = members
        self.looked[entity] = looked or members

    def _usable(
        self, entity: str, entries: Mapping[str, Entry], members: Mapping[str, Member | None]
    ) -> dict[str, bytes]:
        """Whoever filled it in may have had a policy that allows more."""
        values = {}
        for id_, entry in entries.items():
            member = members[id_]
            policy = member.policy if member is not None else None
            over = entry.age - policy.max_age * _MS if policy is not None else 0
            if entry.fresh > 0 and over <= 0:
                values[id_] = entry.value
                if entry.fresh < self._fresh:
                    self._fresh = entry.fresh
                if member is not None:
                    if entry.fresh < self._ahead:
                        self.stale.add((entity, id_))
                    member.coordinate.hits += 1
                    if self._sampled:
                        self._note(entity, id_, member, entry, Status.HIT)
                elif self.origins is not None:
                    self.origins[entity, id_] = Origin(Status.HIT, entry.age, entry.fresh)
            elif member is None or policy is None:
                continue
            elif entry.stale > 0 and over <= policy.stale_while_revalidate * _MS:
                values[id_] = entry.value
                self.stale.add((entity, id_))
                self.until = OVER
                member.coordinate.stale += 1
                if self._sampled:
                    self._note(entity, id_, member, entry, Status.STALE)
            elif entry.spare > 0 and over <= policy.stale_if_error * _MS:
                self.spare[entity, id_] = entry.value
                if self.origins is not None:
                    self.origins[entity, id_] = Origin(Status.STALE, entry.age)
        return values

    def _note(self, entity: str, id_: str, member: Member, entry: Entry, status: Status) -> None:
        coordinate = member.coordinate
        coordinate.sampled += 1
        coordinate.age += entry.age
        coordinate.bytes += len(entry.value)
        if self.compared is not None and status is Status.HIT:
            self.compared[entity, id_] = coordinate, entry.value, entry.age
        if self.origins is not None:
            self.origins[entity, id_] = Origin(status, entry.age, entry.fresh)

    def _sort(self, step: _Step, lacking: Sequence[Asked], outlook: Outlook) -> None:
        """Into what others are fetching and what is to be fetched: by the entity's key, or with what leads to it."""
        spot = step.spot
        # Without a stamp nobody knows whether a fetch is from before an invalidation that has ended.
        stamp = self.stamp if self.stamp is not None and self.stamp > 0 else math.inf
        futures = [
            self._under_way.find((spot.entity, each.id), stamp) for each in lacking if each.is_storable
        ]
        waits = {each for each in futures if each is not None}
        if len(futures) == len(lacking) and None not in futures:
            outlook.waits |= waits
            return
        wanted = set(lacking)
        while step.parent is not None and step.by is not None and not spot.case.fetchable:
            wanted, step = {step.by}, step.parent
            spot = step.spot
        found = outlook.missing.setdefault(id(spot.case), Missing(spot.case))
        found.spots.setdefault((spot.entity, id(spot.representation)), (spot, set()))[1].update(wanted)
