"""What a process promises Redis, again and again: that it will be told of whatever is changed through this process.

A promise holds for some seconds, and is renewed as long as Redis answers. Where Redis cannot be told, nobody is told that
something has changed until the promise is over. From then on Redis answers nobody from what it had before: it may be out of
date. So a Redis that hangs and goes on has forgotten everything if it must, and nothing if that was short; and so it has when
a process ends without saying so.
"""

from typing import Final

LASTS: Final = 2.0
"""Seconds. More delays mutations for longer when Redis breaks, less forgets for every process that hangs for a moment."""
NOT_NOW: Final = 0
GOODBYE: Final = -1
"""What is sent in place of an end."""


class Promise:
    """Times are seconds of a clock that does not go back, those of Redis milliseconds."""

    def __init__(self) -> None:
        self.ends = float("-inf")
        """Nobody counts on it from then on, whatever of it has arrived."""
        self._ahead: float | None = None

    def heard(self, now: float, server: int) -> None:
        """Redis has answered, with its time."""
        self._ahead = server - now * 1000

    def renew(self, now: float) -> int:
        """The end by Redis's time, to be sent now."""
        if self._ahead is None:
            return NOT_NOW
        self.ends = now + LASTS
        return int(self.ends * 1000 + self._ahead)
