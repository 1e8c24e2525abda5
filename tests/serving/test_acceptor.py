"""How workers share connections: here several in one process, each with a socket of its own onto the same queue."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from router.serving import acceptor
from router.serving.acceptor import Acceptor
from router.serving.occupancy import Occupancy


class Worker:
    """Keeps its connections open."""

    def __init__(self, listener: socket.socket, occupancy: Occupancy, number: int) -> None:
        self.connections: set[asyncio.Protocol] = set()
        self.acceptor = Acceptor(listener, occupancy, number)

    def open(self) -> None:
        self.acceptor.open(self.connections, self.protocol)

    def protocol(self) -> asyncio.Protocol:
        worker = self

        class Kept(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                worker.connections.add(self)

            def connection_lost(self, error: Exception | None) -> None:
                worker.connections.discard(self)

        return Kept()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as found:
        yield found


async def connections(stack: ExitStack, listener: socket.socket, workers: list[Worker], count: int) -> None:
    """Opens so many more, and waits until they are taken."""
    before = sum(len(each.connections) for each in workers)
    for _ in range(count):
        client = stack.enter_context(socket.socket())
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, listener.getsockname())
    async with asyncio.timeout(30):
        while sum(len(each.connections) for each in workers) < before + count:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_many_at_once_are_shared(listener: socket.socket) -> None:
    occupancy = Occupancy(8)
    workers = [Worker(listener.dup(), occupancy, number) for number in (1, 2, 3)]
    for each in workers:
        each.open()

    with ExitStack() as stack:
        await connections(stack, listener, workers, 60)
        shares = [len(each.connections) for each in workers]
        for each in workers:
            each.acceptor.close()
            await each.acceptor.wait_closed()
    await gone(workers)

    assert min(shares) >= 15, shares


async def test_one_that_has_more_lets_a_new_one_go_first(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptor, "_AFTER_YOU_SECONDS", 60)  # a machine may stop for longer than it is
    occupancy = Occupancy(8)
    old, new = (Worker(listener.dup(), occupancy, number) for number in (1, 2))
    old.open()

    with ExitStack() as stack:
        await connections(stack, listener, [old], 20)
        new.open()
        await connections(stack, listener, [old, new], 10)
        shares = (len(old.connections), len(new.connections))
        for each in (old, new):
            each.acceptor.close()
            await each.acceptor.wait_closed()
    await gone([old, new])

    assert shares == (20, 10)


async def test_takes_what_a_busier_one_would_not_but_nobody_else_does(listener: socket.socket) -> None:
    occupancy = Occupancy(8)
    occupancy.tell(2, 0)
    alone = Worker(listener.dup(), occupancy, 1)
    alone.open()

    with ExitStack() as stack:
        await connections(stack, listener, [alone], 10)
        alone.acceptor.close()
        await alone.acceptor.wait_closed()
    await gone([alone])

    assert occupancy.least() == 0


async def test_the_last_one_takes_all_that_wait(listener: socket.socket) -> None:
    last = Worker(listener.dup(), Occupancy(8), 1)
    last.open()

    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        last.acceptor.close(for_all=True)
        await last.acceptor.wait_closed()
        taken = len(last.connections)
    await gone([last])

    assert taken == 10


async def test_one_that_is_closed_takes_nothing(listener: socket.socket) -> None:
    occupancy = Occupancy(8)
    closed, other = (Worker(listener.dup(), occupancy, number) for number in (1, 2))
    closed.open()
    other.open()
    closed.acceptor.close()
    closed.acceptor.close()

    with ExitStack() as stack:
        await connections(stack, listener, [other], 5)
        other.acceptor.close()
        await other.acceptor.wait_closed()
    await gone([other])

    assert closed.connections == set()


async def gone(workers: list[Worker]) -> None:
    """Waits until no connection is left, so that none is when the loop ends."""
    async with asyncio.timeout(30):
        while any(each.connections for each in workers):  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def test_occupancy_counts_only_those_that_are_there() -> None:
    occupancy = Occupancy(4)
    assert occupancy.least() == 0

    occupancy.tell(1, 7)
    occupancy.tell(3, 5)
    assert occupancy.least() == 5

    occupancy.leave(3)
    assert occupancy.least() == 7
