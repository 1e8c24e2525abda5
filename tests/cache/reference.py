"""A field store that remembers everything and looks through all of it; and random steps for it and a real store."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from hypothesis import strategies as st

from router.cache.store import Fill, Invalidation, Wanted, field_name, type_of
from tests.cache.stores import World

ENTITIES = ("User:1", "User:2", "Film:1")
FIELDS = ("a", "a(1)", "b|me")
TAGS = ("x", "y")
Values = dict[tuple[str, str], tuple[bytes, int]]
"""With the time that is left in which they are fresh, in units of ten seconds."""


@dataclass
class Reference:
    """A stamp is the number of invalidations before it."""

    now: int = 0
    invalidations: list[Invalidation] = field(default_factory=list)
    kept: dict[tuple[str, str], tuple[Fill, int, int]] = field(default_factory=dict)

    def fill(self, stamp: int, fill: Fill) -> None:
        for name in fill.values:
            if self.counts((fill.entity, name), fill, stamp):
                self.kept[fill.entity, name] = fill, stamp, self.now

    def read(self) -> Values:
        found = {}
        for key, (fill, stamp, born) in self.kept.items():
            age = self.now - born
            lasts = fill.fresh + max(fill.stale, fill.spare)
            if age <= lasts and self.counts(key, fill, stamp):
                found[key] = fill.values[key[1]], round((fill.fresh - age) / 10_000)
        return found

    def counts(self, key: tuple[str, str], fill: Fill, stamp: int) -> bool:
        entity, name = key
        return not any(
            what.everything
            or entity in what.entities
            or (entity, field_name(name)) in what.fields
            or type_of(entity) in what.types
            or set(fill.tags) & set(what.tags)
            for what in self.invalidations[stamp:]
        )


class Step(ABC):
    """Does the same to both."""

    @abstractmethod
    async def take(
        self, world: World, reference: Reference, stamps: dict[int, tuple[int, int]]
    ) -> tuple[Values, Values] | None:
        """What both have, if it looks. `stamps`: of both, by number."""


@dataclass
class Read(Step):
    number: int

    async def take(
        self, world: World, reference: Reference, stamps: dict[int, tuple[int, int]]
    ) -> tuple[Values, Values] | None:
        found = await world.peer.read([Wanted(entity, FIELDS) for entity in ENTITIES])
        stamps[self.number] = found.stamp, len(reference.invalidations)
        values = {
            (entity, name): (entry.value, round(entry.fresh / 10_000))
            for entity, entries in zip(ENTITIES, found.entries, strict=True)
            for name, entry in entries.items()
        }
        return values, reference.read()


@dataclass
class Filling(Step):
    number: int
    fill: Fill

    async def take(
        self, world: World, reference: Reference, stamps: dict[int, tuple[int, int]]
    ) -> tuple[Values, Values] | None:
        if self.number in stamps:
            stamp, number = stamps[self.number]
            await world.store.fill(stamp, [self.fill])
            reference.fill(number, self.fill)
        return None


@dataclass
class Invalidating(Step):
    what: Invalidation

    async def take(
        self, world: World, reference: Reference, stamps: dict[int, tuple[int, int]]
    ) -> tuple[Values, Values] | None:
        await world.store.invalidate(self.what)
        reference.invalidations.append(self.what)
        return None


@dataclass
class Waiting(Step):
    seconds: int

    async def take(
        self, world: World, reference: Reference, stamps: dict[int, tuple[int, int]]
    ) -> tuple[Values, Values] | None:
        await world.advance(self.seconds * 1000)
        reference.now += self.seconds * 1000
        return None


def _some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)


# Time goes by in tens of seconds and entries end in between, so that a slow test does not change what is found.
_fills = st.builds(
    Fill,
    st.sampled_from(ENTITIES),
    st.dictionaries(st.sampled_from(FIELDS), st.binary(max_size=3), min_size=1),
    st.sampled_from([14_000, 44_000]),
    st.sampled_from([0, 20_000]),
    st.sampled_from([0, 40_000]),
    _some(TAGS),
)
_invalidations = st.builds(
    Invalidation,
    _some(ENTITIES),
    st.lists(st.tuples(st.sampled_from(ENTITIES), st.sampled_from(["a", "b"])), max_size=2).map(tuple),
    _some(("User", "Film")),
    _some(TAGS),
    st.sampled_from([False, False, False, True]),
)
_numbers = st.integers(0, 2)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Read, _numbers),
    st.builds(Filling, _numbers, _fills),
    st.builds(Filling, _numbers, _fills),
    st.builds(Invalidating, _invalidations),
    st.builds(Waiting, st.sampled_from([10, 30])),
)
