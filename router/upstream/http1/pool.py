"""The connections to one subgraph: opened for requests that wait, used again, and closed in time."""

import asyncio
import math
import re
from contextvars import Context
from functools import lru_cache, partial
from typing import Final, NamedTuple

from router.upstream.codes import CONNECTION_FAILED, TIMEOUT
from router.upstream.deadline_watch import DeadlineWatch
from router.upstream.http1.connection import Connection
from router.upstream.http1.dial import Dial
from router.upstream.http1.exchange import Exchange
from router.upstream.http1.head import RequestWriter
from router.upstream.http1.settings import HttpSettings
from router.upstream.http1.waiting import Waiting
from router.upstream.subgraph import SubgraphError

_KEEP_ALIVE: Final = re.compile(r"(?:^|[\s,;])timeout\s*=\s*(\d{1,9})", re.IGNORECASE)

_AHEAD: Final = 1.0
"""Seconds by which we close an idle connection before the time that its server names."""


class PoolStatistics(NamedTuple):
    """Connections that are open, of these idle ones, those being made, and requests that wait for one."""

    open: int
    idle: int
    connecting: int
    waiting: int


class Pool:
    """Serves requests in the order in which they came, on the connection that was used last.

    At most `settings.max_connections` are open or being made. Lives in the event loop in which it was made.
    """

    def __init__(self, url: str, writer: RequestWriter, dial: Dial, settings: HttpSettings) -> None:
        self.url = url
        self.writer = writer
        self._dial = dial
        self._settings = settings
        self._read_timeout = settings.read_timeout or math.inf
        self._loop = asyncio.get_running_loop()
        self._watch = DeadlineWatch(self._loop, self._expire)
        self._waiting = Waiting()
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._dials: set[asyncio.Task[Connection | SubgraphError]] = set()
        self._dials_for_line = 0
        self._sockets: set[Connection] = set()
        self._without_sockets = asyncio.Event()
        self._closed = False

    @property
    def statistics(self) -> PoolStatistics:
        """As it is now."""
        return PoolStatistics(len(self._open), len(self._idle), len(self._dials), len(self._waiting))

    def submit(self, exchange: Exchange, now: float) -> None:
        """Sends it at once if a connection is idle."""
        if exchange.deadline <= now or self._closed:
            self._refuse(exchange)
            return
        self._expect_answer(exchange, now)
        while self._idle:
            connection = self._idle.pop()
            if connection.expires > now and connection.send(exchange, now):
                return
            connection.close()
        self._waiting.add(exchange)
        self._grow()

    async def close(self) -> None:
        """Fails what is under way, and returns when all sockets are closed."""
        self._closed = True
        for exchange in tuple(self._waiting):
            self._refuse(exchange)
        for connection in tuple(self._open):
            connection.close()
        dials = tuple(self._dials)
        for dial in dials:
            dial.cancel()
        await asyncio.gather(*dials, return_exceptions=True)
        self._watch.stop()
        if self._sockets:
            await self._without_sockets.wait()

    def connected(self, connection: Connection) -> None:
        """Has a socket, which is to be closed before the pool is."""
        self._sockets.add(connection)

    def disconnected(self, connection: Connection) -> None:
        """Has none any more."""
        self._sockets.discard(connection)
        if self._closed and not self._sockets:
            self._without_sockets.set()

    def released(self, connection: Connection, keep_alive: str | None) -> None:
        """Serves whoever waits, or is idle for a while."""
        now = connection.heard
        patience = self._settings.keep_alive if keep_alive is None else self._patience(keep_alive)
        connection.expires = min(now + patience, connection.retires)
        if connection.expires > now:
            self._serve(connection, now)
        else:
            connection.close()

    def dropped(self, connection: Connection, repeat: Exchange | None) -> None:
        """Leaves room for another, first of all for one that repeats its request."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if repeat is not None:
            self._waiting.add(repeat)
            self._connect(repeat)
        self._grow()

    def _patience(self, keep_alive: str) -> float:
        return min(self._settings.keep_alive, _named(keep_alive))

    def _serve(self, connection: Connection, now: float) -> None:
        while (exchange := self._waiting.first()) is not None:
            if exchange.deadline <= now:
                self._refuse(exchange)
            elif connection.send(exchange, now):
                self._waiting.remove(exchange)
                self._expect_answer(exchange, now)
                return
            else:
                connection.close()
                return
        self._idle.append(connection)
        if connection.expires < self._watch.next_look:
            self._watch.look_at(connection.expires)

    def _grow(self) -> None:
        """A connection is made for each request in the line, as far as there may be more."""
        room = self._settings.max_connections - len(self._open) - len(self._dials)
        while room > 0 and self._waiting.in_line > self._dials_for_line:
            exchange = self._waiting.first_without_dial()
            if exchange is None:
                return
            exchange.dialled = True
            self._dials_for_line += 1
            self._connect(exchange)
            room -= 1

    def _connect(self, exchange: Exchange) -> None:
        # A context of its own, or the connection would keep that of its first request.
        dial = self._loop.create_task(self._dialled(), context=Context())
        self._dials.add(dial)
        dial.add_done_callback(partial(self._take, exchange))

    async def _dialled(self) -> Connection | SubgraphError:
        limit = self._settings.max_response_bytes
        try:
            return await self._dial(lambda: Connection(self, self._loop, limit))
        except TimeoutError:
            return self._error(TIMEOUT, "no connection in time", connecting=True)
        except Exception as error:
            # Whatever it is, the request that waits has to hear of it.
            return self._error(CONNECTION_FAILED, str(error) or repr(error), connecting=True)

    def _take(self, exchange: Exchange, dial: asyncio.Task[Connection | SubgraphError]) -> None:
        """The connection is made for this request, but serves whoever waits longest."""
        self._dials.discard(dial)
        if exchange.dialled:
            exchange.dialled = False
            self._dials_for_line -= 1
        outcome = self._error(CONNECTION_FAILED, "the router stops") if dial.cancelled() else dial.result()
        if isinstance(outcome, Connection) and outcome.closed:
            outcome = self._error(CONNECTION_FAILED, "closed before a request", connecting=True)
        if isinstance(outcome, Connection):
            self._admit(outcome, exchange)
        elif exchange in self._waiting:
            self._fail(exchange, outcome)
        self._grow()

    def _admit(self, connection: Connection, exchange: Exchange) -> None:
        if self._closed:
            connection.close()
            return
        now = self._loop.time()
        connection.retires = now + self._settings.max_connection_age
        connection.expires = min(now + self._settings.keep_alive, connection.retires)
        self._open.add(connection)
        if exchange.repeated and exchange in self._waiting:
            self._waiting.remove(exchange)
            self._expect_answer(exchange, now)
            connection.send(exchange, now)
        else:
            self._serve(connection, now)

    def _expire(self, now: float) -> float:
        """Ends all that is due; when the next is."""
        for exchange in tuple(self._waiting):
            if exchange.deadline <= now:
                self._refuse(exchange)
        for connection in tuple(self._open):
            if self._due(connection) <= now:
                connection.time_out()
        return min(self._waiting.earliest, *map(self._due, self._open), math.inf)

    def _expect_answer(self, exchange: Exchange, now: float) -> None:
        """Sees to it that somebody looks when its time is over."""
        due = now + self._read_timeout
        if exchange.deadline < due:
            due = exchange.deadline
        if due < self._watch.next_look:
            self._watch.look_at(due)

    def _due(self, connection: Connection) -> float:
        exchange = connection.exchange
        if exchange is None:
            return connection.expires
        return min(exchange.deadline, connection.heard + self._read_timeout)

    def _refuse(self, exchange: Exchange) -> None:
        """Its time has passed without a connection, so it is not for a retry; or the pool is closed."""
        if self._closed:
            self._fail(exchange, self._error(CONNECTION_FAILED, "the router stops"))
        else:
            self._fail(exchange, self._error(TIMEOUT, "no free connection in time"))

    def _fail(self, exchange: Exchange, error: SubgraphError) -> None:
        self._waiting.remove(exchange)
        exchange.end(error)

    def _error(self, code: str, reason: str, *, connecting: bool = False) -> SubgraphError:
        return SubgraphError(code, f"{self.url}: {reason}", connecting=connecting)


@lru_cache(maxsize=100)
def _named(keep_alive: str) -> float:
    """The seconds that a server keeps an idle connection, as far as it says so."""
    named = _KEEP_ALIVE.search(keep_alive)
    return int(named[1]) - _AHEAD if named else math.inf
