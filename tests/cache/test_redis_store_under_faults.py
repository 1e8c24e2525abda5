"""A Redis that ends, hangs, fills up, forgets, is promoted, and holds what others wrote. Each on a real server."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Entry, Fill, Invalidation, StoreUnavailableError, Wanted
from tests.cache.ours import BOOKS, MINUTE, NAME, Ours
from tests.fault_proxy import FaultProxy


async def test_a_flushed_server_begins_anew(ours: Ours) -> None:
    stamp = await ours.keep()
    await ours.other.flushall()
    assert not await ours.has()
    await ours.keep(stamp=stamp)
    assert not await ours.has()
    await ours.keep()
    assert await ours.has()


async def test_forgotten_scripts_are_sent_again(ours: Ours) -> None:
    await ours.keep()
    await ours.other.script_flush()
    assert await ours.has()
    await ours.other.script_flush()
    await ours.store.invalidate(Invalidation(types=("User",)))
    assert not await ours.has()
    assert ours.store.statistics().failures == 0


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize(
    "what",
    [
        Invalidation(entities=("User:1",)),
        Invalidation(fields=(NAME,)),
        Invalidation(types=("User",)),
        Invalidation(tags=("x",)),
        Invalidation(everything=True),
    ],
    ids=["entity", "field", "type", "tag", "everything"],
)
@pytest.mark.parametrize("garbage", [None, "", "zz"])
async def test_lost_marks_bring_nothing_back(
    server: ValkeyServer, ours: Ours, book: str, what: Invalidation, garbage: str | None
) -> None:
    few = Ours(server, RedisStoreOptions(timeout=2, most_marks=6))
    stamp = await few.keep(tags=("x",))
    await few.store.invalidate(what)
    for number in range(3):  # so that there are older marks, too
        await few.store.invalidate(Invalidation((f"E:{number}",), tags=(f"{number}",)))
    await few.other.delete(book)
    if garbage is not None:
        await few.other.set(book, garbage)
    assert not await few.has()
    await few.keep(tags=("x",), stamp=stamp)
    assert not await few.has()
    await few.store.invalidate(Invalidation(tags=("other",)))
    await few.keep(tags=("x",), stamp=stamp)
    assert not await few.has()
    await few.keep(tags=("x",))
    assert await few.has()
    await few.store.invalidate(Invalidation(tags=("other",)))
    assert await few.has()
    await few.close()


async def test_a_lost_hash_brings_nothing_back(ours: Ours) -> None:
    for what in (Invalidation(fields=(NAME,)), Invalidation(entities=("User:1",))):
        stamp = await ours.keep()
        await ours.store.invalidate(what)
        await ours.other.delete("t:e:User:1")
        await ours.keep(stamp=stamp)
        assert not await ours.has()


GARBAGE: dict[str, Any] = {
    "a short one": b"x",
    "nothing": b"",
    "text": b"x" * 100,
    "an older version": b"\x04" + b"\0" * 99,
    "a newer version": b"\x10" + b"\0" * 99,
    "zeros": b"\x08" + b"\0" * 99,
    "ones": b"\x0b" + b"\xff" * 99,
    "the end is missing": b"\x08" + b"\0" * 16,
    "times are missing": b"\x09" + b"\0" * 20,
    "tags are missing": b"\x0a" + b"\0" * 17,
    "the end of tags is missing": b"\x0a" + b"\0" * 17 + b"\0\x05\0\x03ab",
    "a number": 7,
}


@pytest.mark.parametrize("case", GARBAGE)
async def test_garbage_is_not_found(ours: Ours, case: str) -> None:
    await ours.keep()
    await ours.other.hset("t:e:User:1", "name", GARBAGE[case])
    assert not await ours.has()
    await ours.keep()
    assert await ours.has()


async def test_what_was_cut_or_is_somebody_elses_is_not_found(ours: Ours) -> None:
    stamp = (await ours.store.read([])).stamp
    await ours.store.fill(
        stamp, [Fill("User:1", {"age": b"123"}, MINUTE), Fill("User:2", {"name": b"1"}, MINUTE)]
    )
    age, name = await ours.other.hget("t:e:User:1", "age"), await ours.other.hget("t:e:User:2", "name")
    assert isinstance(age, bytes)
    assert isinstance(name, bytes)
    for raw in (
        age[:-1],
        age[:-5] + age[-4:],
        age.replace(b"123", b"124"),
        age,
        name,
        name[:20] + b"\1" + name[21:],
    ):
        await ours.other.hset("t:e:User:1", "name", raw)
        assert not await ours.has()
    await ours.keep()
    assert await ours.has()


ANSWERS = [
    b"-ERR no\r\n",
    b"+OK\r\n",
    b":7\r\n",
    b"$-1\r\n",
    b"*2\r\n:1\r\n:2\r\n",
    b"*4\r\n:1\r\n:1\r\n:9\r\n:3\r\n",
    b"?\r\n",
]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_an_answer_that_is_none(server: ValkeyServer, ours: Ours, answer: bytes) -> None:
    async with FaultProxy(server.url) as proxy:
        store = RedisStore(connect(proxy.url), "t", RedisStoreOptions(timeout=0.5, pause=0.0))
        stamp = await ours.keep()
        assert (await store.read([Wanted("User:1", ("name",))])).entries[0]
        proxy.garble = lambda _: answer
        found = await store.read([Wanted("User:1", ("name",))])
        assert (found.stamp, found.entries) == (0, [{}])
        await store.fill(stamp, [Fill("User:1", {"name": b"2"}, MINUTE)])
        assert len(await store.claim(["a", "b"], MINUTE)) == 2
        await store.release(["a"])
        with pytest.raises(StoreUnavailableError):
            await store.invalidate(Invalidation(types=("User",)))
        proxy.garble = bytes
        await ours.keep()
        assert (await store.read([Wanted("User:1", ("name",))])).entries[0]
        await store.close()


async def test_a_clock_that_went_back_begins_anew(ours: Ours) -> None:
    stamp = await ours.keep()
    await ours.other.hset("t:clock", "clock", "1234")
    assert not await ours.has()
    await ours.keep()
    assert await ours.has()
    assert (await ours.store.read([])).stamp > stamp


@pytest.mark.parametrize(("place", "more"), [((1, 8), 5), ((8, 14), MINUTE)], ids=["stamp", "birth"])
async def test_an_entry_from_the_future_is_not_found(ours: Ours, place: tuple[int, int], more: int) -> None:
    """Written by a primary whose time of day was ahead."""
    await ours.keep()
    raw = await ours.other.hget("t:e:User:1", "name")
    assert isinstance(raw, bytes)
    start, end = place
    number = int.from_bytes(raw[start:end], "big") + more
    changed = raw[:start] + number.to_bytes(end - start, "big") + raw[end:]
    await ours.other.hset("t:e:User:1", "name", changed)
    assert not await ours.has()


async def test_the_clock_does_not_go_back_with_the_time_of_day(ours: Ours) -> None:
    await ours.keep()
    ahead = int(await ours.other.hget("t:clock", "clock") or 0) + 10**12
    await ours.other.hset("t:clock", "clock", str(ahead))
    stamp = await ours.keep()
    assert stamp == ahead
    await ours.store.invalidate(Invalidation(everything=True))
    assert not await ours.has()
    assert await ours.keep() > ahead
    assert await ours.has()


@pytest.mark.parametrize("position", range(41))
async def test_a_changed_byte_is_not_found_or_harmless(ours: Ours, position: int) -> None:
    stamp = (await ours.store.read([])).stamp
    fill = Fill("User:1", {"name": b"1"}, MINUTE, MINUTE, MINUTE, tags=("some", "tags"))
    await ours.store.fill(stamp, [fill])
    await ours.store.invalidate(Invalidation(tags=("others",)))
    whole = await ours.other.hget("t:e:User:1", "name")
    assert isinstance(whole, bytes)
    raw = bytearray(whole)
    for change in (0x01, 0x80, 0xFF):
        raw[position] ^= change
        await ours.other.hset("t:e:User:1", "name", bytes(raw))
        await ours.has()
        raw[position] ^= change
    assert ours.store.statistics().failures == 0


async def test_keys_of_another_type_are_replaced(ours: Ours) -> None:
    await ours.keep()
    for fill in (True, False):
        await ours.other.delete("t:e:User:1")
        await ours.other.lpush("t:e:User:1", "x")
        assert not await ours.has()
        if not fill:
            await ours.store.invalidate(Invalidation(fields=(NAME,)))
        await ours.keep()
        assert await ours.has()
    await ours.other.hset("t:e:User:1", b"\xff", b"\xc1broken")
    assert not await ours.has()
    await ours.store.invalidate(Invalidation(fields=(NAME,)))
    await ours.keep()
    assert await ours.has()
    assert (ours.store.statistics().failures, ours.store.statistics().garbage) == (0, 3)


async def test_a_lease_that_would_never_end_is_none(ours: Ours) -> None:
    await ours.other.lpush("t:l:a", "x")
    await ours.store.release(["a"])
    assert await ours.store.claim(["a"], MINUTE) == [0]
    assert await ours.store.claim(["a"], MINUTE) != [0]


async def test_a_client_that_decodes_finds_nothing(server: ValkeyServer, ours: Ours) -> None:
    await ours.keep()
    store = RedisStore(Redis.from_url(server.url, decode_responses=True), "t")
    assert await store.read([Wanted("User:1", ("name",))]) is not None
    assert (await store.read([Wanted("User:1", ("name",))])).entries == [{}]
    await store.close()


async def test_a_slow_server_is_left_alone_for_a_while(server: ValkeyServer) -> None:
    now = 100.0
    client = connect(server.url)
    other = connect(server.url)
    store = RedisStore(client, "t", RedisStoreOptions(timeout=0.2), lambda: now)
    stamp = (await store.read([])).stamp
    fill = Fill("User:1", {"name": b"1"}, MINUTE)
    await store.fill(stamp, [fill])
    pid = (await other.info("server"))["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        found = await store.read([Wanted("User:1", ("name",))])
        assert (found.stamp, found.entries) == (0, [{}])
        assert 0.19 < time.monotonic() - begin < 2
        begin = time.monotonic()
        for _ in range(100):
            assert (await store.read([])).stamp == 0
            await store.fill(stamp, [fill])
            assert await store.claim(["a", "b"], MINUTE) == [0, 0]
            await store.release(["a"])
        assert time.monotonic() - begin < 0.19
        with pytest.raises(StoreUnavailableError):
            await store.invalidate(Invalidation(types=("User",)))
        assert store.statistics().failures == 402
        # One tries, the others do not wait for it.
        now += 1.1
        tasks = [asyncio.create_task(store.read([])) for _ in range(50)]
        await asyncio.sleep(0.02)
        assert sum(task.done() for task in tasks) == 49
        await asyncio.gather(*tasks)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (await store.read([])).stamp == 0
    # An invalidation does not wait, and finds out that Redis is back.
    await store.invalidate(Invalidation(types=("User",)))
    found = await store.read([Wanted("User:1", ("name",))])
    assert found.stamp > stamp
    assert len(client.connection_pool._in_use_connections) == 0
    await store.close()
    await other.aclose()


async def test_an_answer_that_came_too_late_is_nobody_elses(server: ValkeyServer, ours: Ours) -> None:
    """A call that was given up must not leave its answer to the next one on that connection."""
    hasty = Ours(server, RedisStoreOptions(timeout=0.02, pause=0.0))
    for number in range(20):
        stamp = (await ours.store.read([])).stamp
        fill = Fill(f"User:{number}", {"name": b"%d" % number}, MINUTE)
        await ours.store.fill(stamp, [fill])
    wrong = 0
    for round_ in range(15):
        await ours.other.client_pause(30)
        reads = [hasty.store.read([Wanted(f"User:{number}", ("name",))]) for number in range(20)]
        tasks = [asyncio.create_task(read) for read in reads]
        await asyncio.sleep(0.001 * round_)
        for task in tasks[::3]:
            task.cancel()
        for number, found in enumerate(await asyncio.gather(*tasks, return_exceptions=True)):
            if not isinstance(found, BaseException) and found.entries[0]:
                wrong += found.entries[0]["name"].value != b"%d" % number
        await asyncio.sleep(0.03)
    found: dict[str, Entry] = {}
    while "name" not in found:  # its patience is short where others use the machine, too
        [found] = map(dict, (await hasty.store.read([Wanted("User:7", ("name",))])).entries)
    assert (wrong, found["name"].value) == (0, b"7")
    await hasty.close()


async def test_a_full_server_still_invalidates(ours: Ours) -> None:
    await ours.keep()
    await ours.other.config_set("maxmemory", 1)
    try:
        stamp = (await ours.store.read([])).stamp
        assert stamp > 0
        assert await ours.has()
        await ours.store.fill(stamp, [Fill("User:2", {"name": b"1"}, MINUTE)])
        assert (ours.store.statistics().failures, ours.store.statistics().refused) == (1, 0)
        assert await ours.store.claim(["a"], MINUTE) == [0]
        await ours.store.release(["a"])
        await ours.store.invalidate(Invalidation(("User:1",), (NAME,), ("User",), ("x",)))
        assert not await ours.has()
    finally:
        await ours.other.config_set("maxmemory", 0)
    await ours.keep()
    assert await ours.has()


async def test_eviction_brings_nothing_back(ours: Ours) -> None:
    """Entities are invalidated, read and filled in while Redis drops whatever it likes."""
    current = dict.fromkeys(range(200), 0)
    used = (await ours.other.info("memory"))["used_memory"]
    await ours.other.config_set("maxmemory-policy", "allkeys-random")
    await ours.other.config_set("maxmemory", used + 150_000)
    hits = 0
    try:
        for turn in range(1, 1500):
            number = turn * 7919 % 200
            what = [
                Invalidation(entities=(f"User:{number}",)),
                Invalidation(fields=((f"User:{number}", "name"),)),
                Invalidation(tags=(f"user:{number}",)),
            ][turn % 3]
            early = (await ours.store.read([])).stamp
            old = current[number]
            current[number] = turn
            await ours.store.invalidate(what)
            stamp = (await ours.store.read([])).stamp
            for key, at, value in ((number, early, old), (turn % 200, stamp, current[turn % 200])):
                values = {"name": b"%d" % value, "more": b"x" * 1500}
                await ours.store.fill(at, [Fill(f"User:{key}", values, MINUTE, tags=(f"user:{key}",))])
            found = await ours.store.read([Wanted(f"User:{each}", ("name",)) for each in current])
            for each, entries in enumerate(found.entries):
                if entries:
                    hits += 1
                    assert int(entries["name"].value) == current[each]
        assert (await ours.other.info("stats"))["evicted_keys"] > 100
        assert hits > 1000
    finally:
        await ours.other.config_set("maxmemory", 0)
        await ours.other.config_set("maxmemory-policy", "noeviction")


async def test_a_replica_answers_nothing(ours: Ours) -> None:
    await ours.keep()
    await ours.other.replicaof("127.0.0.1", "1")
    try:
        found = await ours.store.read([Wanted("User:1", ("name",))])
        assert (found.stamp, found.entries) == (0, [{}])
        with pytest.raises(StoreUnavailableError, match="read only"):
            await ours.store.invalidate(Invalidation(types=("User",)))
    finally:
        await ours.other.replicaof("NO", "ONE")
    # Promoted, it may not have heard of everything.
    assert not await ours.has()
    await ours.keep()
    assert await ours.has()


async def test_a_server_that_was_killed_and_started_again(scratch: Path) -> None:
    """It comes back with its data, but without the last invalidation."""
    folder = scratch / "store-killed"
    with ValkeyServer(folder) as server:
        ours = Ours(server)
        before = await ours.keep()
        await ours.other.save()
        await ours.store.invalidate(Invalidation(types=("User",)))
        pid = (await ours.other.info("server"))["process_id"]
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
        assert not await ours.has()
        with pytest.raises(StoreUnavailableError):
            await ours.store.invalidate(Invalidation(types=("User",)))
        port = int(server.url.rsplit(":", 1)[1].split("/")[0])
        await ours.close()
    with ValkeyServer(folder, port=port) as server:
        ours = Ours(server)
        assert await ours.other.hexists("t:e:User:1", "name")
        assert not await ours.has()
        await ours.keep(stamp=before)
        assert not await ours.has()
        stamp = (await ours.store.read([])).stamp
        assert stamp > before
        await ours.keep()
        assert await ours.has()
        await ours.close()


async def test_a_server_that_stopped_is_found_again(scratch: Path) -> None:
    server = ValkeyServer(scratch / "store-stopped", durable=True)
    server.start()
    ours = Ours(server)
    try:
        await ours.keep()
        server.stop()
        assert not await ours.has()
        server.port = int(server.url.rsplit(":", 1)[1].split("/")[0])
        server.start()
        await ours.close()
        ours = Ours(server)
        assert await ours.other.hexists("t:e:User:1", "name")
        assert not await ours.has()
        await ours.keep()
        assert await ours.has()
    finally:
        await ours.close()
        server.stop()
