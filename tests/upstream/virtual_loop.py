"""An event loop whose time passes as soon as nothing is left to do, so that a minute takes no time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class _Selector(selectors.SelectSelector):
    """Does not wait for a timeout, but says that it has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everything waits, and nothing will ever happen")
        self.now += max(timeout, 0)
        return super().select(0)


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end. Fails if it waits for something that cannot come, or if something was not waited for."""
    loop = _VirtualLoop()
    unexpected: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: unexpected.append(context))
    try:
        result = loop.run_until_complete(work)
        left = asyncio.all_tasks(loop)
    finally:
        loop.close()
    assert unexpected == []
    assert left == set()
    return result


def virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Makes a test of it that runs in virtual time."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        in_virtual_time(test(*args, **kwargs))

    return run


async def settle() -> None:
    """Lets everything happen that can happen now."""
    for _ in range(10):
        await asyncio.sleep(0)
