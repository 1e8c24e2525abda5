"""When connections are used again, and when they end."""

import asyncio
import gc
import time
import weakref
from contextvars import ContextVar, copy_context

import pytest

from router.upstream.http1.pool import PoolStatistics
from tests.upstream.http1.client import (
    CONNECTION,
    EMPTY,
    MUTATION,
    ONE_IDLE,
    QUERY,
    Gate,
    failure,
    fetch_at_once,
    talking,
    until,
)
from tests.upstream.http1.raw_server import Peer, Script, always, answer

BODY = b'{"data":{}}'
ANSWER = answer(BODY)


async def test_a_connection_serves_again() -> None:
    async with talking(always(ANSWER)) as (server, transport):
        for _ in range(3):
            await transport.fetch(QUERY)
        assert transport.statistics == ONE_IDLE
        assert len(server.peers) == 1


async def test_the_connection_that_was_used_last_is_used_first() -> None:
    gate = Gate()
    async with talking(gate) as (_, transport):
        fetching = asyncio.create_task(fetch_at_once(transport, 3))
        await gate.wait(3)
        gate.open.set()
        await fetching
        for _ in range(3):
            await transport.fetch(QUERY)
        assert transport.statistics == PoolStatistics(3, 3, 0, 0)
    assert len(set(gate.connections[3:])) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ANSWER, ONE_IDLE),
        (answer(BODY, "Connection: close"), EMPTY),
        (ANSWER.replace(b"1.1", b"1.0"), EMPTY),
        (answer(BODY, "Connection: keep-alive").replace(b"1.1", b"1.0"), ONE_IDLE),
        (answer(BODY, "Keep-Alive: timeout=5"), ONE_IDLE),
        (answer(BODY, "Keep-Alive: max=100, timeout=72"), ONE_IDLE),
        (answer(BODY, "Keep-Alive: timeout=1"), EMPTY),
        (answer(BODY, "Keep-Alive: max=5, Timeout = 0"), EMPTY),
        (answer(BODY, "Keep-Alive: nonsense"), ONE_IDLE),
        (ANSWER + b"garbage", EMPTY),
        (ANSWER + ANSWER, EMPTY),
    ],
)
async def test_an_answer_says_whether_its_connection_stays(data: bytes, expected: PoolStatistics) -> None:
    async with talking(always(data)) as (server, transport):
        for _ in range(2):
            assert (await transport.fetch(QUERY)).body == BODY
            assert transport.statistics == expected
        assert len(server.peers) == (1 if expected is ONE_IDLE else 2)


async def test_an_idle_connection_ends_after_a_while() -> None:
    async with talking(always(ANSWER), keep_alive=0.02) as (server, transport):
        await transport.fetch(QUERY)
        await server.settled()
        await until(transport, EMPTY)


@pytest.mark.asyncio(loop_factories=["asyncio"])  # the clock of uvloop stands while nothing else runs
async def test_an_idle_connection_that_is_too_old_is_not_used_though_nobody_looked() -> None:
    async with talking(always(ANSWER), keep_alive=0.02) as (server, transport):
        await transport.fetch(QUERY)
        time.sleep(0.05)  # noqa: ASYNC251  nothing else may run
        await transport.fetch(QUERY)
        assert len(server.peers) == 2


async def test_an_old_connection_ends_with_its_answer() -> None:
    async with talking(always(ANSWER), max_connection_age=0) as (server, transport):
        for _ in range(3):
            await transport.fetch(QUERY)
            assert transport.statistics == EMPTY
        assert len(server.peers) == 3


async def test_an_old_connection_makes_room_for_those_that_wait() -> None:
    async with talking(always(ANSWER), max_connection_age=0, max_connections=2) as (server, transport):
        assert len(await fetch_at_once(transport, 20)) == 20
        assert transport.statistics == EMPTY
        assert len(server.peers) == 20


async def test_a_connection_that_the_peer_closed_is_no_longer_there() -> None:
    async with talking(always(ANSWER, close=True)) as (server, transport):
        for count in (1, 2, 3):
            await transport.fetch(MUTATION)
            await until(transport, EMPTY)
            assert len(server.peers) == count


async def test_bytes_on_an_idle_connection_end_it() -> None:
    more = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(ANSWER)
        if peer.number == 0:
            await more.wait()
            await peer.send(answer(b"of somebody else"))
        await peer.end()

    async with talking(script) as (_, transport):
        await transport.fetch(QUERY)
        assert transport.statistics == ONE_IDLE
        more.set()
        await until(transport, EMPTY)
        assert (await transport.fetch(QUERY)).body == BODY


def closing_used(*, before: bytes = b"", forever: bool = False) -> Script:
    """Answers the first request of a connection, and closes it in place of the second answer; later ones stay."""

    async def script(peer: Peer) -> None:
        await peer.request()
        if forever and peer.number > 0:
            return
        await peer.send(ANSWER)
        await peer.request()
        if peer.number < 2:
            await peer.send(before)
        else:
            await peer.send(ANSWER)

    return script


async def test_a_query_on_a_stale_connection_is_repeated_on_a_new_one() -> None:
    async with talking(closing_used()) as (server, transport):
        await fetch_at_once(transport, 2)
        assert transport.statistics == PoolStatistics(2, 2, 0, 0)

        assert (await transport.fetch(QUERY)).body == BODY

        assert len(server.peers) == 3


async def test_a_query_is_repeated_once() -> None:
    async with talking(closing_used(forever=True)) as (server, transport):
        await transport.fetch(QUERY)

        error = await failure(transport)

        assert (error.code, error.connecting) == (CONNECTION, False)
        assert len(server.peers) == 2


async def test_a_query_that_got_a_byte_is_not_repeated() -> None:
    async with talking(closing_used(before=b"H")) as (server, transport):
        await transport.fetch(QUERY)

        assert (await failure(transport)).code == CONNECTION

        assert len(server.peers) == 1


async def test_a_mutation_that_was_sent_is_never_repeated() -> None:
    async with talking(closing_used()) as (server, transport):
        await transport.fetch(MUTATION)

        error = await failure(transport, MUTATION)

        assert (error.code, error.connecting) == (CONNECTION, False)
        assert len(server.peers) == 1


class Owned:
    """Something that a request's context holds."""


OWNED: ContextVar[Owned] = ContextVar("OWNED")


async def test_a_connection_does_not_keep_what_belongs_to_its_first_request() -> None:
    async with talking(always(ANSWER)) as (_, transport):
        context = copy_context()
        owned = Owned()
        context.run(OWNED.set, owned)
        await asyncio.create_task(transport.fetch(QUERY), context=context)
        gone = weakref.ref(owned)
        del owned, context
        await transport.fetch(QUERY)
        gc.collect()
        assert gone() is None
