"""Stops working for a client that has gone."""

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

SECONDS: Final = 0.05
"""Most answers are there sooner, and nobody would have noticed that their client had gone."""


class ClientGoneError(Exception):
    """Nobody is there to read an answer."""


class Clients:
    """Those that wait for an answer. Whoever still waits after `seconds`, or at most twice as long, is watched.

    A watcher for each request would cost more than the rest of the transport; two sets and a timer cost next to nothing.
    The timer runs only while somebody waits.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._new: set[Waiting] = set()
        self._older: set[Waiting] = set()

    def waiting(self, receive: Receive) -> "Waiting":
        """Around the work for a request that was read to its end. `receive` is the client's."""
        return Waiting(self, receive)

    def add(self, client: "Waiting", loop: asyncio.AbstractEventLoop) -> None:
        """Starts the timer where it does not run."""
        if self._loop is not loop:
            self._loop, self._new, self._older = loop, set(), set()
            loop.call_later(self._seconds, self._look_round, loop)
        self._new.add(client)

    def remove(self, client: "Waiting") -> None:
        """Has its answer, or needs none."""
        self._new.discard(client)
        self._older.discard(client)

    def _look_round(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            return
        for client in self._older:
            client.watch(loop)
        self._older, self._new = self._new, set()
        if self._older:
            loop.call_later(self._seconds, self._look_round, loop)
        else:
            self._loop = None


class Waiting:
    """Cancels the work in its block when the client goes, and raises ClientGoneError there."""

    __slots__ = ("_cancelled", "_clients", "_receive", "_task", "_watcher")

    def __init__(self, clients: Clients, receive: Receive) -> None:
        self._clients = clients
        self._receive = receive
        self._task: asyncio.Task[object] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._cancelled = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(loop)
        self._clients.add(self, loop)

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        self._clients.remove(self)
        if self._watcher is None:
            return
        self._watcher.cancel()
        # Whoever else cancels the task, such as a server that stops, has not asked for a ClientGoneError.
        if self._cancelled and task is not None and not task.uncancel() and kind is asyncio.CancelledError:
            raise ClientGoneError from None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Asks the server whether the client is still there: nobody else does, once the request is read."""
        self._watcher = loop.create_task(_gone(self._receive))
        self._watcher.add_done_callback(self._stop)

    def _stop(self, watcher: asyncio.Task[None]) -> None:
        """Also where the server fails to say, since it has lost its client then."""
        if self._task is not None and not watcher.cancelled():
            self._cancelled = True
            self._task.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
