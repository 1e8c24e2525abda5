"""Numbers that stand for what several clocks said, so that a stamp of all of them is one that can be compared."""

from collections.abc import Sequence
from typing import Final

_MOST: Final = 10_000


class Stamps:
    """Of one process. A larger number stands for clocks of which none is behind: those that were the last to be heard of.

    Whoever has read when a clock said 7, and gets 8 since somebody else has heard that meanwhile, is not told anything wrong: what
    he fetches, he fetches later than that. The other way round, 0 is for a clock that nobody has heard of, and counts for nothing.
    """

    def __init__(self, clocks: int, most: int = _MOST) -> None:
        self._latest = (0,) * clocks
        self._number = 0
        self._most = most
        self._known: dict[int, tuple[int, ...]] = {}

    def note(self, clocks: Sequence[int]) -> int:
        """What they say now; 0 for one that cannot be read."""
        latest = tuple(map(max, self._latest, clocks))
        if latest != self._latest:
            self._latest = latest
            self._number += 1
            self._known[self._number] = latest
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]
        return self._number

    def clocks(self, stamp: int) -> Sequence[int] | None:
        """None for a number that was not given, or too long ago."""
        return self._known.get(stamp)
