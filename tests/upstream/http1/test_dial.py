"""How a name becomes a connection."""

import asyncio
import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from router.upstream.http1 import Http1Transport, HttpSettings, read_url
from router.upstream.http1.dial import Dialer, resolve
from tests.upstream.http1.client import QUERY
from tests.upstream.http1.raw_server import Peer, always, answer, serving


class Names:
    """The addresses of any name."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.addresses


def free_port(*addresses: str) -> int:
    """One that is free at all of them, below those that the system gives to clients."""
    for port in random.sample(range(20_000, 32_000), 100):
        with suppress(OSError), ExitStack() as stack:
            for address in addresses:
                stack.enter_context(socket.socket()).bind((address, port))
            return port
    raise AssertionError("no port is free")


def named(names: Names, port: int, **settings: float) -> Http1Transport:
    """A client of a server that only these names know."""
    url = f"http://users.internal:{port}/graphql"
    dialer = Dialer(read_url(url), settings.get("connect_timeout", 20.0), None, names)
    return Http1Transport(url, HttpSettings(max_connection_age=settings.get("age", 60.0)), dial=dialer)


async def test_each_new_connection_follows_the_name_to_its_address() -> None:
    names = Names("127.0.0.1")
    port = free_port("127.0.0.1", "127.0.0.2")
    async with (
        serving(always(answer(b"old")), port=port),
        serving(always(answer(b"new")), host="127.0.0.2", port=port),
    ):
        transport = named(names, port, age=0)
        assert (await transport.fetch(QUERY)).body == b"old"
        names.addresses = ("127.0.0.2",)
        assert (await transport.fetch(QUERY)).body == b"new"
        await transport.close()
    assert names.asked == [("users.internal", port)] * 2


async def test_a_young_connection_asks_no_name() -> None:
    names = Names("127.0.0.1")
    async with serving(always(answer(b"{}"))) as server:
        transport = named(names, read_url(server.url).port)
        await transport.fetch(QUERY)
        names.addresses = ()
        await transport.fetch(QUERY)
        await transport.close()
    assert len(names.asked) == 1


async def test_connections_are_spread_over_all_addresses() -> None:
    addresses = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    waiting = asyncio.Semaphore(0)
    release = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        waiting.release()
        await release.wait()
        await peer.send(answer(b"{}"))

    port = free_port(*addresses)
    async with (
        serving(script, host=addresses[0], port=port) as first,
        serving(script, host=addresses[1], port=port) as second,
        serving(script, host=addresses[2], port=port) as third,
    ):
        transport = named(Names(*addresses), port)
        futures = [transport.start(QUERY) for _ in range(6)]
        async with asyncio.timeout(20):
            for _ in futures:
                await waiting.acquire()
        release.set()
        await asyncio.gather(*futures)
        await transport.close()
        assert [len(each.peers) for each in (first, second, third)] == [2, 2, 2]


async def test_an_address_where_nobody_listens_is_passed_over() -> None:
    port = free_port("127.0.0.1", "127.0.0.9")
    async with serving(always(answer(b"{}")), port=port):
        transport = named(Names("127.0.0.9", "127.0.0.1"), port, age=0)
        for _ in range(3):
            assert (await transport.fetch(QUERY)).body == b"{}"
        await transport.close()


@contextmanager
def stalled(host: str, port: int = 0) -> Iterator[int]:
    """A port where connections do not come about, because nobody takes those that are there."""
    with socket.socket() as listening:
        listening.bind((host, port))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(listening.getsockname())
            yield listening.getsockname()[1]
        finally:
            for each in waiting:
                each.close()


async def connect(dialer: Dialer) -> asyncio.Protocol:
    return await dialer(asyncio.Protocol)


async def test_a_connection_that_does_not_come_about_is_given_up() -> None:
    with stalled("127.0.0.1") as port:
        dialer = Dialer(read_url(f"http://127.0.0.1:{port}/"), 0.1, None, resolve)
        with pytest.raises(TimeoutError):
            await connect(dialer)


async def test_each_address_has_its_share_of_the_time() -> None:
    port = free_port("127.0.0.1", "127.0.0.2")
    with stalled("127.0.0.1", port):
        async with serving(always(answer(b"{}")), host="127.0.0.2", port=port):
            transport = named(Names("127.0.0.1", "127.0.0.2"), port, connect_timeout=2.0)
            assert (await transport.fetch(QUERY)).body == b"{}"
            await transport.close()


async def test_a_name_without_addresses() -> None:
    with pytest.raises(OSError, match=r"users\.internal has no address"):
        await connect(Dialer(read_url("http://users.internal/"), 1.0, None, Names()))


async def test_resolves_names_and_leaves_addresses_alone() -> None:
    assert await resolve("127.0.0.1", 80) == ("127.0.0.1",)
    assert await resolve("::1", 80) == ("::1",)
    assert "127.0.0.1" in await resolve("localhost", 80)


async def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(OSError, match=r"\w"):
        await resolve("a.invalid", 80)


async def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await connect(Dialer(read_url(f"unix:{tmp_path}/users.sock"), 1.0, None, Names()))
