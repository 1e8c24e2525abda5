"""Posts to a subgraph over connections that stay open. Knows no errors: a connection that is lost ends the request."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, cast
from urllib.parse import urlsplit

import httptools

Call = Callable[[bytes], Awaitable[bytes]]
"""From the body of a request to that of its answer."""

_HEAD: Final = "POST {path} HTTP/1.1\r\nhost: {host}\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: "


class Pool:
    """The connections to one subgraph, as many as there are requests at once."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = _HEAD.format(path=parts.path, host=parts.netloc).encode() + b"%d\r\n\r\n%b"
        self.idle: list[_Connection] = []

    def call(self, body: bytes) -> Awaitable[bytes]:
        """Sends at once where a connection is idle."""
        message = self._head % (len(body), body)
        return self.idle.pop().send(message) if self.idle else self._connect_and_send(message)

    def close(self) -> None:
        """Ends the connections that are idle."""
        while self.idle:
            self.idle.pop().close()

    async def _connect_and_send(self, message: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: _Connection(self, loop), *self._address)
        return await connection.send(message)


class _Connection(asyncio.Protocol):
    """One request at a time; httptools calls the `on_` methods."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self._pool = pool
        self._new_future = loop.create_future
        self._feed = httptools.HttpResponseParser(self).feed_data
        self._chunks: list[bytes] = []

    def send(self, message: bytes) -> asyncio.Future[bytes]:
        self._answer: asyncio.Future[bytes] = self._new_future()
        self._write(message)
        return self._answer

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        # uvloop's transports have the methods of asyncio's, but not their base class.
        self._write = cast(asyncio.WriteTransport, transport).write

    def data_received(self, data: bytes) -> None:
        self._feed(data)

    def on_body(self, chunk: bytes) -> None:
        self._chunks.append(chunk)

    def on_message_complete(self) -> None:
        chunks, self._chunks = self._chunks, []
        self._pool.idle.append(self)
        if not self._answer.done():
            self._answer.set_result(chunks[0] if len(chunks) == 1 else b"".join(chunks))


class SingleFlight:
    """Requests with the same body that are under way at the same time are one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._under_way: dict[bytes, asyncio.Future[bytes]] = {}

    def call(self, body: bytes) -> Awaitable[bytes]:
        """The answer of the call that is under way, or of one that begins now."""
        found = self._under_way.get(body)
        if found is None:
            found = asyncio.ensure_future(self._call(body))
            self._under_way[body] = found
            found.add_done_callback(lambda _: self._under_way.pop(body))
        return found
