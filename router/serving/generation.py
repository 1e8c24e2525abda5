"""One release while it is served: an application with its connections, and the requests that are under way in it."""

import asyncio
import logging
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from typing import Final, Protocol

from starlette.types import Receive, Scope, Send

from router.errors import RouterError
from router.incident import incident
from router.serving.operations import Operations
from router.serving.release import Release
from router.serving.take_apart import forget, take_apart
from router.transport.front import RouterApp
from router.upstream.lifespan import StartupFailedError, started

_log: Final = logging.getLogger(__name__)

_WARMED: Final = 100
_WARM_SECONDS: Final = 30.0
_FINISH_SECONDS: Final = 60.0
"""How long requests may go on once their generation is replaced: each of them holds a whole supergraph in memory."""


class Warmable(Protocol):
    """What a generation needs of the pipeline."""

    def popular(self, count: int) -> Operations:
        """Text and operation name of what is asked for most of late, the most popular first."""

    async def warm(self, operations: Operations) -> None:
        """Works them out as a request would. What is not valid is passed over."""


class Generation:
    """An ASGI application, but for its lifespan: that is from `start` to `finish` or `close`."""

    def __init__(self, release: Release, app: RouterApp, *, finish_seconds: float = _FINISH_SECONDS) -> None:
        self.release = release
        self._app = app
        self._finish_seconds = finish_seconds
        self._running: set[asyncio.Task[None] | None] = set()
        self._open = AsyncExitStack()
        self._over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        task = asyncio.current_task()
        self._running.add(task)
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self._over:
                raise
        finally:
            self._running.discard(task)

    async def start(self, operations: Operations = ()) -> None:
        """Ends when requests are welcome, and these operations known. Raises RouterError NOT_SERVING."""
        try:
            await self._open.enter_async_context(started(self._app))
        except StartupFailedError as error:
            raise RouterError("NOT_SERVING", error.message) from None
        try:
            async with asyncio.timeout(_WARM_SECONDS):
                await self._pipeline.warm(operations)
        except TimeoutError:
            _log.warning("%d operations were not all planned in %.0f s", len(operations), _WARM_SECONDS)
        except Exception as error:  # of one operation, and no reason to refuse all others
            incident(error)

    def popular(self) -> Operations:
        """The operations that the next generation should know before it takes over."""
        return self._pipeline.popular(_WARMED)

    async def finish(self, thread: Executor) -> None:
        """Lets requests come to their end, when no new ones come any more, and frees in a thread what they needed."""
        await self._let_requests_end()
        await self.close()
        await asyncio.get_running_loop().run_in_executor(thread, self._free)

    async def close(self) -> None:
        """Ends the application's lifespan."""
        await self._open.aclose()

    def is_busy(self) -> bool:
        """Whether a request is under way."""
        return bool(self._running)

    @property
    def _pipeline(self) -> Warmable:
        pipeline: Warmable = self._app.state.pipeline
        return pipeline

    async def _let_requests_end(self) -> None:
        running = [task for task in self._running if task is not None]
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=self._finish_seconds)
        if late:
            _log.warning("Stopped %d requests, %.0f s after a reload", len(late), self._finish_seconds)
            self._over = True
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=1)

    def _free(self) -> None:
        app = self._app
        del self._app
        take_apart(app.state.supergraph)
        # A web framework's application and its router refer to each other.
        forget((app.router, app))
