"""One connection to a subgraph: sends a request, reads its answer, and then may serve again."""

import asyncio
from typing import Protocol, cast

from router.upstream.codes import CONNECTION_FAILED, INVALID_RESPONSE, TIMEOUT
from router.upstream.http1.answer import AnswerReader
from router.upstream.http1.exchange import Exchange
from router.upstream.http1.head import RequestWriter
from router.upstream.http1.invalid import InvalidAnswerError
from router.upstream.subgraph import SubgraphError


class Owner(Protocol):
    """The pool, as its connections see it."""

    url: str
    writer: RequestWriter

    def connected(self, connection: "Connection") -> None:
        """It has a socket."""

    def released(self, connection: "Connection", keep_alive: str | None) -> None:
        """It has served, and may serve again. `keep_alive` is the header of that name."""

    def dropped(self, connection: "Connection", repeat: Exchange | None) -> None:
        """It serves no more. `repeat` is to be sent over a new one."""

    def disconnected(self, connection: "Connection") -> None:
        """Its socket is closed."""


class Connection(asyncio.Protocol):
    """Times are of the loop's clock: of the last byte, of the end while idle, and of the end after an answer."""

    __slots__ = (
        "_blocked",
        "_loop",
        "_owner",
        "_reader",
        "_served",
        "_transport",
        "closed",
        "exchange",
        "expires",
        "heard",
        "retires",
    )

    _transport: asyncio.Transport

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop, max_bytes: int) -> None:
        self.exchange: Exchange | None = None
        self.closed = False
        self.heard = self.expires = self.retires = 0.0
        self._owner = owner
        self._loop = loop
        self._reader = AnswerReader(max_bytes)
        self._served = False
        self._blocked = False

    def send(self, exchange: Exchange, now: float) -> bool:
        """False if the connection has been closed; then nothing is sent."""
        if self._transport.is_closing():
            return False
        self.exchange = exchange
        self.heard = now
        exchange.holder = self
        self._transport.write(self._owner.writer.write(exchange.request))
        return True

    def left(self, exchange: Exchange) -> None:
        """Nobody waits for the answer that is under way, which would otherwise have to be read first."""
        if self.exchange is exchange:
            self.exchange = None
            self._drop()

    def time_out(self) -> None:
        """It has been idle, or under way, for too long."""
        self._fail(TIMEOUT, "no answer in time")

    def close(self, reason: str = "closed") -> None:
        """Fails what is under way."""
        if self.exchange is not None:
            self._fail(CONNECTION_FAILED, reason)
        else:
            self._drop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # So that every byte which the peer does not take is told by pause_writing.
        self._transport.set_write_buffer_limits(high=0)
        self._owner.connected(self)

    def data_received(self, data: bytes) -> None:
        if self.exchange is None:
            # Nobody asked: whatever it is, it must not become the next answer.
            self._drop()
            return
        try:
            complete = self._reader.feed(data)
        except InvalidAnswerError as error:
            self._fail(INVALID_RESPONSE, str(error))
            return
        self.heard = self._loop.time()
        if complete:
            self._finish(self.exchange)

    def eof_received(self) -> None:
        self._end(clean=True)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(clean=error is None)
        self._reader.discard()
        self._owner.disconnected(self)

    def pause_writing(self) -> None:
        self._blocked = True

    def resume_writing(self) -> None:
        self._blocked = False

    def _finish(self, exchange: Exchange) -> None:
        # An answer that came before the request had gone leaves the rest of the request to whatever is next.
        reusable = self._reader.reusable and not self._blocked
        answer = self._reader.take()
        self.exchange = None
        if reusable:
            self._served = True
            self._owner.released(self, answer.headers.get("keep-alive"))
        else:
            self._drop()
        exchange.end(answer)

    def _end(self, *, clean: bool) -> None:
        exchange = self.exchange
        if exchange is None:
            self._drop()
            return
        if not self._reader.started:
            self._end_unanswered(exchange)
            return
        try:
            complete = self._reader.end(clean=clean)
        except InvalidAnswerError as error:
            self._fail(INVALID_RESPONSE, str(error))
            return
        if complete:
            self._finish(exchange)
        else:
            self._fail(CONNECTION_FAILED, "closed within the head of an answer")

    def _end_unanswered(self, exchange: Exchange) -> None:
        """The other side may close an idle connection at the moment that we take it from the pool.

        It may also have done the work, so a mutation is not repeated.
        """
        if exchange.request.mutation or exchange.repeated or not self._served:
            self._fail(CONNECTION_FAILED, "closed before an answer")
        else:
            self.exchange = exchange.holder = None
            exchange.repeated = True
            self._drop(repeat=exchange)

    def _fail(self, code: str, reason: str) -> None:
        exchange = self.exchange
        self.exchange = None
        self._drop()
        if exchange is not None:
            exchange.end(SubgraphError(code, f"{self._owner.url}: {reason}"))

    def _drop(self, repeat: Exchange | None = None) -> None:
        if not self.closed:
            self.closed = True
            self._transport.abort()
            self._owner.dropped(self, repeat)
