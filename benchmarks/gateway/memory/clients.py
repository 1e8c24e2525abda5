"""Clients that send one request after the other over connections of their own, and some that leave before the answer."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from benchmarks.gateway.memory.mix import Kind, Sent

_ANSWER_SECONDS: Final = 30
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSES: Final = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)
_HEAD: Final = (
    b"POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
)
_SERVER_ERROR: Final = 500
_REMEMBERED: Final = 5

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Tally:
    """What was sent, by kind, and what came back, by status.

    `broken` counts requests without an answer where there should be one. `failed` has the bodies of the first few for which
    the router said that it had failed.
    """

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    failed: list[bytes] = field(default_factory=list)

    def answered(self, body: bytes, status: int) -> None:
        """Notes one answer."""
        self.statuses[status] += 1
        if status >= _SERVER_ERROR and len(self.failed) < _REMEMBERED:
            self.failed.append(body)


class Client:
    """Takes requests from what all clients share."""

    def __init__(self, port: int, requests: Iterator[Sent], tally: Tally) -> None:
        self._port = port
        self._requests = requests
        self._tally = tally
        self._connection: Connection | None = None

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                sent = next(self._requests)
                self._tally.sent[sent.kind.name.lower()] += 1
                try:
                    async with asyncio.timeout(_ANSWER_SECONDS):
                        await self._send(sent)
                except (OSError, EOFError, ValueError, TimeoutError):
                    self._tally.broken += 1
                    self._leave()
                    await asyncio.sleep(0.05)  # where the router is gone, others may want the processor
        finally:
            self._leave()

    async def _send(self, sent: Sent) -> None:
        reader, writer = self._connection or await asyncio.open_connection("127.0.0.1", self._port)
        self._connection = reader, writer
        message = _HEAD % len(sent.body) + sent.body
        if sent.kind is Kind.ABORTED:
            await self._abort(writer, message)
            return
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        length = _LENGTH.search(head)
        if length is None:
            raise ValueError("an answer without its length")
        await reader.readexactly(int(length[1]))
        self._tally.answered(sent.body, status)
        if _CLOSES.search(head):
            self._leave()

    async def _abort(self, writer: asyncio.StreamWriter, message: bytes) -> None:
        """By turns in the middle of the request, and while the router works on it."""
        whole = self._tally.sent["aborted"] % 2 == 0
        writer.write(message if whole else message[: len(message) // 2])
        await writer.drain()
        await asyncio.sleep(0.002)
        self._leave()

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection[1].transport.abort()
            self._connection = None
