"""Whole answers in the memory of a process, in front of the fields that they were made of, and gone with any of them.

A query that is asked again needs neither its fields to be looked for nor its answer to be put together. An answer never
lives longer than the first of its fields, and never through an invalidation of one.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from sys import getsizeof
from typing import Final, NamedTuple

from router.cache.coordinates import Coordinate, Coordinates
from router.cache.store import Invalidation
from router.cache.usage import Usage, on_entity, on_tag, on_type

_OVERHEAD: Final = 300
"""Bytes of an answer beside its text and its dependencies, each of which takes about as much as the text of its name."""
_DEPENDENCY: Final = 150
_COUNT: Final = 110


class _Answer(NamedTuple):
    body: bytes
    until: float
    dependencies: frozenset[str]
    size: int
    counts: Mapping[Coordinate, int]
    pace: float


class Held(NamedTuple):
    """An answer, and for how many milliseconds it holds."""

    body: bytes
    fresh: float


class AnswersStatistics(NamedTuple):
    """Since the start, but `entries` and `bytes`, which are now."""

    hits: int
    entries: int
    bytes: int


class Answers:
    """Bounded in bytes; what was used longest ago goes first. `clock` is in seconds and does not go back.

    `is_valid`: whether all has been heard of that would have to be dropped by now.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        max_bytes: int,
        coordinates: Coordinates,
        is_valid: Callable[[], bool] = lambda: True,
    ) -> None:
        self.moment = 0
        """Counts invalidations: an answer from before one may be made of what has changed."""
        self._clock = clock
        self._max_bytes = max_bytes
        self._coordinates = coordinates
        self._is_valid = is_valid
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._by_dependency: dict[str, set[Hashable]] = {}
        self._bytes = 0
        self._hits = 0
        self._uncounted: dict[Hashable, int] = {}
        """How often each was given, as far as its fields do not know it yet."""

    def get(self, key: Hashable, haste: float = 0.0) -> Held | None:
        """The answer, while it holds; not always to its very end, so that its fields are fetched ahead of theirs."""
        found = self._answers.get(key)
        if found is None or not self._is_valid():
            return None
        left = found.until - self._clock()
        if left <= 0:
            self._remove(key)
            return None
        if left * 1000 < haste * found.pace:
            return None
        self._answers.move_to_end(key)
        self._hits += 1
        self._uncounted[key] = self._uncounted.get(key, 0) + 1
        return Held(found.body, left * 1000)

    def put(self, key: Hashable, body: bytes, usage: Usage) -> None:
        """Keeps it, if it is the same for everybody and nothing has changed since it was begun."""
        if usage.fresh <= 0 or not usage.dependencies or not usage.is_shared or usage.began != self.moment:
            return
        dependencies = frozenset(usage.dependencies)
        names = sum(len(each) + _DEPENDENCY for each in dependencies)
        size = getsizeof(body) + names + len(usage.counts) * _COUNT + _OVERHEAD
        if size > self._max_bytes:
            return
        self._remove(key)
        until = self._clock() + usage.fresh / 1000
        self._answers[key] = _Answer(body, until, dependencies, size, usage.counts, usage.pace)
        self._bytes += size
        for each in dependencies:
            self._by_dependency.setdefault(each, set()).add(key)
        while self._bytes > self._max_bytes:
            self._remove(next(iter(self._answers)))

    def drop(self, what: Invalidation) -> None:
        """Everything that was made of it."""
        self.moment += 1
        if what.everything:
            self.count()
            self._answers.clear()
            self._by_dependency.clear()
            self._bytes = 0
            return
        for dependency in _dependencies(what):
            for key in tuple(self._by_dependency.get(dependency, ())):
                self._remove(key)

    def count(self) -> None:
        """Tells the coordinates how often their fields were given."""
        for key, times in self._uncounted.items():
            self._coordinates.used(self._answers[key].counts, times)
        self._uncounted.clear()

    def statistics(self) -> AnswersStatistics:
        """For metrics and tests."""
        return AnswersStatistics(self._hits, len(self._answers), self._bytes)

    def _remove(self, key: Hashable) -> None:
        found = self._answers.pop(key, None)
        if found is None:
            return
        self._bytes -= found.size
        times = self._uncounted.pop(key, 0)
        if times:
            self._coordinates.used(found.counts, times)
        for each in found.dependencies:
            keys = self._by_dependency[each]
            keys.discard(key)
            if not keys:
                del self._by_dependency[each]


def _dependencies(what: Invalidation) -> Iterator[str]:
    yield from map(on_entity, what.entities)
    yield from (on_entity(entity) for entity, _ in what.fields)
    yield from map(on_type, what.types)
    yield from map(on_tag, what.tags)
