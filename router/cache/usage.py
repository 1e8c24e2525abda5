"""What an answer was made of, as the caches of its subgraphs tell: for how long it holds, and what would change it."""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final

import msgspec

from router.cache.coordinates import Coordinate
from router.cache.store import type_of

if TYPE_CHECKING:
    from router.cache.trace import Trace


OVER: Final = -math.inf
"""When what must not be kept was over."""


class CacheMode(Enum):
    """What a client wants of the cache: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1"""

    USE = "use"
    REFRESH = "refresh"
    """no-cache: everything is fetched, and kept."""
    BYPASS = "bypass"
    """no-store: nothing is read or kept."""
    ONLY = "only"
    """only-if-cached: nothing is fetched."""
    NOTHING = "nothing"
    """only-if-cached beside one of the others: nothing is read or fetched."""


class CacheDemand(msgspec.Struct, frozen=True, gc=False):
    """What a client demands of all that its answer is made of. Milliseconds; None, where it demands nothing."""

    mode: CacheMode = CacheMode.USE
    max_age: int | None = None
    min_fresh: int | None = None

    @property
    def fetches(self) -> bool:
        """Whether subgraphs may be asked."""
        return self.mode not in (CacheMode.ONLY, CacheMode.NOTHING)

    @property
    def is_choosy(self) -> bool:
        """Whether not everything will do that is kept."""
        return self.max_age is not None or self.min_fresh is not None

    def takes(self, age: int, fresh: float) -> bool:
        """Something that is so old, and holds for so long."""
        return (self.max_age is None or age <= self.max_age) and (
            self.min_fresh is None or fresh >= self.min_fresh
        )


NO_DEMAND: Final = CacheDemand()


class Usage:
    """Of one client request. `began` is the moment of `Answers` when it came; `haste`, how much longer than fetching takes
    a value must still hold so that it is not fetched ahead of its end. `clock` is that of the cache, in seconds."""

    __slots__ = (
        "began",
        "clock",
        "compares",
        "counts",
        "demand",
        "dependencies",
        "haste",
        "is_shared",
        "pace",
        "trace",
        "until",
    )

    def __init__(
        self,
        began: int,
        demand: CacheDemand = NO_DEMAND,
        haste: float = 0.0,
        trace: "Trace | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.began = began
        self.demand = demand
        self.haste = haste
        self.trace = trace
        self.compares = False
        """What is found is fetched all the same, and compared: see `shadow`."""
        self.pace = 0.0
        """Milliseconds that the slowest of its subgraphs takes."""
        self.counts: dict[Coordinate, int] = {}
        """How many fields it has."""
        self.until = math.inf
        """Milliseconds of the clock; long ago where a part of it must not be kept."""
        self.clock = clock
        self.is_shared = True
        """Nothing in it depends on who asks."""
        self.dependencies: set[str] = set()

    def never(self) -> None:
        """A part came past the caches."""
        self.until = OVER

    @property
    def mode(self) -> CacheMode:
        """What the client wants."""
        return self.demand.mode

    @property
    def fresh(self) -> float:
        """Milliseconds that it still holds."""
        return max(0.0, self.until - self.clock() * 1000)

    def add(
        self,
        until: float,
        entities: Iterable[str],
        tags: Iterable[str],
        counts: Mapping[Coordinate, int],
        *,
        is_shared: bool,
        pace: float,
    ) -> None:
        """One part."""
        self.pace = max(self.pace, pace)
        for coordinate, count in counts.items():
            self.counts[coordinate] = self.counts.get(coordinate, 0) + count
        self.until = min(self.until, until)
        self.is_shared = self.is_shared and is_shared
        for entity in entities:
            self.dependencies.add(on_entity(entity))
            self.dependencies.add(on_type(type_of(entity)))
        self.dependencies.update(map(on_tag, tags))


def on_entity(entity: str) -> str:
    """The name of a dependency."""
    return f"e{entity}"


def on_type(type_name: str) -> str:
    """The name of a dependency."""
    return f"t{type_name}"


def on_tag(tag: str) -> str:
    """The name of a dependency."""
    return f"g{tag}"


def sorted_out(dependencies: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """Entities, types and tags."""
    found: dict[str, list[str]] = {"e": [], "t": [], "g": []}
    for each in dependencies:
        found[each[0]].append(each[1:])
    return found["e"], found["t"], found["g"]
