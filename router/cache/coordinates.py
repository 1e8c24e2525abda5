"""What the cache counts of each field of the schema: found, fetched, how old, how large, and what it would have cost."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from router.cache.skimming import Skimming

_SAMPLE: Final = 16
"""Ages and bytes are taken from one of so many reads: they cost more than counting, and an average needs no more."""
AGES: Final = (1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400)
"""Seconds up to which ages are counted together; older ones are the last of all."""


def _no_ages() -> list[int]:
    return [0] * (len(AGES) + 1)


@dataclass(eq=False, slots=True, weakref_slot=True)
class Coordinate:
    """Since the start. `hits` are fresh values that were used, `stale` older ones that were allowed, `misses` what was fetched
    to be kept, and `passed` what was fetched and may not be kept."""

    name: str
    hits: int = 0
    stale: int = 0
    misses: int = 0
    passed: int = 0
    sampled: int = 0
    """Of the values that were found, those whose `age` and `bytes` were added up."""
    age: int = 0
    """Milliseconds."""
    bytes: int = 0
    fetched_in: float = 0.0
    """Seconds that fetching took: of each fetch, the part that falls to its fields of this coordinate."""
    skimming: Skimming = field(default_factory=Skimming)
    right: list[int] = field(default_factory=_no_ages)
    wrong: list[int] = field(default_factory=_no_ages)
    """Of values that were found and compared with what the subgraph says now, how many of which age: see `AGES`."""

    def compared(self, age: int, *, is_wrong: bool) -> None:
        """`age` in milliseconds."""
        found = self.wrong if is_wrong else self.right
        found[bisect_left(AGES, age / 1000)] += 1

    @property
    def found_bytes(self) -> int:
        """Of all that was found, by those that were added up."""
        return self.bytes * (self.hits + self.stale) // self.sampled if self.sampled else 0

    @property
    def saved(self) -> float:
        """Seconds of fetching, at what a field of this coordinate took on average when it was fetched."""
        fetched = self.misses + self.passed
        return self.fetched_in / fetched * (self.hits + self.stale) if fetched else 0.0


class Coordinates:
    """By `Type.field`."""

    def __init__(self) -> None:
        self.answers = 0
        """That were found whole."""
        self._known: dict[str, Coordinate] = {}
        self._reads = 0

    def of(self, type_name: str, field: str) -> Coordinate:
        """The same object for the same names."""
        name = f"{type_name}.{field}"
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Coordinate(name)
        return found

    def is_sampled(self) -> bool:
        """Whether a read that begins now also counts ages and bytes."""
        self._reads = (self._reads + 1) % _SAMPLE
        return self._reads == 0

    def used(self, fields: Mapping[Coordinate, int], times: int) -> None:
        """They were found together so many times, in a whole answer."""
        self.answers += times
        for each, count in fields.items():
            each.hits += count * times

    def __iter__(self) -> Iterator[Coordinate]:
        return iter(tuple(self._known.values()))
