"""Takes connections from a listening socket that several workers share, so that each gets its part of them."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sized
from typing import Final

from router.serving.occupancy import Occupancy

_log: Final = logging.getLogger(__name__)

_AFTER_YOU_SECONDS: Final = 0.002
_RETRY_SECONDS: Final = 1.0
_MOST_WAITING: Final = 4096


class Acceptor:
    """One connection for each turn of the event loop, where servers otherwise take all that are waiting.

    The kernel wakes every worker that is idle. One that has clearly more connections than another lets the others go first, and
    takes what nobody took meanwhile.
    """

    def __init__(self, listener: socket.socket, occupancy: Occupancy, number: int) -> None:
        self._listener = listener
        self._occupancy = occupancy
        self._number = number
        self._opening: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def open(self, connections: Sized, protocol: Callable[[], asyncio.Protocol]) -> None:
        """`connections` are those that the protocols keep a record of themselves in."""
        self._connections = connections
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._listener.setblocking(False)
        self._listen()

    def close(self, *, for_all: bool = False) -> None:
        """Others that share the socket go on, unless it ends `for_all`: then those that wait are taken first."""
        if self._listener.fileno() < 0:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._listener)
        for _ in range(_MOST_WAITING if for_all else 0):
            if not self._take():
                break
        self._occupancy.leave(self._number)
        self._listener.close()

    async def wait_closed(self) -> None:
        """Until connections that were taken are open."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _listen(self) -> None:
        self._occupancy.tell(self._number, self._count())
        self._loop.add_reader(self._listener, self._when_somebody_waits)

    def _count(self) -> int:
        return len(self._connections) + len(self._opening)

    def _when_somebody_waits(self) -> None:
        mine, least = self._count(), self._occupancy.least()
        self._occupancy.tell(self._number, mine)
        if mine > least + max(1, least // 4):
            self._pause(_AFTER_YOU_SECONDS)
        else:
            self._take()

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._timer = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._timer = None
        if self._listener.fileno() < 0:
            return
        self._listen()
        self._take()

    def _take(self) -> bool:
        """Whether somebody waited."""
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):  # another worker was faster, or the client has gone
            return False
        except OSError as error:  # too many open files: whoever waits will be served when others have gone
            _log.error("Cannot take a connection: %s", error)
            self._pause(_RETRY_SECONDS)
            return False
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opening = self._loop.create_task(self._open(connection))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        self._occupancy.tell(self._number, self._count())
        return True

    async def _open(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:  # the client has gone
            connection.close()
