"""What only Redis does: how entries and marks lie there, and what they take."""

import asyncio

from launcher.valkey import ValkeyServer
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.store import Fill, Invalidation, Wanted
from tests.cache.ours import BOOKS, MINUTE, NAME, SHORT, Ours
from tests.fault_proxy import FaultProxy


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


async def test_what_may_have_been_invalidated_does_not_replace_the_new_value(ours: Ours) -> None:
    stamp = (await ours.store.read([])).stamp
    await ours.store.invalidate(Invalidation(tags=("x",)))
    await ours.keep(tags=("x",), value=b"new")
    await ours.other.delete("t:marks")
    await ours.keep(tags=("x",), value=b"late", stamp=stamp)
    assert (await ours.store.read([Wanted("User:1", ("name",))])).entries[0]["name"].value == b"new"


async def test_marks_are_bounded(server: ValkeyServer, ours: Ours) -> None:
    few = Ours(server, RedisStoreOptions(timeout=2, most_marks=50))
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


async def test_the_oldest_entries_go_with_the_oldest_marks(server: ValkeyServer, ours: Ours) -> None:
    few = Ours(server, RedisStoreOptions(timeout=2, most_marks=50))
    await few.keep()
    found = []
    for number in range(3):
        await few.store.invalidate(Invalidation(tags=tuple(f"{number}:{each}" for each in range(60))))
        found.append(await few.has())
    assert found == [True, False, False]
    await few.close()


async def test_marks_of_entities_are_kept_for_late_fills_only(server: ValkeyServer, ours: Ours) -> None:
    quick = Ours(server, RedisStoreOptions(timeout=2, late_seconds=0))
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


async def test_ever_new_arguments_do_not_fill_redis(server: ValkeyServer, ours: Ours) -> None:
    few = Ours(server, RedisStoreOptions(timeout=5, entity_bytes=200_000))
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


async def test_a_fill_grows_older_on_its_way(server: ValkeyServer, ours: Ours) -> None:
    async with FaultProxy(server.url) as proxy:
        store = RedisStore(connect(proxy.url), "t", SHORT)
        stamp = (await store.read([])).stamp
        await ours.other.client_pause(500)
        await store.fill(stamp, [Fill("User:1", {"name": b"1"}, MINUTE)])
        [found] = (await store.read([Wanted("User:1", ("name",))])).entries
        assert found["name"].age >= 400
        await store.close()


async def test_many_calls_at_once_share_the_connections(server: ValkeyServer, ours: Ours) -> None:
    stamp = await ours.keep()
    found = await asyncio.gather(
        *(ours.store.read([Wanted("User:1", ("name",))]) for _ in range(500)),
        *(ours.store.fill(stamp, [Fill("User:1", {"name": b"1"}, MINUTE)]) for _ in range(500)),
    )
    assert sum(each is not None and len(each.entries[0]) for each in found) == 500
    assert ours.store.statistics().failures == 0
    assert (await ours.other.info("clients"))["connected_clients"] < 50
