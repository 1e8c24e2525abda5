"""What an answer was made of, as the caches of its subgraphs tell: for how long it holds, and what would change it."""

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

from router.cache.coordinates import Coordinate
from router.cache.store import type_of

if TYPE_CHECKING:
    from router.cache.trace import Trace


class CacheMode(Enum):
    """What a client wants of the cache: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1"""

    USE = "use"
    REFRESH = "refresh"
    """no-cache: everything is fetched, and kept."""
    BYPASS = "bypass"
    """no-store: nothing is read or kept."""


class Usage:
    """Of one client request. `began` is the moment of `Answers` when it came; `haste`, how much longer than fetching takes
    a value must still hold so that it is not fetched ahead of its end."""

    __slots__ = (
        "began",
        "compares",
        "counts",
        "dependencies",
        "fresh",
        "haste",
        "is_shared",
        "mode",
        "pace",
        "trace",
    )

    def __init__(
        self, began: int, mode: CacheMode = CacheMode.USE, haste: float = 0.0, trace: "Trace | None" = None
    ) -> None:
        self.began = began
        self.mode = mode
        self.haste = haste
        self.trace = trace
        self.compares = False
        """What is found is fetched all the same, and compared: see `shadow`."""
        self.pace = 0.0
        """Milliseconds that the slowest of its subgraphs takes."""
        self.counts: dict[Coordinate, int] = {}
        """How many fields it has."""
        self.fresh = math.inf
        """Milliseconds; 0 where a part of it must not be kept."""
        self.is_shared = True
        """Nothing in it depends on who asks."""
        self.dependencies: set[str] = set()

    def never(self) -> None:
        """A part came past the caches."""
        self.fresh = 0.0

    def add(
        self,
        fresh: float,
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
        self.fresh = min(self.fresh, fresh)
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
