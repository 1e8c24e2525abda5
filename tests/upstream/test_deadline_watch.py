"""One timer for all deadlines: how often it looks, and that it does not forget one."""

import asyncio
import math

from router.upstream.deadline_watch import PAUSE_SECONDS, DeadlineWatch
from tests.upstream.virtual_loop import virtual_time


class Deadlines:
    """Keeps those that are left, and when it was looked at them."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.begin = self.loop.time()
        self.left: list[float] = []
        self.looks: list[float] = []
        self.watch = DeadlineWatch(self.loop, self.expire)

    def add(self, seconds: float) -> None:
        deadline = self.loop.time() + seconds
        self.left.append(deadline)
        if deadline < self.watch.next_look:
            self.watch.look_at(deadline)

    def expire(self, now: float) -> float:
        self.looks.append(round(now - self.begin, 6))
        self.left = [deadline for deadline in self.left if deadline > now]
        return min(self.left, default=math.inf)


@virtual_time
async def test_looks_at_each_deadline() -> None:
    deadlines = Deadlines()
    for seconds in (3.0, 5.0, 1.0, 5.0):
        deadlines.add(seconds)
    await asyncio.sleep(100)
    assert deadlines.looks == [1.0, 3.0, 5.0]
    assert deadlines.left == []


@virtual_time
async def test_looks_again_for_a_deadline_that_comes_later() -> None:
    deadlines = Deadlines()
    deadlines.add(1.0)
    await asyncio.sleep(10)
    deadlines.add(1.0)
    await asyncio.sleep(10)
    assert deadlines.looks == [1.0, 11.0]


@virtual_time
async def test_looks_no_more_once_it_is_stopped() -> None:
    deadlines = Deadlines()
    deadlines.add(1.0)
    deadlines.watch.stop()
    await asyncio.sleep(10)
    assert deadlines.looks == []
    deadlines.add(1.0)
    await asyncio.sleep(10)
    assert deadlines.looks == [11.0]


@virtual_time
async def test_many_short_deadlines_do_not_make_it_look_all_the_time() -> None:
    deadlines = Deadlines()
    for _ in range(1000):
        deadlines.add(0.0001)
        await asyncio.sleep(0.0005)
    await asyncio.sleep(1)
    assert deadlines.left == []
    assert len(deadlines.looks) <= 1000 * 0.0005 / PAUSE_SECONDS + 2
