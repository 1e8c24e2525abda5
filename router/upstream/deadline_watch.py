"""One timer for many deadlines, because a timer for each call costs more than all else that guards it."""

import asyncio
import math
from collections.abc import Callable
from contextvars import Context
from typing import Final

PAUSE_SECONDS: Final = 0.01
"""At least from one look to the next, so that clients with short deadlines do not make us look all the time."""


class DeadlineWatch:
    """Calls `expire` when the soonest deadline has passed, or a moment later. That gives the soonest of those left.

    Whoever adds a deadline compares it with `next_look`, and says `look_at` if it comes sooner.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, expire: Callable[[float], float]) -> None:
        self.next_look = math.inf
        self._loop = loop
        self._expire = expire
        self._last_look = -math.inf
        self._timer: asyncio.TimerHandle | None = None

    def look_at(self, deadline: float) -> None:
        """In seconds of the event loop's clock."""
        when = max(deadline, self._last_look + PAUSE_SECONDS)
        if when >= self.next_look:
            return
        if self._timer is not None:
            self._timer.cancel()
        self.next_look = when
        # A context of its own, or it would keep that of the first request.
        self._timer = self._loop.call_at(when, self._look, context=Context())

    def stop(self) -> None:
        """Until there is another deadline."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self.next_look = None, math.inf

    def _look(self) -> None:
        self._timer, self.next_look = None, math.inf
        self._last_look = now = self._loop.time()
        soonest = self._expire(now)
        if soonest < math.inf:
            self.look_at(soonest)
