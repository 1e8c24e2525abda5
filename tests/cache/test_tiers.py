"""Memories of processes over one Redis: what is invalidated in one is not read in another."""

import asyncio
import math
import time
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.announcement import LEASE, Hearing, announce
from router.cache.answers import Answers
from router.cache.coordinates import Coordinates
from router.cache.open_store import OpenStore, Stores
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore
from router.cache.settings import FieldCacheSettings
from router.cache.store import Fill, Found, Invalidation, Wanted
from router.cache.tiers import TieredStore
from router.cache.usage import Usage
from tests.cache.processes import EVERYTHING, INVALIDATIONS, MINUTE, OPTIONS, Process, is_, until
from tests.cache.stores import ready


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
    await until(lambda: is_(two.value(), b"1"))
    assert EVERYTHING not in two.changes


async def test_only_what_is_missing_is_read(processes: list[Process]) -> None:
    one, two = processes
    await one.keep("User:1")
    await one.keep("User:2")
    assert await two.value("User:1") == b"1"
    found = await two.store.read([Wanted("User:1", ("name",)), Wanted("User:2", ("name", "age"))])
    assert [set(each) for each in found.entries] == [{"name"}, {"name"}]
    assert two.redis.statistics().wanted == 1 + 2


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
    await until(lambda: is_(one.held(), False))
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
        await until(lambda: is_(one.held(), False))
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
        await until(lambda: is_(one.value(), None))
        await until(lambda: is_(two.value(), None))


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


async def test_two_who_wait_for_what_cannot_be() -> None:
    """Numbers that are garbage may be the same."""
    hearing = Hearing()
    await asyncio.gather(hearing.wait(1, 2), hearing.wait(1, 2))


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
