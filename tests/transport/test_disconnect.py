"""Clients that leave before their answer is there."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from router.app import create_app
from router.settings import RouterSettings
from router.transport.disconnect import ClientGoneError, Clients

WAIT = 10
"""Seconds; only a failure takes so long."""
SOON = 0.001


class LeavingClient:
    """Speaks ASGI: sends one request, and is gone when told so."""

    def __init__(self, query: str, *, body_complete: bool = True) -> None:
        self.gone = asyncio.Event()
        self.received: list[Any] = []
        body = msgspec.json.encode({"query": query})
        self._messages = [{"type": "http.request", "body": body, "more_body": not body_complete}]

    async def request(self, app: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("router", 80),
        }  # fmt: skip
        await app(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        if self._messages:
            return self._messages.pop()
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.received.append(message)


def app(small_graph: Any) -> Any:
    return create_app(RouterSettings(), small_graph.supergraph, transports=small_graph.transports)


async def test_stops_a_query_nobody_waits_for(small_graph: Any) -> None:
    client = LeavingClient("{ slow }")
    serving = asyncio.create_task(client.request(app(small_graph)))
    await small_graph.waiting.wait()

    client.gone.set()
    await serving

    assert small_graph.finished == ["slow cancelled"]
    assert client.received == []


async def test_finishes_a_mutation_nobody_waits_for(small_graph: Any) -> None:
    client = LeavingClient("mutation { slowly }")
    serving = asyncio.create_task(client.request(app(small_graph)))
    await small_graph.waiting.wait()

    client.gone.set()
    await serving
    small_graph.release.set()
    for _ in range(10):
        await asyncio.sleep(0)

    assert small_graph.finished == ["slowly"]


async def test_a_client_that_leaves_while_it_sends(small_graph: Any) -> None:
    client = LeavingClient("{ slow }", body_complete=False)
    client.gone.set()

    await client.request(app(small_graph))

    assert client.received == []
    assert small_graph.requests == []


async def test_answers_a_client_that_stays(small_graph: Any) -> None:
    client = LeavingClient("{ slow }")
    small_graph.release.set()

    await client.request(app(small_graph))

    assert client.received[1]["body"] == b'{"data":{"slow":"slow"}}'


class Connection:
    """The server's side of one client."""

    def __init__(self, *, broken: bool = False) -> None:
        self.watched = asyncio.Event()
        self.gone = asyncio.Event()
        self.let_go = asyncio.Event()
        self._broken = broken
        self._messages = ["http.request", "http.request"]

    async def receive(self) -> Any:
        self.watched.set()
        if self._broken:
            raise OSError("no connection")
        if self._messages:
            return {"type": self._messages.pop()}
        try:
            await self.gone.wait()
        except asyncio.CancelledError:
            self.let_go.set()
            raise
        return {"type": "http.disconnect"}


async def serve_for_ever(clients: Clients, connection: Connection) -> None:
    with clients.waiting(connection.receive):
        await asyncio.Event().wait()


async def test_short_requests_are_not_watched() -> None:
    clients, connection = Clients(seconds=60), Connection()

    with clients.waiting(connection.receive):
        await asyncio.sleep(0)

    assert not connection.watched.is_set()


async def test_long_ones_are_until_their_answer_is_there() -> None:
    clients, connection = Clients(SOON), Connection()

    async with asyncio.timeout(WAIT):
        with clients.waiting(connection.receive):
            await connection.watched.wait()
        await connection.let_go.wait()


@pytest.mark.parametrize("broken", [False, True])
async def test_stops_when_the_client_goes(broken: bool, caplog: pytest.LogCaptureFixture) -> None:
    connection = Connection(broken=broken)
    connection.gone.set()

    async with asyncio.timeout(WAIT):
        with pytest.raises(ClientGoneError):
            await serve_for_ever(Clients(SOON), connection)

    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
    gc.collect()
    assert caplog.text == ""


async def test_a_server_that_stops_is_not_a_client_that_goes() -> None:
    connection = Connection()
    serving = asyncio.create_task(serve_for_ever(Clients(SOON), connection))
    async with asyncio.timeout(WAIT):
        await connection.watched.wait()

    serving.cancel()
    connection.gone.set()
    await asyncio.wait([serving], timeout=WAIT)

    assert serving.cancelled()


async def test_nor_is_one_that_stops_at_the_same_time() -> None:
    clients, connection = Clients(SOON), Connection()

    async def clean_up_until_the_client_goes() -> None:
        with clients.waiting(connection.receive):
            try:
                await asyncio.Event().wait()
            finally:
                connection.gone.set()
                await asyncio.Event().wait()

    serving = asyncio.create_task(clean_up_until_the_client_goes())
    async with asyncio.timeout(WAIT):
        await connection.watched.wait()
    serving.cancel()
    await asyncio.wait([serving], timeout=WAIT)

    assert serving.cancelled()


async def test_work_that_ends_all_the_same_has_its_result() -> None:
    clients, connection = Clients(SOON), Connection()
    connection.gone.set()
    finished = []

    async with asyncio.timeout(WAIT):
        with clients.waiting(connection.receive):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                finished.append("in spite of all")

    task = asyncio.current_task()
    assert task is not None
    assert (finished, task.cancelling()) == (["in spite of all"], 0)


class Loop:
    """An event loop whose timer is the test."""

    def __init__(self) -> None:
        self.timers: list[Callable[[], None]] = []
        self.watchers = 0

    def call_later(self, _seconds: float, callback: Any, *arguments: Any) -> None:
        self.timers.append(lambda: callback(*arguments))

    def create_task(self, watcher: Any) -> "asyncio.Future[None]":
        watcher.close()
        self.watchers += 1
        return asyncio.get_running_loop().create_future()

    def turn(self) -> None:
        due, self.timers = self.timers, []
        for timer in due:
            timer()


async def test_watches_those_that_were_there_a_turn_before() -> None:
    clients, loop, connection = Clients(), Loop(), Connection()
    first, second, third, fourth = (clients.waiting(connection.receive) for _ in range(4))
    watchers = []

    clients.add(first, cast(asyncio.AbstractEventLoop, loop))
    clients.add(second, cast(asyncio.AbstractEventLoop, loop))
    loop.turn()
    watchers.append(loop.watchers)
    clients.add(third, cast(asyncio.AbstractEventLoop, loop))
    clients.add(fourth, cast(asyncio.AbstractEventLoop, loop))
    clients.remove(fourth)
    clients.remove(first)
    loop.turn()
    watchers.append(loop.watchers)
    clients.remove(third)
    loop.turn()
    watchers.append(loop.watchers)

    assert watchers == [0, 1, 1]
    assert loop.timers == []


async def test_watches_again_after_a_rest() -> None:
    clients = Clients(SOON)

    for _ in range(3):
        connection = Connection()
        async with asyncio.timeout(WAIT):
            with clients.waiting(connection.receive):
                await connection.watched.wait()
            await connection.let_go.wait()
        await asyncio.sleep(SOON * 3)


def test_watches_in_another_event_loop() -> None:
    clients, connection = Clients(SOON), Connection()
    connection.gone.set()

    async def short() -> None:
        with clients.waiting(connection.receive):
            await asyncio.sleep(0)

    async def long() -> None:
        async with asyncio.timeout(WAIT):
            with pytest.raises(ClientGoneError):
                await serve_for_ever(clients, connection)

    asyncio.run(short())
    asyncio.run(long())


async def test_many_at_once() -> None:
    clients = Clients(SOON)
    connections = [Connection() for _ in range(100)]
    serving = [asyncio.create_task(serve_for_ever(clients, each)) for each in connections]
    async with asyncio.timeout(WAIT):
        for connection in connections:
            await connection.watched.wait()

    for connection in connections[::2]:
        connection.gone.set()
    await asyncio.wait(serving[::2], timeout=WAIT)

    assert {type(task.exception()) for task in serving[::2]} == {ClientGoneError}
    assert [task.done() for task in serving[1::2]] == [False] * 50
    for task in serving[1::2]:
        task.cancel()
    await asyncio.wait(serving, timeout=WAIT)
