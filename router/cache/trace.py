"""Where the values of an answer came from, for those who want to see it."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from router.executor.errors import FetchScope
from router.executor.tree import Location, ResponsePath, written_out
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


Traced: TypeAlias = tuple[ResponsePath, Origin]
"""A field of a subgraph's answer."""

UNCACHED: Final = Origin(Status.UNCACHED)
_ORDER: Final = {status: number for number, status in enumerate(Status)}


class Trace:
    """Of one client request. Caches say what the answers of their subgraphs were made of, the executor where these go."""

    def __init__(self) -> None:
        self._answers: dict[int, tuple[SubgraphResponse, Sequence[Traced]]] = {}
        self._origins: dict[ResponsePath, Origin] = {}
        self._typenames: set[ResponsePath] = set()

    def note(self, response: SubgraphResponse, found: Sequence[Traced]) -> None:
        """Whoever gets this very response has these fields."""
        self._answers[id(response)] = response, found

    def joined(self, response: SubgraphResponse, scope: FetchScope) -> None:
        """It is in the client's answer now. What several answers have is as the one says that had more to do."""
        _, found = self._answers.get(id(response), (response, ()))
        for path, origin in found:
            for place in scope.locate(path):
                self._origins[place] = max(self._origins.get(place, origin), origin, key=_effort)

    def typename(self, location: Location) -> None:
        """Here is the name of a type, which is known by whatever led to the object."""
        self._typenames.add(written_out(location))

    def origin(self, path: ResponsePath) -> Origin:
        """Of a field of the client's answer."""
        if path in self._typenames:
            path = path[:-1]
            while path and isinstance(path[-1], int):
                path = path[:-1]
        return self._origins.get(path, UNCACHED)


def _effort(origin: Origin) -> tuple[int, int]:
    return _ORDER[origin.status], origin.age
