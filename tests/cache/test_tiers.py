"""Memories of processes over one Redis: what is invalidated in one is not read in another, whatever hangs or breaks."""

import asyncio
import math
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.announcement import LEASE, Hearing, announce
from router.cache.answers import Answers
from router.cache.coordinates import Coordinates
from router.cache.near_memory import NearMemory
from router.cache.open_store import OpenStore, Stores
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.settings import FieldCacheSettings
from router.cache.store import Fill, Found, Invalidation, StoreUnavailableError, Wanted
from router.cache.tiers import TieredStore
from router.cache.usage import Usage
from tests.cache.slow_proxy import SlowProxy
from tests.cache.stores import ready, valkey_at
from tests.e2e.fault_proxy import FaultProxy

MINUTE = 60_000
OPTIONS = RedisStoreOptions(timeout=5, pause=0.05)
EVERYTHING = Invalidation(everything=True)


class Process:
    """As one: a store with its own connections. `redis` counts what goes there."""

    def __init__(self, url: str, max_bytes: int = 1 << 22, options: RedisStoreOptions = OPTIONS) -> None:
        client = connect(url)
        self.redis = RedisStore(client, "t", options)
        self.changes: list[Invalidation] = []
        self.store = TieredStore(self.redis, client.connection_pool, NearMemory(max_bytes))
        self.store.on_change = self.changes.append

    async def keep(self, entity: str = "User:1", value: bytes = b"1", lasts: int = MINUTE) -> None:
        stamp = (await self.store.read([])).stamp
        await self.store.fill(stamp, [Fill(entity, {"name": value}, lasts, tags=("x",))])

    async def value(self, entity: str = "User:1") -> bytes | None:
        [found] = (await self.store.read([Wanted(entity, ("name",))])).entries
        return found["name"].value if "name" in found else None

    async def held(self, entity: str = "User:1") -> bool:
        """Whether it is read without Redis, once the memory is believed."""
        await ready(self.store)
        before = self.redis.statistics().reads
        await self.value(entity)
        return self.redis.statistics().reads == before


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    with valkey_at(scratch / "tiers") as found:
        yield found


@pytest.fixture
async def other(server: ValkeyServer) -> AsyncIterator["Redis"]:
    """Another client, of an empty server."""
    client = connect(server.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def processes(server: ValkeyServer, other: "Redis") -> AsyncIterator[list[Process]]:
    found = [Process(server.url), Process(server.url)]
    await ready(*(each.store for each in found))
    for each in found:
        each.changes.clear()
    yield found
    for each in found:
        await each.store.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await condition():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.005)


async def test_what_is_read_again_needs_no_round_trip(processes: list[Process]) -> None:
    for each in processes:
        await processes[0].keep()
        assert await each.value() == b"1"
        assert await each.held()
        assert await each.value() == b"1"


async def test_what_is_not_there_needs_none_either(processes: list[Process]) -> None:
    one, two = processes
    assert await two.value() is None
    assert await two.held()
    await one.keep()
    await until(lambda: _is(two.value(), b"1"))
    assert EVERYTHING not in two.changes


async def test_only_what_is_missing_is_read(processes: list[Process]) -> None:
    one, two = processes
    await one.keep("User:1")
    await one.keep("User:2")
    assert await two.value("User:1") == b"1"
    found = await two.store.read([Wanted("User:1", ("name",)), Wanted("User:2", ("name", "age"))])
    assert [set(each) for each in found.entries] == [{"name"}, {"name"}]
    assert two.redis.statistics().wanted == 1 + 2


INVALIDATIONS = {
    "entity": Invalidation(entities=("User:1",)),
    "field": Invalidation(fields=(("User:1", "name"),)),
    "type": Invalidation(types=("User",)),
    "tag": Invalidation(tags=("x",)),
    "everything": EVERYTHING,
}


@pytest.mark.parametrize("case", INVALIDATIONS)
async def test_what_is_invalidated_is_gone_in_all(processes: list[Process], case: str) -> None:
    one, two = processes
    for turn in range(20):
        await one.keep(value=b"%d" % turn)
        assert [await each.value() for each in processes] == [b"%d" % turn] * 2
        assert await two.held()
        stamp = (await two.store.read([])).stamp
        two.changes.clear()
        await one.store.invalidate(INVALIDATIONS[case])
        assert two.changes[:1] == [INVALIDATIONS[case]]
        assert [await each.value() for each in processes] == [None, None]
        assert (await two.store.read([])).stamp > stamp


async def test_an_invalidation_takes_no_lease_where_all_answer(processes: list[Process]) -> None:
    begin = time.monotonic()
    for _ in range(50):
        await processes[0].store.invalidate(INVALIDATIONS["tag"])
    assert time.monotonic() - begin < 10 * LEASE


async def test_other_invalidations_leave_it_alone(processes: list[Process]) -> None:
    one, two = processes
    await one.keep()
    await two.value()
    other = Invalidation(("User:11",), (("User:1", "names"),), ("Use",), ("y",))
    await one.store.invalidate(other)
    assert two.changes == [other]
    assert await two.held()


async def test_who_has_no_memory_waits_for_those_who_have(
    server: ValkeyServer, processes: list[Process]
) -> None:
    """As the command does that purges."""
    await processes[0].keep()
    assert [await each.value() for each in processes] == [b"1", b"1"]
    purging = RedisStore(connect(server.url), "t", OPTIONS)
    await purging.invalidate(INVALIDATIONS["tag"])
    assert [await each.value() for each in processes] == [None, None]
    assert all(each.store.is_coherent for each in processes)
    await purging.close()


async def test_a_lost_announcement_is_noticed(processes: list[Process], other: "Redis") -> None:
    one, _ = processes
    await one.keep()
    await one.value()
    await other.hincrby("t:clock", "clock", 1)
    await until(lambda: _is(one.held(), False))
    assert EVERYTHING in one.changes
    await other.hincrby("t:clock", "clock", 1)
    await one.store.invalidate(Invalidation(tags=("y",)))
    assert one.changes[-1] == EVERYTHING


async def test_an_announcement_that_nobody_understands(processes: list[Process], other: "Redis") -> None:
    one, _ = processes
    changed = announce(b"somebody", Invalidation(entities=("User:1",))).replace(b"User:1", b"User:2")
    old = b"7 \x97\xc4\x00\xc2\x91\xc4\x01\xff\x90\x90\x90"
    for garbage in (b"", b"x", b"7 ", b"7 \x91\xc0", b"7 7 \x91\xc0", old, b"7 " + changed):
        await one.keep()
        await one.value()
        one.changes.clear()
        await other.publish("t:i:0", garbage)
        await until(lambda: _is(one.held(), False))
        assert one.changes[0] == EVERYTHING


async def test_what_others_delete_is_noticed(processes: list[Process], other: "Redis") -> None:
    one, two = processes

    async def both_have_it() -> bool:
        """At last: a stamp from before FLUSHALL, of which a process has not heard yet, is none."""
        await one.keep()
        return [await each.value() for each in processes] == [b"1", b"1"]

    for delete in (lambda: other.delete("t:e:User:1"), other.flushdb, other.flushall):
        await until(both_have_it)
        await delete()
        await until(lambda: _is(one.value(), None))
        await until(lambda: _is(two.value(), None))


async def test_what_is_written_to_other_keys_changes_nothing(
    processes: list[Process], other: "Redis"
) -> None:
    one, two = processes
    await one.keep()
    assert await two.value() == b"1"
    await other.delete("t:e:\xff", "t:e:nobody")
    await other.set(b"t:e:\xff\xfe", "x")
    await one.store.invalidate(Invalidation(tags=("y",)))
    assert await two.held()
    assert two.changes == [Invalidation(tags=("y",))]


async def test_a_connection_that_is_killed_empties_the_memory(
    processes: list[Process], other: "Redis"
) -> None:
    one, two = processes
    await one.keep()
    assert [await each.value() for each in processes] == [b"1", b"1"]
    await other.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await until(lambda: _is(two.held(), False))
    assert two.changes == [EVERYTHING, EVERYTHING]  # once more, for what was made meanwhile
    await ready(one.store)
    assert await two.held()
    await one.store.invalidate(INVALIDATIONS["type"])
    assert await two.value() is None


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
    async with SlowProxy(server.url) as proxy:
        hanging = Process(proxy.url, options=RedisStoreOptions(timeout=0.1, pause=0.05))
        await ready(hanging.store)
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
        await hanging.store.close()


async def test_who_cannot_tell_waits_until_nobody_believes_what_was_there(
    server: ValkeyServer, processes: list[Process]
) -> None:
    """Redis hears nothing of it any more, but others go on."""
    one, two = processes
    async with FaultProxy(server.url) as proxy:
        cut_off = Process(proxy.url, options=RedisStoreOptions(timeout=0.1, pause=0.05))
        await ready(cut_off.store)
        await until(lambda: promises(server, cut_off))
        await one.keep()
        assert [await each.value() for each in processes] == [b"1", b"1"]
        proxy.lead_to(1)
        with pytest.raises(StoreUnavailableError):
            await cut_off.store.invalidate(INVALIDATIONS["entity"])
        assert [await each.value() for each in (one, two)] == [None, None]
        await cut_off.store.close()


async def test_a_server_that_hangs_for_long_has_forgotten(
    server: ValkeyServer, processes: list[Process], other: "Redis"
) -> None:
    hasty = Process(server.url, options=RedisStoreOptions(timeout=0.1, pause=0.05))
    await ready(hasty.store)
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
    await hasty.store.close()


@pytest.mark.parametrize("are_lost", [True, False])
async def test_what_is_said_late_is_said(
    server: ValkeyServer, processes: list[Process], are_lost: bool
) -> None:
    """Over connections that are lost, or slow. Nothing else is forgotten."""
    one, _ = processes
    async with FaultProxy(server.url) as proxy:
        late = Process(proxy.url, options=RedisStoreOptions(timeout=0.1, pause=0.05))
        await ready(late.store)
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
        await late.store.close()


@pytest.mark.parametrize("says_goodbye", [True, False])
async def test_a_process_that_ends(
    server: ValkeyServer, processes: list[Process], says_goodbye: bool
) -> None:
    """One that does not say so may have changed something."""
    one, _ = processes
    async with FaultProxy(server.url) as proxy:
        ending = Process(proxy.url)
        await ready(ending.store)
        await until(lambda: promises(server, ending))
        await one.keep()
        assert await one.value() == b"1"
        if not says_goodbye:
            proxy.swallow()
        await ending.store.close()
        if says_goodbye:
            await until(lambda: _is(promises(server, ending), False))
            assert await one.value() == b"1"
        else:
            await until(lambda: _is(one.value(), None))
            assert not await promises(server, ending)


async def test_promises_that_are_garbage(
    processes: list[Process], server: ValkeyServer, other: "Redis"
) -> None:
    one_to_y, one_to_list = b"\x81\xa1x\xa1y", b"\x81\xa1x\x90"
    for garbage in (b"", b"x", one_to_y, one_to_list, b"\x81\x01\xcf" + b"\0" * 8, b"\xdd\xff\xff\xff\xff"):
        await other.hset("t:clock", mapping={"promises": garbage, "promised": garbage})
        await until(lambda: promises(server, *processes))
        await ready(*(each.store for each in processes))


async def promises(server: ValkeyServer, *processes: Process) -> bool:
    """Whether Redis counts on all of them."""
    client = connect(server.url)
    found = await client.hget("t:clock", "promises") or b""
    await client.aclose()
    assert isinstance(found, bytes)
    return all(each.redis.owner in found for each in processes)


async def test_two_who_wait_for_what_cannot_be() -> None:
    """Numbers that are garbage may be the same."""
    hearing = Hearing()
    await asyncio.gather(hearing.wait(1, 2), hearing.wait(1, 2))


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
        await until(lambda: _is(one.value(), None))
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


async def test_what_is_not_fresh_is_left_to_redis(processes: list[Process]) -> None:
    one, two = processes
    stamp = (await one.store.read([])).stamp
    await one.store.fill(stamp, [Fill("User:1", {"name": b"1"}, 400, stale=MINUTE)])
    assert await two.value() == b"1"
    assert await two.held()
    await asyncio.sleep(0.42)
    assert not await two.held()
    assert not await two.held()
    await one.store.fill(stamp, [Fill("User:1", {"name": b"2"}, MINUTE)])
    assert await two.value() == b"2"


async def test_takes_no_more_than_its_bytes(server: ValkeyServer, other: "Redis") -> None:
    one = Process(server.url, max_bytes=200_000)
    await ready(one.store)
    stamp = (await one.store.read([])).stamp
    for number in range(30):
        entities = [f"User:{number * 40 + each}" for each in range(40)]
        fills = [Fill(each, {"a": b"x" * 100, "b": b"1"}, MINUTE, tags=("x",)) for each in entities]
        fills.append(Fill("Query:", {f"f({number}, {each})": b"1" for each in range(40)}, MINUTE))
        await one.store.fill(stamp, fills)
        found = await one.store.read([Wanted(each.entity, tuple(each.values)) for each in fills])
        assert sum(map(len, found.entries)) == 120
        assert one.store.statistics().bytes <= 200_000
    assert one.store.statistics().evicted > 1000
    assert one.store.statistics().bytes > 100_000
    await one.store.close()


async def test_answers_are_kept_over_it(processes: list[Process]) -> None:
    one, two = processes
    opened = OpenStore(two.store)
    answers = Answers(time.monotonic, 1 << 20, Coordinates(), lambda: two.store.is_coherent)
    opened.answers.add(answers)

    def put() -> None:
        usage = Usage(answers.moment)
        usage.add(math.inf, ["User:1"], ["x"], {}, is_shared=True, pace=0)
        answers.put("key", b"{}", usage)

    for what in INVALIDATIONS.values():
        put()
        assert answers.get("key") is not None
        await one.store.invalidate(what)
        assert answers.get("key") is None
    put()
    await two.store.close()
    assert answers.get("key") is None


async def test_settings_say_whether_there_is_a_memory(server: ValkeyServer) -> None:
    stores = Stores()
    kinds = {}
    for size in (0, 1000):
        opened = stores.get(FieldCacheSettings(store=server.url, memory_bytes=size))
        assert opened is not None
        kinds[size] = type(opened.store)
    assert kinds == {0: RedisStore, 1000: TieredStore}
    await stores.close()


async def _is(found: Awaitable[object], expected: object) -> bool:
    return await found == expected


class Story:
    """Entities have versions, which processes change, invalidate and read at once, all through slow connections."""

    def __init__(self, processes: list[Process], chance: random.Random) -> None:
        self.processes = processes
        self.chance = chance
        self.versions = dict.fromkeys((f"User:{number}" for number in range(4)), 0)
        self.done = dict(self.versions)
        """Versions whose invalidations have ended."""
        self.reads = self.hits = 0

    async def change(self) -> None:
        entity = self.chance.choice(list(self.versions))
        self.versions[entity] += 1
        version = self.versions[entity]
        what = self.chance.choice(
            [
                Invalidation(entities=(entity,)),
                Invalidation(fields=((entity, "name"),)),
                Invalidation(tags=(entity,)),
                Invalidation(types=("User",)),
                EVERYTHING,
            ]
        )
        await self.invalidate(self.chance.choice(self.processes), what)
        self.done[entity] = max(self.done[entity], version)

    async def invalidate(self, process: Process, what: Invalidation) -> None:
        await process.store.invalidate(what)

    async def read(self) -> None:
        some = self.chance.sample(list(self.versions), self.chance.randint(1, 3))
        known = dict(self.done)
        process = self.chance.choice(self.processes)
        before = process.redis.statistics().reads
        found = await process.store.read([Wanted(each, ("name",)) for each in some])
        self.reads += 1
        self.hits += process.redis.statistics().reads == before
        for entity, entries in zip(some, found.entries, strict=True):
            if "name" in entries:
                assert int(entries["name"].value) >= known[entity], (
                    f"{entity} is older than what was invalidated"
                )
            else:
                await self.fetch(process, found.stamp, entity)

    async def fetch(self, process: Process, stamp: int, entity: str) -> None:
        await asyncio.sleep(self.chance.choice([0, 0.001, 0.01]))
        version = self.versions[entity]
        await asyncio.sleep(self.chance.choice([0, 0.001, 0.01]))
        fill = Fill(entity, {"name": b"%d" % version}, self.chance.choice([20, MINUTE]), tags=(entity,))
        await process.store.fill(stamp, [fill])

    async def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds

        async def again(step: Callable[[], Awaitable[None]], pause: float) -> None:
            while time.monotonic() < end:
                await step()
                await asyncio.sleep(self.chance.random() * pause)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(12):
                tasks.create_task(again(self.read, 0.001))
            for _ in range(3):
                tasks.create_task(again(self.change, 0.05))


@pytest.mark.parametrize("seed", range(4))
async def test_nobody_reads_what_is_older_than_an_invalidation(
    server: ValkeyServer, other: "Redis", seed: int
) -> None:
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        delays = [0, 0.002, 0.02, 0.002]
        proxies = [await stack.enter_async_context(SlowProxy(server.url, each)) for each in delays]
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


async def _trouble(proxies: list[SlowProxy], other: "Redis", chance: random.Random) -> None:
    while True:
        await asyncio.sleep(0.2)
        proxy = chance.choice(proxies)
        proxy.opened.clear()
        await asyncio.sleep(chance.choice([0.05, 0.4]))
        proxy.opened.set()
        if chance.random() < 0.3:
            await other.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


READER = """
import asyncio, sys
from router.cache.redis_connection import connect
from router.cache.store import Fill, Wanted
from tests.cache.test_tiers import Process

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


async def _has_subscribers(other: "Redis", count: int) -> bool:
    [(_, found)] = await other.pubsub_numsub("t:i:0")
    return bool(found == count)


@pytest.mark.parametrize("case", INVALIDATIONS)
async def test_an_answer_that_was_under_way_is_not_kept(
    processes: list[Process], case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = processes
    await one.keep()
    read = two.redis.read

    async def meanwhile(wanted: Sequence[Wanted]) -> Found:
        found = await read(wanted)
        await one.store.invalidate(INVALIDATIONS[case])
        return found

    monkeypatch.setattr(two.redis, "read", meanwhile)
    assert await two.value() == b"1"
    monkeypatch.undo()
    assert await two.value() is None


async def test_an_answer_from_before_an_own_fill_is_not_kept(
    processes: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, two = processes
    await two.keep()
    read = two.redis.read

    async def meanwhile(wanted: Sequence[Wanted]) -> Found:
        found = await read(wanted)
        monkeypatch.undo()
        await two.keep(value=b"2")
        return found

    monkeypatch.setattr(two.redis, "read", meanwhile)
    assert await two.value() == b"1"
    assert await two.value() == b"2"


async def test_what_is_in_memory_is_no_older_than_the_rest(
    processes: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = processes
    await one.keep("User:1")
    assert await two.value("User:1") == b"1"
    assert await two.held("User:1")
    read = two.redis.read

    async def meanwhile(wanted: Sequence[Wanted]) -> Found:
        monkeypatch.undo()
        await one.store.invalidate(INVALIDATIONS["type"])
        await one.keep("User:1", b"2")
        await one.keep("User:2", b"2")
        return await read(wanted)

    monkeypatch.setattr(two.redis, "read", meanwhile)
    found = await two.store.read([Wanted("User:1", ("name",)), Wanted("User:2", ("name",))])
    assert [each["name"].value for each in found.entries] == [b"2", b"2"]
