"""What only Redis does: it ends, hangs, fills up, forgets, is promoted, and holds what others wrote. Each on a real server."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Entry, Fill, Invalidation, StoreUnavailableError, Wanted
from tests.cache.stores import valkey_at
from tests.e2e.fault_proxy import FaultProxy

MINUTE = 60_000
NAME = "User:1", "name"
SHORT = RedisStoreOptions(timeout=5, pause=0.05)


class Ours:
    """A store, and the server's other end."""

    def __init__(self, server: ValkeyServer, options: RedisStoreOptions = SHORT) -> None:
        self.other = connect(server.url)
        self.store = RedisStore(connect(server.url), "t", options)

    async def keep(self, *, tags: tuple[str, ...] = (), stamp: int | None = None, value: bytes = b"1") -> int:
        used = (await self.store.read([])).stamp if stamp is None else stamp
        await self.store.fill(used, [Fill("User:1", {"name": value}, MINUTE, tags=tags)])
        return used

    async def has(self) -> bool:
        return bool((await self.store.read([Wanted("User:1", ("name",))])).entries[0])

    async def close(self) -> None:
        await self.store.close()
        await self.other.aclose()


@pytest.fixture(scope="module")
def own_server(scratch: Path) -> Iterator[ValkeyServer]:
    """For the tests of this module alone."""
    with valkey_at(scratch / "store") as found:
        yield found


@pytest.fixture
async def ours(own_server: ValkeyServer) -> AsyncIterator[Ours]:
    found = Ours(own_server)
    await found.other.flushall()
    await found.other.script_flush()
    yield found
    await found.close()


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


async def test_each_call_is_one_command(ours: Ours) -> None:
    async def everything() -> None:
        await ours.keep()
        await ours.store.invalidate(Invalidation(("User:1",), (NAME,), ("User",), ("x",)))
        await ours.store.claim(["a", "b"], 10)
        await ours.store.release(["a", "b"])

    await everything()
    await ours.other.config_resetstat()
    await everything()
    counts = await ours.other.info("commandstats")
    assert counts["cmdstat_evalsha"]["calls"] == 5
    assert "cmdstat_eval" not in counts


BOOKS = ("t:clock", "t:marks", "t:marks:old", "t:late", "t:late:old")


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
    own_server: ValkeyServer, ours: Ours, book: str, what: Invalidation, garbage: str | None
) -> None:
    few = Ours(own_server, RedisStoreOptions(timeout=2, most_marks=6))
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


async def test_what_may_have_been_invalidated_does_not_replace_the_new_value(ours: Ours) -> None:
    stamp = (await ours.store.read([])).stamp
    await ours.store.invalidate(Invalidation(tags=("x",)))
    await ours.keep(tags=("x",), value=b"new")
    await ours.other.delete("t:marks")
    await ours.keep(tags=("x",), value=b"late", stamp=stamp)
    assert (await ours.store.read([Wanted("User:1", ("name",))])).entries[0]["name"].value == b"new"


async def test_marks_are_bounded(own_server: ValkeyServer, ours: Ours) -> None:
    few = Ours(own_server, RedisStoreOptions(timeout=2, most_marks=50))
    stamp = await few.keep()
    for number in range(30):
        names = tuple(f"{number}:{each}" for each in range(10))
        await few.store.invalidate(Invalidation(entities=names, tags=names))
        await few.keep()
        assert await few.has()
    sizes = [await few.other.hlen(book) for book in BOOKS]
    assert max(sizes) <= 64
    await few.keep(stamp=stamp, value=b"late")
    assert (await few.store.read([Wanted("User:1", ("name",))])).entries[0]["name"].value == b"1"
    await few.close()


async def test_the_oldest_entries_go_with_the_oldest_marks(own_server: ValkeyServer, ours: Ours) -> None:
    few = Ours(own_server, RedisStoreOptions(timeout=2, most_marks=50))
    await few.keep()
    found = []
    for number in range(3):
        await few.store.invalidate(Invalidation(tags=tuple(f"{number}:{each}" for each in range(60))))
        found.append(await few.has())
    assert found == [True, False, False]
    await few.close()


async def test_marks_of_entities_are_kept_for_late_fills_only(own_server: ValkeyServer, ours: Ours) -> None:
    quick = Ours(own_server, RedisStoreOptions(timeout=2, late_seconds=0))
    stamp = await quick.keep()
    for number in range(6):
        await quick.store.invalidate(Invalidation(entities=(f"E:{number}",)))
        await asyncio.sleep(0.002)
    assert await quick.other.hlen("t:late") + await quick.other.hlen("t:late:old") <= 10
    assert await quick.has()
    await quick.keep(stamp=stamp, value=b"late")
    assert (await quick.store.read([Wanted("User:1", ("name",))])).entries[0]["name"].value == b"1"
    await quick.close()


async def test_a_hash_ends_with_its_last_entry(ours: Ours) -> None:
    stamp = await ours.keep()
    await ours.store.fill(stamp, [Fill("User:1", {"a": b"1"}, 1000), Fill("User:1", {"b": b"1"}, 2 * MINUTE)])
    await ours.store.fill(stamp, [Fill("User:1", {"c": b"1"}, 1000, 3000, MINUTE)])
    assert MINUTE < await ours.other.pttl("t:e:User:1") <= 2 * MINUTE
    await ours.store.fill(stamp, [Fill("User:2", {"c": b"1"}, 20)])
    await asyncio.sleep(0.1)
    assert not await ours.other.exists("t:e:User:2")


async def test_what_has_ended_leaves_a_large_hash(ours: Ours) -> None:
    stamp = await ours.keep()
    await ours.store.fill(stamp, [Fill("User:1", {f"a({number})": b"1" for number in range(500)}, 1)])
    await asyncio.sleep(0.01)
    await ours.store.invalidate(Invalidation(fields=(("User:1", "other"),)))
    for _ in range(200):
        await ours.store.fill(stamp, [Fill("User:1", {f"b({each})": b"1" for each in range(10)}, MINUTE)])
    assert await ours.other.hlen("t:e:User:1") <= 65 + 20
    assert await ours.other.hexists("t:e:User:1", b"\xff")
    assert await ours.has()


async def root_fields(ours: Ours, calls: int, size: int) -> int:
    """Each call brings ten with arguments that nobody has sent before. The bytes that they take in the end."""
    stamp = (await ours.store.read([])).stamp
    for call in range(calls):
        values = {f"chef#Chef({call}.{each})": b"x" * (size + each % 3 * size) for each in range(10)}
        await ours.store.fill(stamp, [Fill("Query:", values, MINUTE)])
    return int(await ours.other.memory_usage("t:e:Query:", samples=0) or 0)


async def test_ever_new_arguments_do_not_fill_redis(own_server: ValkeyServer, ours: Ours) -> None:
    few = Ours(own_server, RedisStoreOptions(timeout=5, entity_bytes=200_000))
    await few.store.invalidate(Invalidation(fields=(("Query:", "other"),)))
    assert 100_000 < await root_fields(few, 500, 100) < 300_000
    assert await few.other.hlen("t:e:Query:") > 400
    assert few.store.statistics().failures == 0
    await few.close()


async def test_an_entity_takes_no_more_than_a_part_of_redis(ours: Ours) -> None:
    used = (await ours.other.info("memory"))["used_memory"]
    await ours.other.config_set("maxmemory", used + 20_000_000)
    try:
        assert await root_fields(ours, 300, 5000) < 1.3 * (used + 20_000_000) / 4
        assert ours.store.statistics().failures == 0
    finally:
        await ours.other.config_set("maxmemory", 0)


async def test_ids_that_are_long_lie_under_short_names(ours: Ours) -> None:
    ids = [f'chefs#[Chef!]!({{"first":10,"after":"{each}","of":"somewhere far away"}})' for each in range(3)]
    stamp = await ours.keep()
    values = {id_: b"%d" % number for number, id_ in enumerate(ids)}
    await ours.store.fill(stamp, [Fill("Query:", values, MINUTE)])
    names = await ours.other.hkeys("t:e:Query:")
    assert sorted(map(len, names)) == [len("chefs#") + 17] * 3
    [found] = (await ours.store.read([Wanted("Query:", tuple(ids))])).entries
    assert {id_: entry.value for id_, entry in found.items()} == values
    await ours.store.invalidate(Invalidation(fields=(("Query:", "chefs"),)))
    assert (await ours.store.read([Wanted("Query:", tuple(ids))])).entries == [{}]


async def test_an_entry_takes_twenty_two_bytes_and_its_value(ours: Ours) -> None:
    stamp = (await ours.store.read([])).stamp
    sizes = []
    for fill in (
        Fill("User:1", {"name": b"1"}, MINUTE),
        Fill("User:1", {"name": b"1"}, MINUTE, spare=MINUTE),
        Fill("User:1", {"name": b"1"}, MINUTE, tags=("user-1",)),
    ):
        await ours.store.fill(stamp, [fill])
        sizes.append(await ours.other.hstrlen("t:e:User:1", "name"))
        assert await ours.has()
    assert sizes == [22 + 1, 22 + 8 + 1, 22 + 2 + 2 + len("user-1") + 1]


async def test_a_thousand_names_of_fields_are_not_remembered_one_by_one(ours: Ours) -> None:
    await ours.keep()
    for number in range(30):
        names = tuple(("User:1", f"f{number}x{each}") for each in range(10))
        await ours.store.invalidate(Invalidation(fields=names))
        await ours.keep()
    assert len(await ours.other.hget("t:e:User:1", b"\xff") or b"") < 3000
    assert await ours.has()


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
async def test_an_answer_that_is_none(own_server: ValkeyServer, ours: Ours, answer: bytes) -> None:
    async with FaultProxy(own_server.url) as proxy:
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


async def test_a_fill_grows_older_on_its_way(own_server: ValkeyServer, ours: Ours) -> None:
    async with FaultProxy(own_server.url) as proxy:
        store = RedisStore(connect(proxy.url), "t", SHORT)
        stamp = (await store.read([])).stamp
        await ours.other.client_pause(500)
        await store.fill(stamp, [Fill("User:1", {"name": b"1"}, MINUTE)])
        [found] = (await store.read([Wanted("User:1", ("name",))])).entries
        assert found["name"].age >= 400
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


async def test_a_client_that_decodes_finds_nothing(own_server: ValkeyServer, ours: Ours) -> None:
    await ours.keep()
    store = RedisStore(Redis.from_url(own_server.url, decode_responses=True), "t")
    assert await store.read([Wanted("User:1", ("name",))]) is not None
    assert (await store.read([Wanted("User:1", ("name",))])).entries == [{}]
    await store.close()


async def test_many_calls_at_once_share_the_connections(own_server: ValkeyServer, ours: Ours) -> None:
    stamp = await ours.keep()
    found = await asyncio.gather(
        *(ours.store.read([Wanted("User:1", ("name",))]) for _ in range(500)),
        *(ours.store.fill(stamp, [Fill("User:1", {"name": b"1"}, MINUTE)]) for _ in range(500)),
    )
    assert sum(each is not None and len(each.entries[0]) for each in found) == 500
    assert ours.store.statistics().failures == 0
    assert (await ours.other.info("clients"))["connected_clients"] < 50


async def test_a_slow_server_is_left_alone_for_a_while(own_server: ValkeyServer) -> None:
    now = 100.0
    client = connect(own_server.url)
    other = connect(own_server.url)
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


async def test_an_answer_that_came_too_late_is_nobody_elses(own_server: ValkeyServer, ours: Ours) -> None:
    """A call that was given up must not leave its answer to the next one on that connection."""
    hasty = Ours(own_server, RedisStoreOptions(timeout=0.02, pause=0.0))
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
