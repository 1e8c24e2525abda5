"""One connection between a pool and a socket that are both made up, so that everything happens in a known order."""

import asyncio
from functools import partial
from typing import Any

import pytest

from router.upstream.call import settle
from router.upstream.http1.connection import Connection
from router.upstream.http1.exchange import Exchange
from router.upstream.http1.head import RequestWriter
from router.upstream.http1.target import read_url
from router.upstream.subgraph import SubgraphError, SubgraphResponse
from tests.upstream.http1.client import CONNECTION, INVALID, MUTATION, QUERY, TIMEOUT
from tests.upstream.http1.fake_socket import FakeSocket
from tests.upstream.http1.raw_server import OK, answer

URL = "http://users/graphql"
BODY = b'{"data":{}}'
ANSWER = answer(BODY)


class Owner:
    """Notes what it is told."""

    url = URL
    writer = RequestWriter(read_url(URL))

    def __init__(self) -> None:
        self.told: list[str] = []
        self.repeat: Exchange | None = None

    def connected(self, connection: Connection) -> None:
        self.told.append("connected")

    def released(self, connection: Connection, keep_alive: str | None) -> None:
        self.told.append(f"released {keep_alive}")

    def dropped(self, connection: Connection, repeat: Exchange | None) -> None:
        self.told.append("dropped")
        self.repeat = repeat

    def disconnected(self, connection: Connection) -> None:
        self.told.append("disconnected")


class Wire:
    """A connection and both of its ends."""

    def __init__(self) -> None:
        self.owner = Owner()
        self.socket = FakeSocket()
        self.connection = Connection(self.owner, asyncio.get_running_loop(), 1000)
        self.connection.connection_made(self.socket)

    def send(self, exchange: "Asked") -> asyncio.Future[SubgraphResponse]:
        assert self.connection.send(exchange, 1.0)
        return exchange.future

    def serve(self) -> None:
        """One request, so that the next finds a connection that is used again."""
        self.send(exchange()).cancelled()
        self.connection.data_received(ANSWER)
        self.owner.told.clear()


@pytest.fixture
async def wire() -> Wire:
    return Wire()


class Asked(Exchange, eq=False, kw_only=True):
    """Its end as a future, which cancels it."""

    future: asyncio.Future[SubgraphResponse]


def exchange(request: Any = QUERY) -> Asked:
    future: asyncio.Future[SubgraphResponse] = asyncio.get_running_loop().create_future()
    asked = Asked(request, partial(settle, future), 100.0, future=future)
    future.add_done_callback(lambda _: asked.cancel())
    return asked


def code(future: asyncio.Future[SubgraphResponse]) -> str:
    error = future.exception()
    assert isinstance(error, SubgraphError)
    return error.code


async def test_sends_reads_and_is_released(wire: Wire) -> None:
    future = wire.send(exchange())
    assert wire.socket.written[0].endswith(QUERY.body)

    wire.connection.data_received(answer(BODY, "Keep-Alive: timeout=5"))

    assert future.result().body == BODY
    assert wire.owner.told == ["connected", "released timeout=5"]
    assert not wire.connection.closed


@pytest.mark.parametrize("at", range(len(ANSWER)))
async def test_a_connection_that_is_reset_at_every_byte(wire: Wire, at: int) -> None:
    future = wire.send(exchange())
    if at:
        wire.connection.data_received(ANSWER[:at])

    wire.connection.connection_lost(ConnectionResetError())

    assert code(future) == (CONNECTION if at < len(ANSWER) - len(BODY) else INVALID)
    assert wire.owner.told == ["connected", "dropped", "disconnected"]
    assert wire.owner.repeat is None


async def test_a_query_is_repeated_if_its_used_connection_gave_no_byte(wire: Wire) -> None:
    wire.serve()
    sent = exchange()
    future = wire.send(sent)

    wire.connection.eof_received()

    assert wire.owner.repeat is sent
    assert sent.repeated
    assert not future.done()
    assert wire.owner.told == ["dropped"]


async def test_a_mutation_is_not(wire: Wire) -> None:
    wire.serve()
    future = wire.send(exchange(MUTATION))

    wire.connection.connection_lost(None)

    assert code(future) == CONNECTION
    assert wire.owner.repeat is None


async def test_nor_what_was_repeated_before_or_got_a_byte_or_is_cancelled(wire: Wire) -> None:
    again, begun, cancelled = exchange(), exchange(), exchange()
    again.repeated = True
    for sent in (again, begun, cancelled):
        wire = Wire()
        wire.serve()
        wire.send(sent)
        if sent is begun:
            wire.connection.data_received(b"H")
        if sent is cancelled:
            sent.cancel()

        wire.connection.eof_received()

        assert wire.owner.repeat is None
        assert sent.done()
    assert (code(again.future), code(begun.future)) == (CONNECTION, CONNECTION)


async def test_nor_on_a_connection_that_is_new(wire: Wire) -> None:
    future = wire.send(exchange())

    wire.connection.eof_received()

    assert code(future) == CONNECTION
    assert wire.owner.repeat is None


async def test_a_closed_one_sends_nothing(wire: Wire) -> None:
    wire.socket.closing = True

    assert not wire.connection.send(exchange(MUTATION), 1.0)
    assert wire.socket.written == []
    assert wire.connection.exchange is None


async def test_bytes_that_nobody_asked_for_close_it(wire: Wire) -> None:
    wire.connection.data_received(ANSWER)

    assert wire.owner.told == ["connected", "dropped"]
    assert wire.socket.closing


async def test_cancelling_closes_it(wire: Wire) -> None:
    future = wire.send(exchange())
    wire.connection.data_received(ANSWER[:10])
    future.cancel()
    await asyncio.sleep(0)

    wire.connection.data_received(ANSWER[10:])
    wire.connection.connection_lost(None)

    assert wire.owner.told == ["connected", "dropped", "disconnected"]


async def test_an_answer_in_the_moment_of_cancelling_leaves_it_usable(wire: Wire) -> None:
    future = wire.send(exchange())
    future.cancel()
    wire.connection.data_received(ANSWER)
    following = wire.send(exchange())
    await asyncio.sleep(0)

    wire.connection.data_received(ANSWER)

    assert following.result().body == BODY
    assert wire.owner.told == ["connected", "released None", "released None"]


async def test_an_answer_before_the_request_is_gone_ends_it(wire: Wire) -> None:
    future = wire.send(exchange())
    wire.connection.pause_writing()

    wire.connection.data_received(ANSWER)

    assert future.result().body == BODY
    assert wire.owner.told == ["connected", "dropped"]


async def test_a_request_that_went_in_the_end_does_not(wire: Wire) -> None:
    wire.send(exchange())
    wire.connection.pause_writing()
    wire.connection.resume_writing()

    wire.connection.data_received(ANSWER)

    assert wire.owner.told == ["connected", "released None"]


async def test_the_end_of_a_time(wire: Wire) -> None:
    future = wire.send(exchange())

    wire.connection.time_out()
    wire.connection.connection_lost(None)

    assert code(future) == TIMEOUT
    assert wire.owner.told == ["connected", "dropped", "disconnected"]


async def test_without_a_length_the_end_is_the_end(wire: Wire) -> None:
    future = wire.send(exchange())
    wire.connection.data_received(OK + b"\r\n" + BODY)

    wire.connection.eof_received()

    assert future.result().body == BODY
    assert wire.owner.told == ["connected", "dropped"]


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
async def test_a_wrong_answer_after_a_right_beginning(wire: Wire, data: bytes) -> None:
    future = wire.send(exchange())
    wire.connection.data_received(data + OK)

    wire.connection.data_received(b"\x00")
    wire.connection.data_received(ANSWER)

    assert code(future) == INVALID
    assert wire.owner.told == ["connected", "dropped"]
