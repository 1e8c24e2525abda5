"""Where the values of an answer came from, for those who want to see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from router.cache.asking import Asking, Spot
from router.cache.shape import Shape
from router.cache.under_way import FieldOf, Values
from router.upstream.subgraph import SubgraphResponse


class Status(Enum):
    """Of a value: found fresh, found older than it should be, fetched and kept, or fetched since it may not be kept."""

    HIT = "hit"
    STALE = "stale"
    MISS = "miss"
    UNCACHED = "uncached"


class Origin(NamedTuple):
    """`age` and `left`: milliseconds since it was fetched, and until it is not fresh any more."""

    status: Status
    age: int = 0
    left: int = 0


class Traced(NamedTuple):
    """One answer of one subgraph. `origins`: of the values that were found; what else there is was fetched.

    `tops`: what the operation begins with, by response key; None where it was asked as a whole.
    """

    shape: Shape
    asking: Asking
    tops: Sequence[tuple[str, Sequence[Spot]]] | None
    values: Values
    origins: dict[FieldOf, Origin]
    response: SubgraphResponse


@dataclass(slots=True)
class Trace:
    """Of one client request."""

    answers: list[Traced] = field(default_factory=list)
