"""Redis breaks in the middle of load: two router processes that share it fail nothing, answer nothing wrong, and find back.

Whatever a client is told follows from what it knew when it asked: no count is older than one that a router has acknowledged
to anybody, and no time of day is older than its policy allows. How long something lasts is counted in answers.
"""

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from launcher.errors import LaunchError
from launcher.valkey import ValkeyServer
from router.cache.redis_connection import connect
from tests.e2e.versions import Versions
from tests.e2e.watchful_clients import WatchfulClients
from tests.fault_proxy import FaultProxy
from tests.serving.processes import Router, routers

pytestmark = pytest.mark.asyncio(loop_scope="module")
PREFIX = "faults"
TIMEOUT = 0.25
"""Of the cache, in seconds."""
HANGS = 40 * TIMEOUT
MAX_AGE, STALE = 1, 1
SLACK = 1
"""Seconds of `Note.clock`, and how late an answer may be on its way when others use the machine, too."""
HIT = "query($id: ID!) { note(id: $id) { id version marks } }"
WRITE = "mutation($id: ID!) { write(id: $id) { id version } }"


@dataclass
class Running:
    """Two processes, each with its own way to Redis. All tests use the same ones, so each has to leave them well."""

    server: ValkeyServer
    proxies: list[FaultProxy]
    graph: Versions
    routers: list[Router]

    @asynccontextmanager
    async def load(self) -> AsyncIterator[WatchfulClients]:
        """All checks are made at its end."""
        await self.recovered()
        urls = [each.url for each in self.routers]
        try:
            async with WatchfulClients(urls, (MAX_AGE + STALE + SLACK) * 1000) as clients:
                await clients.go_on()
                yield clients
                await clients.go_on()
        finally:
            for proxy in self.proxies:
                proxy.delay, proxy.garble = 0, bytes
        assert clients.failed[:5] == [], [each.words()[-5000:] for each in self.routers]
        assert clients.wrong[:5] == []
        assert clients.slowest < HANGS
        await self.recovered()
        assert all(each.process.poll() is None for each in self.routers)

    async def recovered(self) -> None:
        """Until one process finds what the other one has kept, after a change."""
        async with asyncio.timeout(30):
            while not await self._is_shared():  # noqa: ASYNC110  nobody is told
                await asyncio.sleep(0.1)

    async def _is_shared(self) -> bool:
        one, two = (each.url for each in self.routers)
        clients = WatchfulClients([one, two], 60_000)
        async with clients.once():
            await clients.mutate(one, WRITE, id="5")
            await clients.query(one, HIT, id="5")
            await asyncio.sleep(0.05)  # it is filled in beside the answer
            before = self.graph.calls.total()
            await clients.query(two, HIT, id="5")
            assert clients.failed == clients.wrong == []
            return self.graph.calls.total() == before

    @asynccontextmanager
    async def other(self) -> AsyncIterator["Redis"]:
        """Somebody else's client of the server."""
        client = connect(self.server.url)
        yield client
        await client.aclose()

    async def pid(self) -> int:
        async with self.other() as other:
            return int((await other.info("server"))["process_id"])

    async def kill(self) -> None:
        """As `kill -9` does."""
        os.kill(await self.pid(), signal.SIGKILL)
        self.server.stop()

    def start_again(self) -> None:
        """At the same port."""
        self.server.port = urlsplit(self.server.url).port
        self.server.start()


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    found = ValkeyServer(scratch / "faults", durable=False)
    try:
        found.start()
    except LaunchError as error:
        pytest.skip(str(error))
    yield found
    found.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(server: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("faults")
    async with Versions() as graph, FaultProxy(server.url) as one, FaultProxy(server.url) as two:
        supergraph = folder / "supergraph.graphql"
        supergraph.write_text(graph.sdl)
        with routers() as start:
            started: list[Router] = []
            for proxy in (one, two):
                config = folder / f"{len(started)}.yaml"
                config.write_text(json.dumps(settings(graph, proxy)))
                started.append(start(supergraph, "--config", str(config)))
            yield Running(server, [one, two], graph, started)


def settings(graph: Versions, proxy: FaultProxy) -> dict[str, object]:
    """Subgraphs do not share calls: without a cache, one process would not know of the other's mutations either."""
    return {
        "cache": {
            "store": proxy.url,
            "namespace": PREFIX,
            "timeout_ms": int(TIMEOUT * 1000),
            "policy": {
                "*": {"maxAge": 60},
                "Note.clock": {"maxAge": MAX_AGE, "staleWhileRevalidate": STALE},
            },
        },
        "subgraphs": {name: {"url": url} for name, url in graph.urls.items()},
        "traffic": {"single_flight": "off"},
    }


async def test_killed_and_started_again(running: Running) -> None:
    async with running.load() as clients:
        await running.kill()
        await clients.go_on()
        running.start_again()


async def test_started_again_with_what_has_been_invalidated_since(running: Running) -> None:
    async with running.load() as clients:
        async with running.other() as other:
            await other.save()
        await clients.go_on()
        await running.kill()
        await clients.go_on()
        running.start_again()
        async with running.other() as other:
            assert await other.exists(f"{PREFIX}:clock")


async def test_frozen(running: Running) -> None:
    """For a moment, and for so long that nobody waits for it."""
    async with running.load() as clients:
        pid = await running.pid()
        for mutations in (1, 8):
            os.kill(pid, signal.SIGSTOP)
            await clients.go_on(mutations=mutations)
            os.kill(pid, signal.SIGCONT)
            await clients.go_on()


@pytest.mark.parametrize("processes", [1, 2])
async def test_slow(running: Running, processes: int) -> None:
    async with running.load() as clients:
        for proxy in running.proxies[:processes]:
            proxy.delay = 1
        await clients.go_on(300, 5)
        for proxy in running.proxies:
            proxy.delay = 0


@pytest.mark.parametrize("policy", ["noeviction", "allkeys-lru"])
async def test_full(running: Running, policy: str) -> None:
    async with running.load() as clients, running.other() as other:
        used = (await other.info("memory"))["used_memory"]
        await other.config_set("maxmemory-policy", policy)
        await other.config_set("maxmemory", used - 1)
        await clients.go_on(300, 10)
        await other.config_set("maxmemory", 0)


GARBAGE: Mapping[str, Callable[[bytes], bytes]] = {
    "noise": lambda part: random.randbytes(len(part)),
    "half": lambda part: part[: len(part) // 2],
    "changed digits": lambda part: part.replace(b"1", b"2"),
    "something else": lambda _: random.choice(
        [
            b"-ERR no\r\n",
            b"+OK\r\n",
            b":7\r\n",
            b"$-1\r\n",
            b"*2\r\n:1\r\n:2\r\n",
            b"*3\r\n:1\r\n:1\r\n:2\r\n",
        ]
    ),
}


@pytest.mark.parametrize("kind", GARBAGE)
async def test_answers_garbage(running: Running, kind: str) -> None:
    async with running.load() as clients:
        for proxy in running.proxies:
            proxy.garble = lambda part: GARBAGE[kind](part) if random.random() < 0.2 else part
        await clients.go_on(300, 10)
        for proxy in running.proxies:
            proxy.garble = bytes


async def test_holds_garbage(running: Running) -> None:
    """Written by somebody else: what is no entry, entries of others, cut entries, and keys of other types."""
    async with running.load() as clients, running.other() as other:
        for _ in range(15):
            keys: list[Any] = await other.keys(f"{PREFIX}:*")
            for key in random.sample(keys, min(4, len(keys))):
                with suppress(ResponseError):  # it has become one of another type meanwhile
                    await spoil(other, key)
            await clients.go_on(10, 0)


async def spoil(other: "Redis", key: bytes) -> None:
    """What holds the store together is lost as a whole, or noise."""
    is_entity = key.startswith(f"{PREFIX}:e:".encode())
    kind = random.choice(["type", "gone", "noise", *(["cut", "mixed"] if is_entity else [])])
    if kind in ("type", "gone") or await other.type(key) != b"hash":
        await other.delete(key)
        if kind == "type":
            await other.rpush(key, "x")
        return
    found = await other.hgetall(key)
    values = list(found.values())
    for field, value in found.items():
        spoilt = {"noise": random.randbytes(50), "cut": value[:-1], "mixed": random.choice(values)}[kind]
        await other.hset(key, field, spoilt)


async def test_flushed(running: Running) -> None:
    async with running.load() as clients, running.other() as other:
        for _ in range(5):
            await other.flushall()
            await clients.go_on(30, 2)


async def test_forgets_its_scripts(running: Running) -> None:
    async with running.load() as clients, running.other() as other:
        for _ in range(5):
            await other.script_flush()
            await clients.go_on(30, 2)


async def test_closes_all_connections(running: Running) -> None:
    async with running.load() as clients, running.other() as other:
        for _ in range(8):
            await close_all(other)
            await clients.go_on(20, 1)


async def test_takes_no_connections(running: Running) -> None:
    async with running.load() as clients, running.other() as other:
        await other.config_set("maxclients", 1)
        await close_all(other)
        await clients.go_on()
        await other.config_set("maxclients", 1000)


async def close_all(other: "Redis") -> None:
    """But its own."""
    for kind in ("normal", "pubsub"):
        await other.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")  # type: ignore[no-untyped-call]


async def test_failed_over(running: Running, scratch: Path) -> None:
    """To a replica that has missed the last invalidations, and back to what was there before them."""
    with ValkeyServer(scratch / "faults-replica", durable=False) as replica:
        promoted = connect(replica.url)
        old = urlsplit(running.server.url)
        async with running.load() as clients:
            async with running.other() as other:
                await other.config_set("repl-diskless-sync-delay", 0)
                await other.save()
            await promoted.config_set("masterauth", old.password or "")
            await promoted.replicaof("127.0.0.1", str(old.port))
            while not await promoted.exists(f"{PREFIX}:clock"):  # noqa: ASYNC110  nobody is told
                await asyncio.sleep(0.01)
            await clients.go_on()
            await promoted.replicaof("NO", "ONE")
            await promoted.config_set("requirepass", old.password or "")
            await clients.go_on()
            await running.kill()
            for proxy in running.proxies:
                proxy.lead_to(urlsplit(replica.url).port)
            await clients.go_on()
            running.start_again()
            for proxy in running.proxies:
                proxy.lead_to(old.port)
        await promoted.aclose()


@pytest.mark.parametrize("is_told", [True, False])
async def test_loses_the_connection_on_which_it_hears(running: Running, is_told: bool) -> None:
    async with running.load() as clients, running.other() as other:
        for _ in range(3):
            if is_told:
                await other.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]
            else:
                assert running.proxies[1].swallow(tracking_only=True)
            await clients.go_on(50, 3)


async def test_says_nothing_more_over_the_connections_that_there_are(running: Running) -> None:
    async with running.load() as clients:
        for proxy in running.proxies:
            assert proxy.swallow()
            await clients.go_on(50, 3)
