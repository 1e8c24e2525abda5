"""Memories of processes over one Redis, of which something hangs, breaks, or ends: nothing old is read."""

import asyncio
import os
import random
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.announcement import LEASE
from router.cache.redis_store import RedisStoreOptions
from router.cache.store import StoreUnavailableError
from tests.cache.processes import (
    EVERYTHING,
    HASTY,
    INVALIDATIONS,
    Process,
    Story,
    is_,
    promises,
    until,
)
from tests.cache.stores import ready
from tests.fault_proxy import FaultProxy


async def test_a_connection_that_is_killed_empties_the_memory(
    processes: list[Process], other: "Redis"
) -> None:
    one, two = processes
    await one.keep()
    assert [await each.value() for each in processes] == [b"1", b"1"]
    await other.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: is_(two.held(), False))
    assert two.changes == [EVERYTHING, EVERYTHING]  # once more, for what was made meanwhile
    await ready(one.store)
    assert await two.held()
    await one.store.invalidate(INVALIDATIONS["type"])
    assert await two.value() is None


async def test_a_process_that_does_not_know_that_nobody_tells_it_is_waited_for(
    server: ValkeyServer, processes: list[Process], other: "Redis"
) -> None:
    """Redis has ended its connection, and that has not come through."""
    one, _ = processes
    before = await _subscribers(other)
    async with FaultProxy(server.url) as proxy, Process(proxy.url, options=HASTY) as cut_off:
        [its] = await _subscribers(other) - before
        await one.keep()
        assert await cut_off.value() == b"1"
        assert await cut_off.held()
        proxy.opened.clear()
        await other.client_kill(its)
        await one.store.invalidate(INVALIDATIONS["entity"])
        assert await cut_off.value() is None
        proxy.opened.set()
        await ready(cut_off.store)
        begin = time.monotonic()
        await one.store.invalidate(INVALIDATIONS["entity"])
        assert time.monotonic() - begin < LEASE  # all are heard again


async def test_forgotten_scripts_empty_nothing(processes: list[Process], other: "Redis") -> None:
    one, _ = processes
    await one.keep()
    await one.value()
    await other.script_flush()
    await asyncio.sleep(2 * LEASE)
    assert await one.held()
    assert one.changes == []


async def test_a_process_that_hangs_reads_nothing_old(server: ValkeyServer, processes: list[Process]) -> None:
    one, _ = processes
    async with FaultProxy(server.url) as proxy, Process(proxy.url, options=HASTY) as hanging:
        await one.keep()
        assert await hanging.value() == b"1"
        proxy.opened.clear()
        assert await hanging.value() == b"1"  # nobody has changed it
        begin = time.monotonic()
        await one.store.invalidate(INVALIDATIONS["entity"])
        assert await hanging.value() is None
        assert time.monotonic() - begin < 4 * LEASE
        assert not hanging.store.is_coherent
        with pytest.raises(StoreUnavailableError):
            await hanging.store.invalidate(INVALIDATIONS["entity"])
        proxy.opened.set()
        await ready(hanging.store)

        async def is_kept() -> bool:
            """At last: what was under way until now invalidates."""
            await one.keep(value=b"2")
            return await hanging.value() == b"2"

        await until(is_kept)


async def test_who_cannot_tell_waits_until_nobody_believes_what_was_there(
    server: ValkeyServer, processes: list[Process]
) -> None:
    """Redis hears nothing of it any more, but others go on."""
    one, two = processes
    async with FaultProxy(server.url) as proxy, Process(proxy.url, options=HASTY) as cut_off:
        await until(lambda: promises(server, cut_off))
        await one.keep()
        assert [await each.value() for each in processes] == [b"1", b"1"]
        proxy.lead_to(1)
        with pytest.raises(StoreUnavailableError):
            await cut_off.store.invalidate(INVALIDATIONS["entity"])
        assert [await each.value() for each in (one, two)] == [None, None]


async def test_a_server_that_hangs_for_long_has_forgotten(
    server: ValkeyServer, processes: list[Process], other: "Redis"
) -> None:
    async with Process(server.url, options=HASTY) as hasty:
        await until(lambda: promises(server, hasty))
        await processes[0].keep()
        assert [await each.value() for each in processes] == [b"1", b"1"]
        pid = (await other.info("server"))["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(StoreUnavailableError):
                await hasty.store.invalidate(INVALIDATIONS["entity"])
        finally:
            os.kill(pid, signal.SIGCONT)
        assert [await each.value() for each in processes] == [None, None]


@pytest.mark.parametrize("are_lost", [True, False])
async def test_what_is_said_late_is_said(
    server: ValkeyServer, processes: list[Process], are_lost: bool
) -> None:
    """Over connections that are lost, or slow. Nothing else is forgotten."""
    one, _ = processes
    async with FaultProxy(server.url) as proxy, Process(proxy.url, options=HASTY) as late:
        await one.keep("User:1")
        await one.keep("User:2")
        assert await one.value("User:1") == await one.value("User:2") == b"1"
        if are_lost:
            proxy.swallow()
        else:
            proxy.delay = 0.3
        await late.store.invalidate(INVALIDATIONS["entity"])
        assert await one.value("User:1") is None
        assert await one.value("User:2") == b"1"


@pytest.mark.parametrize("says_goodbye", [True, False])
async def test_a_process_that_ends(
    server: ValkeyServer, processes: list[Process], says_goodbye: bool
) -> None:
    """One that does not say so may have changed something."""
    one, _ = processes
    async with FaultProxy(server.url) as proxy, Process(proxy.url) as ending:
        await until(lambda: promises(server, ending))
        await one.keep()
        assert await one.value() == b"1"
        if not says_goodbye:
            proxy.swallow()
        await ending.store.close()
        if says_goodbye:
            await until(lambda: is_(promises(server, ending), False))
            assert await one.value() == b"1"
        else:
            await until(lambda: is_(one.value(), None))
            assert not await promises(server, ending)


async def test_promises_that_are_garbage(
    processes: list[Process], server: ValkeyServer, other: "Redis"
) -> None:
    one_to_y, one_to_list = b"\x81\xa1x\xa1y", b"\x81\xa1x\x90"
    for garbage in (b"", b"x", one_to_y, one_to_list, b"\x81\x01\xcf" + b"\0" * 8, b"\xdd\xff\xff\xff\xff"):
        await other.hset("t:clock", mapping=dict.fromkeys(("promises", "promised", "believers"), garbage))
        await until(lambda: promises(server, *processes))
        await ready(*(each.store for each in processes))


async def test_a_server_that_hangs_answers_nothing_old(processes: list[Process], other: "Redis") -> None:
    one, two = processes
    await one.keep()
    assert [await each.value() for each in processes] == [b"1", b"1"]
    await other.client_pause(600)
    begin = time.monotonic()
    assert await two.value() == b"1"
    invalidation = asyncio.create_task(one.store.invalidate(INVALIDATIONS["tag"]))
    while not invalidation.done():
        await asyncio.wait([invalidation], timeout=0.01)
        if LEASE + 0.01 < time.monotonic() - begin < 0.55:
            assert not two.store.is_coherent
    assert time.monotonic() - begin < 0.6 + 4 * LEASE
    assert [await each.value() for each in processes] == [None, None]


async def test_a_server_that_starts_again(scratch: Path) -> None:
    server = ValkeyServer(scratch / "tiers-again", durable=True)
    server.start()
    one = Process(server.url, options=RedisStoreOptions(timeout=0.5, pause=0.05))
    try:
        await ready(one.store)
        await one.keep()
        await one.value()
        assert await one.held()
        server.stop()
        await until(lambda: is_(one.value(), None))
        assert one.store.statistics().bytes == 0
        server.port = int(server.url.rsplit(":", 1)[1].split("/")[0])
        server.start()
        # Each start has a password of its own, so the process is another one.
        await one.store.close()
        one = Process(server.url)
        await ready(one.store)
        assert await one.value() is None
        await one.keep()
        assert await one.value() == b"1"
        assert await one.held()
    finally:
        await one.store.close()
        server.stop()


@pytest.mark.parametrize("seed", range(4))
async def test_nobody_reads_what_is_older_than_an_invalidation(
    server: ValkeyServer, other: "Redis", seed: int
) -> None:
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        delays = [0, 0.002, 0.02, 0.002]
        proxies = [await stack.enter_async_context(FaultProxy(server.url, each)) for each in delays]
        processes = [Process(proxy.url) for proxy in proxies]
        for each in processes:
            stack.push_async_callback(each.store.close)
        await ready(*(each.store for each in processes))
        story = Story(processes, chance)
        trouble = asyncio.create_task(_trouble(proxies, other, chance))
        await story.run(1.5)
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        for proxy in proxies:
            proxy.opened.set()
        assert story.hits > 0
        assert sum(story.done.values()) > 10


async def _trouble(proxies: list[FaultProxy], other: "Redis", chance: random.Random) -> None:
    while True:
        await asyncio.sleep(0.2)
        proxy = chance.choice(proxies)
        proxy.opened.clear()
        await asyncio.sleep(chance.choice([0.05, 0.4]))
        proxy.opened.set()
        if chance.random() < 0.3:
            await other.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


READER = """
import asyncio, faulthandler, sys
from router.cache.redis_connection import connect
from router.cache.store import Fill, Wanted
from tests.cache.processes import EVERYTHING, HASTY, INVALIDATIONS, MINUTE, OPTIONS, Process, Story, is_, promises, until

async def main():
    process, client = Process(sys.argv[1]), connect(sys.argv[1])
    hits = 0
    while not (await client.get("end")):
        known = int(await client.get("done") or 0)
        found = await process.store.read([Wanted("User:1", ("name",))])
        for _ in range(20):
            value = await process.value()
            if value is not None and int(value) < known:
                sys.exit(f"{value} is older than {known}")
            hits += value is not None
        if not found.entries[0]:
            value = await client.get("version") or b"0"
            await process.store.fill(found.stamp, [Fill("User:1", {"name": value}, 60_000)])
    print(hits, process.redis.statistics().reads)
    await process.store.close()
    await client.aclose()

faulthandler.dump_traceback_later(60, exit=True)
asyncio.run(main())
"""


async def test_real_processes(server: ValkeyServer, processes: list[Process], other: "Redis") -> None:
    root = Path(__file__).parents[2]
    arguments = [sys.executable, "-c", READER, server.url]
    pipe = asyncio.subprocess.PIPE
    readers = [await asyncio.create_subprocess_exec(*arguments, cwd=root, stdout=pipe) for _ in range(2)]
    try:
        await until(lambda: _has_subscribers(other, 4))
        for version in range(1, 200):
            await other.set("version", version)
            await processes[version % 2].store.invalidate(INVALIDATIONS["entity"])
            await other.set("done", version)
            await asyncio.sleep(0.003)
        await other.set("end", 1)
        for reader in readers:
            told, _ = await reader.communicate()
            hits, reads = map(int, told.split())
            assert reader.returncode == 0
            assert hits > reads > 10
    finally:
        for reader in readers:
            if reader.returncode is None:
                reader.kill()
                await reader.wait()


async def _subscribers(other: "Redis") -> set[str]:
    """Their addresses."""
    return {client["addr"] for client in await other.client_list("pubsub")}


async def _has_subscribers(other: "Redis", count: int) -> bool:
    [(_, found)] = await other.pubsub_numsub("t:i:0")
    return bool(found == count)
