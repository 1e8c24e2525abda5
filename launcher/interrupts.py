"""Ctrl-C and its relatives: one way out of a command, and undisturbed cleaning up on that way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP end a command as Ctrl-C does. While it cleans up, it cannot be interrupted again."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        ignore_signals()
        raise KeyboardInterrupt

    for ending in ENDING:
        signal.signal(ending, interrupt)
    yield


def ignore_signals() -> None:
    """From now on nothing interrupts; for cleaning up."""
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)
