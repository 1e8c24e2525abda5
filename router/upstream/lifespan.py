"""Starts and stops an ASGI application that is called in process, as a server would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from router.errors import InternalError
from router.upstream.in_process import AsgiApp, Message


class StartupFailedError(InternalError):
    """The application said that it cannot start."""

    def __init__(self, message: str) -> None:
        super().__init__("SUBGRAPH_STARTUP_FAILED", message)


@asynccontextmanager
async def started(app: AsgiApp) -> AsyncIterator[dict[str, Any]]:
    """Runs the application's lifespan around the block; gives its state, for `AsgiTransport(state=…)`.

    An application without lifespan runs as it is. Raises StartupFailedError.
    """
    lifespan = _Lifespan(app)
    await lifespan.start()
    try:
        yield lifespan.state
    finally:
        await lifespan.stop()


class _Lifespan:
    """The application's lifespan call lives in one task from start to stop, as its context managers need it."""

    def __init__(self, app: AsgiApp) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        try:
            await self._ask("startup")
        except BaseException:
            self._task.cancel()
            raise

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            await self._ask("shutdown")
            await self._task

    async def _ask(self, step: str) -> None:
        await self._to_app.put({"type": f"lifespan.{step}"})
        answer = await self._from_app.get()
        if answer is not None and answer["type"] == f"lifespan.{step}.failed":
            raise StartupFailedError(f"lifespan {step} failed: {answer.get('message', '')}")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._app(scope, self._to_app.get, self._from_app.put)
        except Exception:  # noqa: S110  without lifespan support an application raises; failures were sent before
            pass
        finally:
            self._from_app.put_nowait(None)
