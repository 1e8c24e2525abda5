"""Whoever looks into a test that hung finds what it waited for."""

import asyncio
from io import StringIO
from pathlib import Path

from tests.hanging import Watch


async def _wait(forever: asyncio.Event) -> None:
    async with asyncio.timeout(600):
        await forever.wait()


async def test_a_test_that_hangs_says_what_its_tasks_wait_for() -> None:
    out = StringIO()
    task = asyncio.create_task(_wait(asyncio.Event()), name="one that waits")
    watch = Watch(0.01, out)
    watch.begins("test_this")
    async with asyncio.timeout(30):
        while "locks.py" not in out.getvalue():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.1)
    task.cancel()
    told = out.getvalue()
    assert told.startswith("\ntest_this hangs.")
    waits = told[told.index("one that waits") :].splitlines()[1:3]
    assert waits[0].strip().startswith(f"{Path(__file__)}:")
    assert waits[0].endswith(" _wait")
    assert waits[1].endswith(" wait")


async def test_one_that_ended_says_nothing() -> None:
    out = StringIO()
    watch = Watch(0.01, out)
    watch.begins("test_this")
    watch.ends()
    await asyncio.sleep(1.2)
    assert out.getvalue() == ""
