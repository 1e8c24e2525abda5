"""An HTTP server for answers that are known by the request's path and body: next to nothing beside a look into a dictionary."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import httptools

_ENTRIES: Final = 4000
"""More are forgotten all at once: a benchmark repeats few requests, and memory stays bounded for those that do not."""
_HEAD: Final = b"HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
_GONE: Final = _HEAD % (404, b"Not Found", 0)
_BAD: Final = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

Answer = Callable[[str, bytes], bytes]
"""The response to the body of a request at a path. Raises KeyError for a path that is not there."""


class Responses:
    """What `answer` says, as bytes of HTTP, each computed once."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._known: dict[tuple[bytes, bytes], bytes] = {}

    @property
    def known(self) -> int:
        """How many there are."""
        return len(self._known)

    def find(self, url: bytes, body: bytes) -> bytes:
        """Never fails for a path that is not there."""
        found = self._known.get((url, body))
        return self._work_out(url, body) if found is None else found

    def _work_out(self, url: bytes, body: bytes) -> bytes:
        try:
            answer = self._answer(url.decode().lstrip("/"), body)
        except KeyError:
            return _GONE
        if len(self._known) >= _ENTRIES:
            self._known.clear()
        response = _HEAD % (200, b"OK", len(answer)) + answer
        self._known[url, body] = response
        return response


class Connection(asyncio.Protocol):
    """One client, its requests one after the other; httptools calls the `on_` methods."""

    def __init__(self, responses: Responses) -> None:
        self._responses = responses
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.WriteTransport | None = None
        self._url = b""
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods of asyncio's, but not their base class.
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._write(_BAD)
            if self._transport is not None:
                self._transport.close()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        response = self._responses.find(self._url, self._body)
        self._url = self._body = b""
        self._write(response)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


async def start(answer: Answer, port: int) -> asyncio.Server:
    """Listens on this machine only; port 0 takes a free one."""
    responses = Responses(answer)
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(responses), "127.0.0.1", port, backlog=1024)
