"""When the process looks for garbage: never at all that lasts while requests wait, if that can be helped.

A supergraph of 1,000 entities is 300,000 objects that refer to each other and last. Whatever lasts is moved out of the sight
of collections (`gc.freeze`), so it has to be freed without them: see `router.serving.take_apart`.
"""

import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Final

_log: Final = logging.getLogger(__name__)

_NEVER: Final = 1_000_000_000
_THRESHOLDS: Final = (5_000, 10, 10)
"""A request makes many objects and hardly a circle. Python's own (700, 10, 10) took 78 µs of a request of 1,380 µs to find one object
for each request; these take 1 µs, and find them some thousand at a time, in a millisecond."""
_THRESHOLDS_BESIDE_A_LOAD: Final = (300, 3, _NEVER)
_SWITCH_SECONDS: Final = 0.0005
_GROWTH: Final = 1.25
_BREATH_EVERY: Final = 0.0005
_BREATH: Final = 0.0003


@contextmanager
def paused() -> Iterator[None]:
    """For what builds much while nobody waits. What it leaves over is collected, and what lasts is kept."""
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


class Garbage:
    """Of one process that serves."""

    def __init__(self) -> None:
        self._usual: int | None = None

    def settle(self) -> None:
        """Once, before requests come.

        What is not cached is worked out in threads. The event loop asks for its turn ten times as often as usual, and gets
        through four times as many requests beside two such threads, which take a tenth longer.
        """
        sys.setswitchinterval(_SWITCH_SECONDS)
        gc.set_threshold(*_THRESHOLDS)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """While a thread builds what will last, and requests are answered.

        Only young objects are looked at meanwhile, some at a time.
        """
        gc.set_threshold(*_THRESHOLDS_BESIDE_A_LOAD)
        breathe = _breathing(threading.get_ident())
        gc.callbacks.append(breathe)
        try:
            yield
        finally:
            gc.callbacks.remove(breathe)
            gc.set_threshold(*_THRESHOLDS)

    def keep(self) -> None:
        """Moves all that is there out of the sight of collections, which takes no time."""
        gc.freeze()

    def has_grown(self) -> bool:
        """Asked after something that lasted was given up: whether much of it is still there, as the classes of programs are."""
        blocks = sys.getallocatedblocks()
        if self._usual is None:
            self._usual = blocks
        return blocks > self._usual * _GROWTH

    def sweep(self) -> None:
        """Looks at everything, which takes as long as it takes: a quarter of a second for 400,000 objects."""
        begin = perf_counter()
        gc.unfreeze()
        found = gc.collect()
        gc.freeze()
        self._usual = sys.getallocatedblocks()
        _log.info("Collected %d objects in %.0f ms", found, (perf_counter() - begin) * 1000)


def _breathing(serving: int) -> Callable[[str, object], None]:
    """Makes threads other than this one stop for a moment, again and again, where Python calls us anyway.

    A thread that only works keeps a core for as long as the kernel lets it, which is some milliseconds, and requests wait for
    the core, for Python's lock, or both. One that has just slept gives it up at once.
    """
    last = perf_counter()

    def breathe(phase: str, _found: object) -> None:
        nonlocal last
        if phase == "stop" and threading.get_ident() != serving and perf_counter() - last > _BREATH_EVERY:
            sleep(_BREATH)
            last = perf_counter()

    return breathe
