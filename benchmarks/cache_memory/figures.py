"""What was measured, and what follows from it."""

from typing import Final

import msgspec

BYTES_OF_PARTS: Final = ("values", "names", "heads", "structure")
"""JSON; keys, ids and, in a process, tags; in Redis what an entry has before its value; and all else."""


class Times(msgspec.Struct, frozen=True):
    """Milliseconds that a tenth of all stayed under, with this many entities. `read` is of 100 entities, invalidations are of one thing."""

    entities: int
    fill: float
    read: float
    tag: float
    type: float
    everything: float


class Size(msgspec.Struct, frozen=True):
    """Of one store, in bytes. `taken` is what it takes in truth, `counted` what it, or Redis of itself, says."""

    store: str
    entities: int
    entries: int
    taken: int
    counted: int
    parts: dict[str, float]
    """Of an entity."""
    traced: int = 0
    """As Python allocates it; 0 where it does not."""
    bound: int = 0
    seconds: float = 0
    dataset: int = 0
    """Of Redis's own figures: without its tables of keys."""
    sampled: float = 0
    """MEMORY USAGE of an entity."""
    encoding: str = ""

    @property
    def per_entity(self) -> float:
        return self.taken / self.entities

    @property
    def per_entry(self) -> float:
        return self.taken / self.entries


class Eviction(msgspec.Struct, frozen=True):
    """A Redis that has too little memory: shares of what was asked that was there, and what went wrong."""

    policy: str
    hits: float
    wrong: int
    evicted: int
    failures: int


class Report(msgspec.Struct, frozen=True):
    """All of a run."""

    machine: dict[str, str]
    settings: dict[str, int]
    sizes: list[Size]
    times: dict[str, list[Times]]
    """By store."""
    evictions: list[Eviction]
