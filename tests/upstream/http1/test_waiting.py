"""Requests that wait for a connection: their order, their time, and what becomes of those that leave or fail."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from router.upstream.http1 import Http1Transport, HttpSettings
from router.upstream.http1.exchange import Exchange
from router.upstream.http1.pool import PoolStatistics
from router.upstream.http1.waiting import Waiting
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse
from tests.upstream.http1.client import (
    CONNECTION,
    EMPTY,
    MUTATION,
    ONE_IDLE,
    QUERY,
    TIMEOUT,
    Gate,
    failure,
    fetch_at_once,
    numbered,
    talking,
    until,
)
from tests.upstream.http1.fake_socket import FakeSocket
from tests.upstream.http1.raw_server import Peer, always, answer, silent

BODY = b'{"data":{}}'
ANSWER = answer(BODY)


async def test_there_are_never_more_connections_than_allowed() -> None:
    gate = Gate()
    async with talking(gate, max_connections=3) as (server, transport):
        fetching = asyncio.create_task(fetch_at_once(transport, 50))
        await gate.wait(3)
        assert transport.statistics == PoolStatistics(3, 0, 0, 47)
        gate.open.set()
        assert [each.body for each in await fetching] == [b"%d" % number for number in range(50)]
        assert transport.statistics == PoolStatistics(3, 3, 0, 0)
        assert len(server.peers) == 3


async def test_requests_are_served_in_their_order() -> None:
    gate = Gate()
    gate.open.set()
    async with talking(gate, max_connections=1) as (_, transport):
        futures = [transport.start(numbered(number)) for number in range(50)]
        await futures[10]
        futures += [transport.start(numbered(number)) for number in range(50, 60)]
        await asyncio.gather(*futures)
    assert gate.bodies == [b"%d" % number for number in range(60)]


async def test_a_repeated_query_goes_before_those_that_wait() -> None:
    gate = Gate()
    gate.open.set()

    async def script(peer: Peer) -> None:
        if peer.number > 0:
            await gate(peer)
        else:
            await peer.request()
            await peer.send(ANSWER)
            await peer.request()

    async with talking(script, max_connections=1) as (_, transport):
        await transport.fetch(QUERY)
        answers = await fetch_at_once(transport, 3)
        assert [each.body for each in answers] == [b"0", b"1", b"2"]
    assert gate.bodies == [b"0", b"1", b"2"]


async def test_cancelling_a_request_that_waits() -> None:
    gate = Gate()
    async with talking(gate, max_connections=1) as (_, transport):
        futures = [transport.start(numbered(number)) for number in range(4)]
        await gate.wait(1)
        futures[1].cancel()
        futures[3].cancel()
        await asyncio.sleep(0)
        assert transport.statistics == PoolStatistics(1, 0, 0, 1)
        gate.open.set()
        assert (await futures[2]).body == b"2"
        assert transport.statistics == ONE_IDLE
    assert gate.bodies == [b"0", b"2"]


def test_one_that_is_cancelled_leaves_the_line() -> None:
    waiting, told = Waiting(), list[object]()
    left, stays = (Exchange(QUERY, told.append, 0.0) for _ in range(2))
    waiting.add(left)
    waiting.add(stays)
    left.cancel()

    assert waiting.first() is stays
    assert waiting.in_line == 1
    assert told == []


@pytest.mark.asyncio(loop_factories=["asyncio"])  # the clock of uvloop stands while nothing else runs
async def test_a_request_whose_time_is_over_is_not_sent_though_nobody_looked() -> None:
    bodies = []

    async def script(peer: Peer) -> None:
        while True:
            bodies.append((await peer.request()).body)
            await peer.send(ANSWER)
            time.sleep(0.1)  # noqa: ASYNC251  nothing else may run

    async with talking(script, max_connections=1) as (_, transport):
        first = transport.start(numbered(0))
        soon = asyncio.get_running_loop().time() + 0.05
        late = transport.start(SubgraphRequest(b"late", mutation=True, deadline=soon))
        assert (await first).body == BODY
        assert getattr(await _error(late), "code", None) == TIMEOUT
        await transport.fetch(numbered(1))
    assert bodies == [b"0", b"1"]


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\ncontent-", b"HTTP/1.1 200 OK\r\n\r\n{"])
async def test_cancelling_while_reading_closes_the_connection(begun: bytes) -> None:
    sent = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        if peer.number == 0:
            await peer.send(begun)
            sent.set()
            await peer.end()
        await peer.send(ANSWER)

    async with talking(script) as (server, transport):
        task = asyncio.create_task(transport.fetch(QUERY))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(transport, EMPTY)
        await server.settled()
        assert (await transport.fetch(QUERY)).body == BODY
        assert len(server.peers) == 2


async def test_cancelling_while_sending_closes_the_connection() -> None:
    arrived = asyncio.Event()
    cancelled = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.reader.readexactly(1)
        arrived.set()
        await cancelled.wait()
        await peer.end()

    async with talking(script) as (server, transport):
        future = transport.start(SubgraphRequest(bytes(20_000_000)))
        await arrived.wait()
        future.cancel()
        cancelled.set()
        await until(transport, EMPTY)
        await server.settled()


async def test_waiting_counts_into_the_time_of_a_request() -> None:
    async with talking(silent, max_connections=1) as (server, transport):
        deadline = asyncio.get_running_loop().time() + 0.1
        futures = [transport.start(SubgraphRequest(b"{}", deadline=deadline)) for _ in range(3)]
        ends = await asyncio.gather(*futures, return_exceptions=True)
        assert {getattr(end, "code", None) for end in ends} == {TIMEOUT}
        assert {getattr(end, "connecting", None) for end in ends} == {False}
        await until(transport, EMPTY)
        assert len(server.peers) == 1


class Dials:
    """Connections that fail or wait as the test says; in the end each goes to a server of this process."""

    def __init__(self, url: str, *outcomes: Any) -> None:
        self.port = int(url.split(":")[2].partition("/")[0])
        self.outcomes = list(outcomes)
        self.count = 0

    async def __call__(self, make: Callable[[], Any]) -> Any:
        self.count += 1
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, tuple):
            await outcome[0].wait()
            outcome = outcome[1]
        if outcome is not None:
            raise outcome
        return (await asyncio.get_running_loop().create_connection(make, "127.0.0.1", self.port))[1]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError("refused"), CONNECTION),
        (OSError("no such name"), CONNECTION),
        (TimeoutError(), TIMEOUT),
        (RuntimeError("unheard of"), CONNECTION),
    ],
)
async def test_a_request_hears_why_there_is_no_connection_for_it(error: Exception, code: str) -> None:
    async with talking(always(ANSWER)) as (server, _):
        dials = Dials(server.url, error)
        transport = Http1Transport(server.url, HttpSettings(), dial=dials)
        found = await failure(transport, MUTATION)
        assert (found.code, found.connecting) == (code, True)
        assert server.url in found.message
        assert transport.statistics == EMPTY

        await transport.fetch(QUERY)
        assert transport.statistics == ONE_IDLE
        await transport.close()


async def test_all_who_wait_are_told_that_nobody_listens() -> None:
    async with talking(always(ANSWER)) as (server, _):
        dials = Dials(server.url, *(ConnectionRefusedError() for _ in range(50)))
        transport = Http1Transport(server.url, HttpSettings(max_connections=3), dial=dials)
        ends = await asyncio.gather(*(transport.fetch(QUERY) for _ in range(50)), return_exceptions=True)
        assert {getattr(end, "code", None) for end in ends} == {CONNECTION}
        assert dials.count == 50
        assert transport.statistics == EMPTY
        await transport.close()


async def test_a_connection_that_is_late_serves_whoever_is_first() -> None:
    gate, late = Gate(), asyncio.Event()
    async with talking(gate) as (server, _):
        dials = Dials(server.url, None, (late, None))
        transport = Http1Transport(server.url, HttpSettings(max_connections=2), dial=dials)
        first, second, third = (transport.start(numbered(number)) for number in range(3))
        await gate.wait(1)
        gate.open.set()
        assert [(await each).body for each in (first, second, third)] == [b"0", b"1", b"2"]
        assert transport.statistics == PoolStatistics(1, 1, 1, 0)
        late.set()
        await until(transport, PoolStatistics(2, 2, 0, 0))
        await transport.close()


async def test_a_connection_that_fails_late_fails_nobody_who_is_served() -> None:
    """The first request is on the connection of the second, which then needs another one."""
    gate, late = Gate(), asyncio.Event()
    async with talking(gate) as (server, _):
        dials = Dials(server.url, (late, ConnectionRefusedError()))
        transport = Http1Transport(server.url, HttpSettings(max_connections=2), dial=dials)
        first, second = transport.start(numbered(0)), transport.start(numbered(1))
        await gate.wait(1)
        assert transport.statistics == PoolStatistics(1, 0, 1, 1)
        late.set()
        await gate.wait(1)
        gate.open.set()
        assert [(await each).body for each in (first, second)] == [b"0", b"1"]
        assert dials.count == 3
        await transport.close()


async def test_a_connection_that_is_closed_at_once() -> None:
    async def dial(make: Callable[[], Any]) -> Any:
        connection = make()
        connection.connection_made(FakeSocket())
        connection.connection_lost(None)
        return connection

    transport = Http1Transport("http://users/graphql", HttpSettings(), dial=dial)
    error = await failure(transport, MUTATION)
    assert (error.code, error.connecting) == (CONNECTION, True)
    await transport.close()
    assert transport.statistics == EMPTY


async def test_a_request_does_not_fail_with_the_connection_of_another() -> None:
    late = asyncio.Event()
    async with talking(always(ANSWER)) as (server, _):
        dials = Dials(server.url, (late, ConnectionRefusedError()))
        transport = Http1Transport(server.url, HttpSettings(max_connections=1), dial=dials)
        left = transport.start(QUERY)
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        stays = transport.start(QUERY)
        late.set()
        assert (await stays).body == BODY
        assert dials.count == 2
        await transport.close()


async def _error(future: asyncio.Future[SubgraphResponse]) -> BaseException | None:
    await asyncio.wait([future])
    return future.exception()


async def test_closing_does_not_wait_for_connections_that_are_being_made() -> None:
    async with talking(always(ANSWER)) as (server, _):
        transport = Http1Transport(
            server.url, HttpSettings(), dial=Dials(server.url, (asyncio.Event(), None))
        )
        future = transport.start(QUERY)
        await asyncio.sleep(0)
        assert transport.statistics == PoolStatistics(0, 0, 1, 1)
        async with asyncio.timeout(20):
            await transport.close()
        assert getattr(future.exception(), "code", None) == CONNECTION
        assert transport.statistics == EMPTY


async def test_a_request_that_waited_has_its_own_time_for_an_answer() -> None:
    """Nobody looks for the time of a connection that was not there when the request came."""
    late = asyncio.Event()
    async with talking(silent) as (server, _):
        settings = HttpSettings(read_timeout=0.02, total_timeout=60.0)
        transport = Http1Transport(server.url, settings, dial=Dials(server.url, (late, None)))
        future = transport.start(QUERY)
        await asyncio.sleep(0.1)
        late.set()
        error = await asyncio.wait_for(_error(future), 20)
        assert getattr(error, "code", None) == TIMEOUT
        await transport.close()
