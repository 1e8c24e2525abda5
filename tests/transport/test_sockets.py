"""The endpoint behind uvicorn, byte for byte: what HTTP/1.1 promises about connections."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn

from router.pipeline import GraphQLRequest, GraphQLResponse
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.front import RouterApp
from router.transport.persisted_queries import PersistedQueries

WAIT = 10
"""Seconds; only a failure takes so long."""
MOST = 100_000


class Executor:
    """Answers with the text of the query. `{slow}` waits until the test says so."""

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.release = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        if request.query == "{slow}":
            self.waiting.set()
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise
        return GraphQLResponse(b'"%s"' % request.query.encode())


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


class Router:
    """A served endpoint, and how to speak to it."""

    def __init__(self, port: int) -> None:
        self.executor = Executor()
        self.watched = asyncio.Event()
        """Somebody asks whether a client is still there."""
        self._port = port
        options = EndpointOptions(max_body_bytes=MOST, new_id=lambda: "new")
        endpoint = GraphQLEndpoint(self.executor, PersistedQueries(None), options)
        self._app = RouterApp("/graphql", endpoint, None, options.new_id)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        complete = False

        async def noting() -> Any:
            nonlocal complete
            if complete:
                self.watched.set()
            message = await receive()
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, noting, send)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Client"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *parts: bytes) -> None:
        self._writer.write(b"".join(parts))
        await self._writer.drain()

    async def answer(self, *, with_body: bool = True) -> tuple[int, dict[str, str], bytes]:
        """The next one: status, headers, body."""
        async with asyncio.timeout(WAIT):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            status, *lines = head.rstrip().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            length = int(headers.get("content-length", 0)) if with_body else 0
            return int(status.split(" ")[1]), headers, await self._reader.readexactly(length)

    async def rest(self) -> bytes:
        """All until the other side closes."""
        async with asyncio.timeout(WAIT):
            return await self._reader.read()


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    listener = socket.create_server(("127.0.0.1", 0))
    served = Router(listener.getsockname()[1])
    config = uvicorn.Config(served, lifespan="off", log_level="warning", timeout_graceful_shutdown=WAIT)
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(WAIT):
        await server.is_up.wait()
    yield served
    server.should_exit = True
    await running


def head(length: int | None, *more: bytes, method: bytes = b"POST") -> bytes:
    lines = [method + b" /graphql HTTP/1.1", b"host: router", b"content-type: application/json", *more]
    lines += [] if length is None else [b"content-length: %d" % length]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def query(text: bytes) -> bytes:
    body = b'{"query": "%s"}' % text
    return head(len(body)) + body


async def test_one_connection_serves_many_requests(router: Router) -> None:
    async with router.connection() as client:
        for text in (b"{a}", b"{b}", b"{c}"):
            await client.send(query(text))
            status, headers, body = await client.answer()

            assert (status, body) == (200, b'"%s"' % text)
            assert headers["x-request-id"] == "new"
            assert "connection" not in headers


async def test_requests_may_come_before_the_answers(router: Router) -> None:
    async with router.connection() as client:
        await client.send(query(b"{a}"), query(b"{slow}"), query(b"{b}"))
        first = await client.answer()
        router.executor.release.set()
        others = [await client.answer() for _ in range(2)]

    assert [body for _, _, body in (first, *others)] == [b'"{a}"', b'"{slow}"', b'"{b}"']


async def test_a_body_may_come_in_pieces(router: Router) -> None:
    body = b'{"query": "{a}"}'
    async with router.connection() as client:
        await client.send(head(len(body)), body[:5])
        await client.send(body[5:])
        whole = await client.answer()
        await client.send(head(None, b"transfer-encoding: chunked"), b"5\r\n", body[:5], b"\r\n")
        await client.send(b"%x\r\n" % (len(body) - 5), body[5:], b"\r\n0\r\n\r\n")
        chunked = await client.answer()

    assert [(status, body) for status, _, body in (whole, chunked)] == [(200, b'"{a}"')] * 2


async def test_asks_for_the_body_when_it_wants_it(router: Router) -> None:
    body = b'{"query": "{a}"}'
    async with router.connection() as client:
        await client.send(head(len(body), b"expect: 100-continue"))
        asked, _, _ = await client.answer()
        await client.send(body)
        status, _, answered = await client.answer()

    assert (asked, status, answered) == (100, 200, b'"{a}"')


async def test_does_not_ask_for_a_body_that_it_will_not_read(router: Router) -> None:
    async with router.connection() as client:
        await client.send(head(MOST + 1, b"expect: 100-continue"))
        status, headers, _ = await client.answer()
        rest = await client.rest()

    assert (status, headers["connection"], rest) == (413, "close", b"")


async def test_stops_reading_a_body_that_is_too_large(router: Router) -> None:
    async with router.connection() as client:
        await client.send(head(None, b"transfer-encoding: chunked"))
        await client.send(b"%x\r\n" % (MOST + 1), b" " * (MOST + 1), b"\r\n")
        status, headers, body = await client.answer()
        rest = await client.rest()

    assert (status, headers["connection"], rest) == (413, "close", b"")
    assert b"REQUEST_TOO_LARGE" in body


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (head(None, method=b"HEAD"), 405),
        (head(None, method=b"OPTIONS"), 405),
        (head(3) + b"{}}", 400),
        (head(2, b"accept: text/html") + b"{}", 406),
        (head(2, b"content-encoding: compress") + b"{}", 415),
    ],
)
async def test_a_refusal_leaves_the_connection_as_it_is(router: Router, request_: bytes, status: int) -> None:
    async with router.connection() as client:
        await client.send(request_)
        refused, headers, _ = await client.answer(with_body=not request_.startswith(b"HEAD"))
        await client.send(query(b"{a}"))
        _, _, body = await client.answer()

    assert (refused, body) == (status, b'"{a}"')
    assert int(headers["content-length"]) > 0


async def test_a_client_that_leaves_stops_its_query(router: Router) -> None:
    async with router.connection() as client:
        await client.send(query(b"{slow}"))
        await asyncio.wait_for(router.executor.waiting.wait(), WAIT)

    await asyncio.wait_for(router.executor.cancelled.wait(), WAIT)


async def test_a_client_that_stays_gets_a_late_answer_and_the_next_one(router: Router) -> None:
    async with router.connection() as client:
        await client.send(query(b"{slow}"))
        await asyncio.wait_for(router.watched.wait(), WAIT)
        router.executor.release.set()
        late = await client.answer()
        await client.send(query(b"{a}"))
        following = await client.answer()

    assert [body for _, _, body in (late, following)] == [b'"{slow}"', b'"{a}"']
    assert not router.executor.cancelled.is_set()
