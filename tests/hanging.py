"""A test that hangs says what its coroutines wait for, before pytest ends its process, which tells only of threads."""

import asyncio
import gc
import threading
import time
from typing import IO, Final

_LOOKS: Final = 1.0
"""Seconds from one look to the next."""


class Watch:
    """Over the tests of a process, one after another. `seconds`: how long one may take. `out` is this process's own."""

    def __init__(self, seconds: float, out: IO[str]) -> None:
        self._seconds = seconds
        self._running: tuple[str, float] | None = None
        self._out = out
        threading.Thread(target=self._look, daemon=True, name="watch over tests").start()

    def begins(self, test: str) -> None:
        """Now."""
        self._running = test, time.monotonic()

    def ends(self) -> None:
        """The one that began last."""
        self._running = None

    def _look(self) -> None:
        while True:
            time.sleep(_LOOKS)
            running = self._running
            if running is not None and time.monotonic() - running[1] > self._seconds:
                self.ends()
                print(f"\n{running[0]} hangs. Its tasks:", file=self._out)
                print_tasks(self._out)
                self._out.flush()


def print_tasks(out: IO[str]) -> None:
    """Of all event loops of the process, each with what it waits for, however deep."""
    for loop in [each for each in gc.get_objects() if isinstance(each, asyncio.AbstractEventLoop)]:
        for task in asyncio.all_tasks(loop):
            print(task.get_name(), file=out)
            awaited: object = task.get_coro()
            while awaited is not None:
                frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
                if frame is not None:
                    code = frame.f_code
                    print(f"  {code.co_filename}:{frame.f_lineno} {code.co_name}", file=out)
                awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
