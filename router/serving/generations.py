"""The application that stays, in front of the generations that come and go."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Final

from starlette.types import Receive, Scope, Send

from router.incident import incident
from router.serving.garbage import Garbage
from router.serving.generation import Generation
from router.serving.operations import Operations
from router.serving.release import Release

_log: Final = logging.getLogger(__name__)

_CLOSE_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 10.0
"""How long to wait for a moment without requests, before they have to wait."""
_TICK_SECONDS: Final = 0.005


class Generations:
    """An ASGI application without a lifespan. Every request goes to the newest generation, and stays with it.

    `relieve`, where something else can be done about it, is called when the process has grown too large, in place of a
    collection that all requests wait for.
    """

    def __init__(self, first: Generation, build: Callable[[Release], Generation], garbage: Garbage) -> None:
        self.relieve: Callable[[], None] | None = None
        self._current = first
        self._build = build
        self._garbage = garbage
        self._finishing: set[asyncio.Task[None]] = set()
        # The same one for all that is built and freed, since the C library keeps memory for each thread.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reload")

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """One request."""
        return self._current(scope, receive, send)

    @property
    def release(self) -> Release:
        """What is served now."""
        return self._current.release

    def popular(self) -> Operations:
        """Operations that are asked for most of late."""
        return self._current.popular()

    async def start(self, operations: Operations = ()) -> None:
        """The first generation. Raises RouterError."""
        await self._current.start(operations)

    async def replace(self, release: Release) -> None:
        """One call at a time. Raises RouterError, and then nothing has changed."""
        begin = perf_counter()
        with self._garbage.loading():
            loop = asyncio.get_running_loop()
            generation = await loop.run_in_executor(self._thread, self._build, release)
            self._garbage.keep()
            try:
                await generation.start(self._current.popular())
            except BaseException:
                await generation.close()
                raise
        old, self._current = self._current, generation
        _log.info("Serving supergraph %s after %.1f s", release.id, perf_counter() - begin)
        finishing = asyncio.create_task(self._finish(old))
        self._finishing.add(finishing)
        finishing.add_done_callback(self._finishing.discard)

    async def close(self) -> None:
        """When no request is under way any more."""
        if self._finishing:
            await asyncio.wait(self._finishing, timeout=_CLOSE_SECONDS)
        await self._current.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _finish(self, generation: Generation) -> None:
        try:
            await generation.finish(self._thread)
        except Exception as error:  # its connections did not close; nobody needs them any more
            incident(error)
        del generation
        if not self._garbage.has_grown():
            return
        if self.relieve is not None:
            self.relieve()
            return
        await self._wait_for_a_quiet_moment()
        self._garbage.sweep()

    async def _wait_for_a_quiet_moment(self) -> None:
        for _ in range(int(_IDLE_SECONDS / _TICK_SECONDS)):
            if not self._current.is_busy():
                return
            await asyncio.sleep(_TICK_SECONDS)
