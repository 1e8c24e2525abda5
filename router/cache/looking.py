"""What a store has of what one request asks: read stage by stage, since what is read tells which entities come next."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from router.cache.asking import Asked, Asking, Spot
from router.cache.coordinates import Coordinate
from router.cache.filling import tag_of_lists
from router.cache.other_keys import POINTER, read_pointer
from router.cache.put_together import PuttingTogether
from router.cache.shape import Case, Member
from router.cache.store import Entry, FieldStore, Wanted, type_of
from router.cache.trace import Origin, Status
from router.cache.under_way import FieldOf, Nothing, UnderWay, Values

_MS: Final = 1000


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
        ahead: float = 0.0,
        *,
        sampled: bool = False,
    ) -> None:
        self.values: dict[str, dict[str, bytes]] = {}
        self.absent: set[str] = set()
        self.looked: set[FieldOf] = set()
        self.stamp: int | None = None
        """Of the earliest read."""
        self.hits = 0
        self.stale: set[FieldOf] = set()
        """Fields that are used now, and fetched again afterwards."""
        self.spare: dict[FieldOf, bytes] = {}
        """Values that are used only if no others can be had."""
        self.fresh = math.inf
        """Milliseconds until the first of what is used is over; 0 if some of it is, or must not be kept."""
        self.visited: list[Spot] = []
        self.tags: set[str] = set()
        self.fetched: dict[Coordinate, int] = {}
        """Tags and numbers of fields of what was fetched as a whole, which is not visited."""
        self.origins: dict[FieldOf, Origin] | None = None
        """Of what was found, for those who want to know."""
        self.is_shared = True
        self._store = store
        self._under_way = under_way
        self._asking = asking
        self._absent_id = absent
        self._ahead = ahead
        self._sampled = sampled

    async def look(self, tops: Sequence[Spot]) -> Outlook:
        """From the tops on. Raises MissingEntryError or msgspec.MsgspecError for entries that are damaged."""
        outlook = Outlook()
        seen: set[tuple[int, str]] = set()
        steps = [_Step(spot) for spot in tops]
        together = PuttingTogether(self._asking, self.values)
        self.visited.clear()
        while steps:
            await self._read(steps)
            following: list[_Step] = []
            for step in steps:
                self.visited.append(step.spot)
                if step.parent is None and step.spot.entity in self.absent:
                    continue
                lacking, inside = together.look(step.spot)
                if lacking:
                    self._sort(step, lacking, outlook)
                for spot, by in inside:
                    key = id(spot.case), spot.entity
                    if key not in seen:
                        seen.add(key)
                        following.append(_Step(spot, step, by))
            steps = following
        return outlook

    async def follow(self, pointers: Mapping[str, Member]) -> dict[str, str | None]:
        """Names under other keys, each with the entity's own name, or None where there is none; as far as that is known.
        Raises msgspec.MsgspecError for entries that are damaged."""
        wanted = {each: {POINTER: member, self._absent_id: None} for each, member in pointers.items()}
        found = await self._store.read([Wanted(each, tuple(ids)) for each, ids in wanted.items()])
        self.stamp = found.stamp if self.stamp is None else min(self.stamp, found.stamp)
        names: dict[str, str | None] = {}
        for pointer, entries in zip(wanted, found.entries, strict=True):
            values = self._usable(pointer, entries, wanted[pointer])
            if POINTER in values:
                names[pointer] = read_pointer(values[POINTER], type_of(pointer))
            elif values:
                names[pointer] = None
                self.absent.add(pointer)
                self.tags.add(tag_of_lists(type_of(pointer)))
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
        self.fresh = 0
        for (entity, id_), value in self.spare.items():
            self.values.setdefault(entity, {}).setdefault(id_, value)

    def note(self, fresh: float) -> None:
        """Something is used that was fetched, and holds for so long."""
        self.fresh = min(self.fresh, fresh)

    def look_again(self) -> None:
        """What was missing may have been filled in meanwhile."""
        self.looked.clear()

    def take_over(self, values: Values) -> None:
        """What somebody else has fetched, as far as it was looked for here, for this viewer."""
        for entity, found in values.items():
            self.fresh = 0  # nobody has said for how long it holds
            own = {id_: value for id_, value in found.items() if (entity, id_) in self.looked}
            if own:
                self.values.setdefault(entity, {}).update(own)

    async def _read(self, steps: Sequence[_Step]) -> None:
        wanted: dict[str, dict[str, Member | None]] = {}
        for step in steps:
            self._want(step.spot, wanted)
        if not wanted:
            return
        found = await self._store.read([Wanted(each, tuple(ids)) for each, ids in wanted.items()])
        self.stamp = found.stamp if self.stamp is None else min(self.stamp, found.stamp)
        for entity, entries in zip(wanted, found.entries, strict=True):
            values = self._usable(entity, entries, wanted[entity])
            self.hits += len(values)
            if values.pop(self._absent_id, None) is not None:
                self.absent.add(entity)
            self.values.setdefault(entity, {}).update(values)

    def _want(self, spot: Spot, wanted: dict[str, dict[str, Member | None]]) -> None:
        if spot.entity in self.absent:
            return
        known = self.values.get(spot.entity, {})
        entity, looked = spot.entity, self.looked
        for asked in self._asking.fields(spot):
            key = entity, asked.id
            if asked.is_storable and asked.id not in known and key not in looked:
                looked.add(key)
                wanted.setdefault(entity, {})[asked.id] = asked.member
        if spot.representation is not None and entity in wanted:
            wanted[entity][self._absent_id] = None

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
                if entry.fresh < self.fresh:
                    self.fresh = entry.fresh
                if member is not None:
                    if entry.fresh < self._ahead:
                        self.stale.add((entity, id_))
                    member.coordinate.hits += 1
                    if self._sampled:
                        self._note(entity, id_, member, entry, Status.HIT)
            elif member is None or policy is None:
                continue
            elif entry.stale > 0 and over <= policy.stale_while_revalidate * _MS:
                values[id_] = entry.value
                self.stale.add((entity, id_))
                self.fresh = 0
                member.coordinate.stale += 1
                if self._sampled:
                    self._note(entity, id_, member, entry, Status.STALE)
            elif entry.spare > 0 and over <= policy.stale_if_error * _MS:
                self.spare[entity, id_] = entry.value
        return values

    def _note(self, entity: str, id_: str, member: Member, entry: Entry, status: Status) -> None:
        coordinate = member.coordinate
        coordinate.sampled += 1
        coordinate.age += entry.age
        coordinate.bytes += len(entry.value)
        if self.origins is not None:
            self.origins[entity, id_] = Origin(status, entry.age, entry.fresh)

    def _sort(self, step: _Step, lacking: Sequence[Asked], outlook: Outlook) -> None:
        """Into what others are fetching and what is to be fetched: by the entity's key, or with what leads to it."""
        spot = step.spot
        futures = [
            self._under_way.find((spot.entity, each.id), self.stamp or 0)
            for each in lacking
            if each.is_storable
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
