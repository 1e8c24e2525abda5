"""Clients against a server that answers, fails, says nothing of its length, or goes away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain, repeat

from benchmarks.gateway.memory.clients import Client, Tally
from benchmarks.gateway.memory.mix import Kind, Sent

REQUEST = Sent(Kind.NEW, b"x" * 10)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"
CLOSING = b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n{}"


class Scripted:
    """Gives each request the next answer; an empty one ends the connection. `done` is set when the script is."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.done = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(len(REQUEST.body))
                if not self.answers:
                    self.done.set()
                    return
                answer = self.answers.pop(0)
                if not answer:
                    return
                writer.write(answer)
        except (EOFError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def running(script: Scripted, requests: Iterator[Sent]) -> AsyncIterator[Tally]:
    """One client, for as long as there are answers."""
    server = await asyncio.start_server(script, "127.0.0.1", 0)
    tally = Tally()
    async with server:
        task = asyncio.create_task(Client(server.sockets[0].getsockname()[1], requests, tally).run())
        try:
            async with asyncio.timeout(20):
                await script.done.wait()
            yield tally
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=20)
            assert task.cancelled()


async def test_answers_are_counted_over_one_connection() -> None:
    script = Scripted(OK, OK, FAILED)
    async with running(script, repeat(REQUEST)) as tally:
        assert dict(tally.statuses) == {200: 2, 500: 1}
        assert tally.failed == [REQUEST.body]
        assert tally.broken == 0
        assert tally.sent["new"] == 4
        assert script.connections == 1


async def test_what_the_server_closes_is_opened_again() -> None:
    script = Scripted(CLOSING, OK)
    async with running(script, repeat(REQUEST)) as tally:
        assert dict(tally.statuses) == {413: 1, 200: 1}
        assert script.connections == 2


async def test_no_answer_and_one_without_length_are_broken() -> None:
    script = Scripted(b"", ENDLESS, OK)
    async with running(script, repeat(REQUEST)) as tally:
        assert tally.broken == 2
        assert dict(tally.statuses) == {200: 1}
        assert script.connections == 3


async def test_who_leaves_waits_for_nothing() -> None:
    leaving = Sent(Kind.ABORTED, REQUEST.body)
    script = Scripted(OK)
    async with running(script, chain([leaving, leaving], repeat(REQUEST))) as tally:
        assert tally.sent["aborted"] == 2
        assert tally.broken == 0
        assert script.connections == 3


async def test_only_the_first_failures_are_kept() -> None:
    tally = Tally()
    for number in range(100):
        tally.answered(b"%d" % number, 500)
    assert tally.statuses[500] == 100
    assert tally.failed[0] == b"0"
    assert len(tally.failed) < 10
