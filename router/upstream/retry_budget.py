"""How many calls to one subgraph may be retries, so that retrying never multiplies an outage."""

from collections import deque
from typing import Final

WINDOW_SECONDS: Final = 10
EACH_SECOND: Final = 3
"""Retries that a subgraph with few calls may always have."""


class RetryBudget:
    """Retries are at most `share` of the calls of the last ten seconds; three in a second are allowed in any case.

    Times are seconds of any clock that does not go back.
    """

    def __init__(self, share: float, now: float) -> None:
        self._share = share
        self._begin = now
        self._end = now + 1
        self._calls = self._retries = 0
        """In the second that began at `_begin`."""
        self._past: deque[tuple[int, int]] = deque(maxlen=WINDOW_SECONDS - 1)

    def count(self, now: float) -> None:
        """A call that is no retry."""
        if now >= self._end:
            self._turn(now)
        self._calls += 1

    def take(self, now: float) -> bool:
        """Whether there may be a retry now; then it is counted."""
        if now >= self._end:
            self._turn(now)
        if self._retries >= EACH_SECOND and self._is_spent():
            return False
        self._retries += 1
        return True

    def _is_spent(self) -> bool:
        calls = self._calls + sum(calls for calls, _ in self._past)
        retries = self._retries + sum(retries for _, retries in self._past)
        return retries + 1 > self._share * calls

    def _turn(self, now: float) -> None:
        seconds = int(now - self._begin)
        for _ in range(min(seconds, WINDOW_SECONDS)):
            self._past.append((self._calls, self._retries))
            self._calls = self._retries = 0
        self._begin += seconds
        self._end = self._begin + 1
