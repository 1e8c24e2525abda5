"""Messages between a supervisor and a worker, over a real socket pair."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from router.serving.channel import Leave, Line, Popular, Ready, Serve, receive, say, tell
from router.serving.release import Release
from router.settings import RouterSettings, UpstreamSettings


@pytest.fixture
def ends() -> Iterator[tuple[Line, socket.socket]]:
    """The supervisor's line, and the worker's end of it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Line(ours, 0.05), theirs


async def test_a_large_release_arrives_as_it_is(ends: tuple[Line, socket.socket]) -> None:
    line, end = ends
    reader, writer = await asyncio.open_unix_connection(sock=end)
    settings = RouterSettings(upstream=UpstreamSettings(timeout_seconds=1.5))
    release = Release(settings, "é" * 2_000_000)

    sending = asyncio.to_thread(line.send, Serve(release))
    _, found = await asyncio.gather(sending, receive(reader))

    assert found == Serve(release)
    writer.close()


async def test_both_ways_in_turn(ends: tuple[Line, socket.socket]) -> None:
    line, end = ends
    reader, writer = await asyncio.open_unix_connection(sock=end)

    tell(writer, Ready())
    tell(writer, Popular((("{ a }", None), ("query B { b }", "B"))))
    line.send(Leave())

    assert await receive(reader) == Leave()
    assert await asyncio.to_thread(line.receive) == Ready()
    assert line.has_more()
    assert line.receive() == Popular((("{ a }", None), ("query B { b }", "B")))
    assert not line.has_more()
    writer.close()


async def test_the_worker_notices_that_the_supervisor_is_gone(ends: tuple[Line, socket.socket]) -> None:
    line, end = ends
    reader, writer = await asyncio.open_unix_connection(sock=end)

    line.close()

    assert await receive(reader) is None
    writer.close()


def test_the_supervisor_notices_that_the_worker_is_gone(ends: tuple[Line, socket.socket]) -> None:
    line, end = ends
    say(end, Ready())
    end.close()

    assert line.receive() == Ready()
    assert line.has_more()
    assert line.receive() is None


def test_half_a_message_is_none(ends: tuple[Line, socket.socket]) -> None:
    line, end = ends
    end.sendall(b"\0\0\0\0\0\0\0\x09half")
    end.close()

    assert line.receive() is None


def test_does_not_wait_for_ever_for_one_that_does_not_read(ends: tuple[Line, socket.socket]) -> None:
    line, _ = ends

    with pytest.raises(TimeoutError):
        line.send(Serve(Release(RouterSettings(), "x" * 10_000_000)))
