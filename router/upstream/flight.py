"""One call to a subgraph and everybody who waits for it, until it ends or nobody waits any more."""

import asyncio
import math
from collections.abc import Callable

import msgspec

from router.upstream.call import Call
from router.upstream.codes import TIMEOUT
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse


class Flight(msgspec.Struct, eq=False):
    """`key` is where it is found. Each waiter has a future of its own, and a deadline, which may be infinite.

    A waiter that is cancelled leaves the others alone; with the last one the flight is given up.
    """

    # A msgspec struct, because one is made for each call, in a third of the time that a class takes.

    key: object
    request: SubgraphRequest
    waiters: dict[asyncio.Future[SubgraphResponse], float]
    give_up: Callable[["Flight"], None]
    permit: int
    since: float
    told: float
    """The deadline that the subgraph knows of, infinite if it knows none."""
    call: Call | None = None
    """To cancel: the first, or all further ones. None while it begins."""
    newest: Call | None = None
    """Whatever the answer will come from, as far as is known: a call, or all further ones."""

    @property
    def deadline(self) -> float:
        """When its last waiter has gone at the latest."""
        return max(self.waiters.values(), default=-math.inf)

    def takes(self, deadline: float, now: float) -> bool:
        """Whether somebody with this deadline may join now.

        Nobody gets an answer from before the question. And the subgraph may stop working when the time is over that it was
        told, so there must be half of the time that is wanted at least.
        """
        if self.newest is not None and self.newest.done():
            return False
        return self.told >= deadline or self.told - now >= (deadline - now) / 2

    def join(self, waiter: asyncio.Future[SubgraphResponse], deadline: float) -> None:
        """One more who waits."""
        self.waiters[waiter] = deadline
        waiter.add_done_callback(self.leave)

    def leave(self, waiter: asyncio.Future[SubgraphResponse]) -> None:
        """Of a waiter who was cancelled."""
        if self.waiters.pop(waiter, None) is not None and not self.waiters:
            self.give_up(self)

    def expire(self, now: float) -> float:
        """Tells those whose deadline has passed. Gives the next deadline, infinite if there is none."""
        late = [waiter for waiter, deadline in self.waiters.items() if deadline <= now]
        for waiter in late:
            waiter.remove_done_callback(self.leave)
            del self.waiters[waiter]
            if not waiter.done():
                waiter.set_exception(SubgraphError(TIMEOUT, "no answer before the deadline of its request"))
        if late and not self.waiters:
            self.give_up(self)
        return min(self.waiters.values(), default=math.inf)

    def answer(self, response: SubgraphResponse) -> None:
        """Ends it."""
        for waiter in self.waiters:
            waiter.remove_done_callback(self.leave)
            if not waiter.done():
                waiter.set_result(response)
        self.waiters.clear()

    def fail(self, error: BaseException) -> None:
        """Ends it."""
        for waiter in self.waiters:
            waiter.remove_done_callback(self.leave)
            if not waiter.done():
                waiter.set_exception(error)
        self.waiters.clear()
