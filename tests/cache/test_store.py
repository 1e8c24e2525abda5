"""Every field store does what the contract says: the same tests against memory, a real server, and a real cluster."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launcher.errors import LaunchError
from router.cache.store import GIVEN_BACK, FieldStore, Fill, Invalidation, Wanted
from tests.cache.clusters import Cluster
from tests.cache.reference import STEPS, Read, Reference, Step
from tests.cache.stores import MINUTE, World, cluster_world, memory_world, redis_world, tiered_world

KINDS = ("memory", "redis", "tiered", "cluster", "partitions", "tiered partitions")


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of the server that all tests of a process share."""
    try:
        yield request.getfixturevalue("valkey_url")
    except LaunchError as error:
        pytest.skip(str(error))


def new_world(kind: str, request: pytest.FixtureRequest) -> World:
    if kind == "memory":
        return memory_world()
    if kind in ("cluster", "partitions", "tiered partitions"):
        found: Cluster = request.getfixturevalue("redis_cluster")
        url = found.url("" if kind == "cluster" else "partitions=5")
        return cluster_world(url, has_memory="tiered" in kind)
    url = request.getfixturevalue("server_url")
    return redis_world(url) if kind == "redis" else tiered_world(url)


@pytest.fixture(params=KINDS)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    found = new_world(request.param, request)
    await found.empty()
    yield found
    await found.store.close()
    await found.peer.close()


async def test_has_nothing_at_first(world: World) -> None:
    found = await world.store.read([Wanted("User:1", ("name",)), Wanted("User:2", ())])
    assert found.stamp > 0
    assert [dict(each) for each in found.entries] == [{}, {}]


async def test_finds_what_was_filled_in_in_every_process(world: World) -> None:
    await world.store.fill(
        await world.stamp(),
        [
            Fill("User:1", {"name": b'"Ada"', "age": b"36"}, MINUTE),
            Fill("User:2", {"name": b'"Bob"'}, MINUTE),
            Fill("User:1", {"email": b"null"}, MINUTE, tags=("emails",)),
        ],
    )
    wanted = [Wanted("User:2", ("name", "age")), Wanted("User:1", ("email", "nothing", "name"))]
    for store in (world.store, world.peer):
        found = await store.read(wanted)
        values = [{field: entry.value for field, entry in each.items()} for each in found.entries]
        assert values == [{"name": b'"Bob"'}, {"email": b"null", "name": b'"Ada"'}]


async def test_the_last_fill_wins(world: World) -> None:
    await world.keep("User:1", "name", value=b"1")
    await world.keep("User:1", "name", value=b"2")
    assert await world.read("User:1", "name") == {"name": b"2"}


async def test_an_invalidation_gives_a_later_stamp(world: World) -> None:
    before = await world.stamp()
    await world.peer.invalidate(Invalidation(tags=("nothing has this",)))
    assert await world.stamp() > before


@pytest.mark.parametrize("stamp", [0, -1])
async def test_without_a_stamp_nothing_is_kept(world: World, stamp: int) -> None:
    await world.keep("User:1", "name", stamp=stamp)
    assert await world.read("User:1", "name") == {}


async def test_a_stamp_of_another_clock_keeps_nothing(world: World) -> None:
    await world.keep("User:1", "name", stamp=await world.stamp() + 3)
    for _ in range(5):
        assert await world.read("User:1", "name") == {}
        await world.store.invalidate(Invalidation(tags=("another",)))


NAME = "User:1", "name"
INVALIDATIONS = {
    "its entity": (Invalidation(entities=("User:1",)), False),
    "its field": (Invalidation(fields=(NAME,)), False),
    "its type": (Invalidation(types=("User",)), False),
    "its tag": (Invalidation(tags=("two",)), False),
    "everything": (Invalidation(everything=True), False),
    "several": (Invalidation(("Film:1",), (("Film:1", "title"),), ("Film",), ("other", "one")), False),
    "another entity": (Invalidation(entities=("User:11", "User", "User:")), True),
    "another field": (
        Invalidation(fields=(("User:1", "names"), ("User:1", "nam"), ("User:2", "name"))),
        True,
    ),
    "another type": (Invalidation(types=("Users", "Use", "")), True),
    "another tag": (Invalidation(tags=("User", "tw", "two:", "", "name")), True),
    "nothing": (Invalidation(), True),
}


@pytest.mark.parametrize("case", INVALIDATIONS)
async def test_invalidates_what_is_there(world: World, case: str) -> None:
    what, stays = INVALIDATIONS[case]
    await world.keep(*NAME, tags=("one", "two"))
    await world.peer.invalidate(what)
    assert bool(await world.read(*NAME)) is stays


@pytest.mark.parametrize("case", INVALIDATIONS)
async def test_invalidates_what_is_under_way(world: World, case: str) -> None:
    what, counts = INVALIDATIONS[case]
    stamp = await world.stamp()
    await world.peer.invalidate(what)
    await world.keep(*NAME, tags=("one", "two"), stamp=stamp)
    assert bool(await world.read(*NAME)) is counts


@pytest.mark.parametrize("case", INVALIDATIONS)
async def test_keeps_what_is_fetched_afterwards(world: World, case: str) -> None:
    await world.keep(*NAME, tags=("one", "two"), value=b"old")
    await world.peer.invalidate(INVALIDATIONS[case][0])
    await world.keep(*NAME, tags=("one", "two"), value=b"new")
    assert await world.read(*NAME) == {"name": b"new"}


@pytest.mark.parametrize("case", INVALIDATIONS)
async def test_a_late_fill_leaves_the_new_value_alone(world: World, case: str) -> None:
    stamp = await world.stamp()
    what, counts = INVALIDATIONS[case]
    await world.peer.invalidate(what)
    await world.keep(*NAME, tags=("one", "two"), value=b"new")
    await world.keep(*NAME, tags=("one", "two"), value=b"late", stamp=stamp)
    assert await world.read(*NAME) == {"name": b"late" if counts else b"new"}


async def test_a_fill_may_be_two_minutes_late(world: World) -> None:
    stamp = await world.stamp()
    await world.store.invalidate(Invalidation(entities=("User:1",), fields=(("User:2", "name"),)))
    await world.advance(2 * MINUTE)
    for entity in ("User:1", "User:2", "User:3"):
        await world.keep(entity, "name", "age", stamp=stamp)
    assert await world.read("User:1", "name", "age") == {}
    assert await world.read("User:2", "name", "age") == {"age": b"1"}
    assert await world.read("User:3", "name", "age") == {"name": b"1", "age": b"1"}


async def test_a_field_is_invalidated_with_all_arguments_and_for_everybody(world: World) -> None:
    ids = (
        "chefs",
        'chefs({"first":10})',
        "chefs|viewer:7",
        "chefs{a b}",
        "chefs#fr",
        'chefs({"a":"|"})|v{x}',
    )
    others = ("chef", 'chefs2({"first":10})', "xchefs(", "")
    await world.keep("Query", *ids, *others)
    await world.store.invalidate(Invalidation(fields=(("Query", "chefs"),)))
    assert set(await world.read("Query", *ids, *others)) == set(others)


async def test_tags_are_of_the_fill(world: World) -> None:
    await world.keep("User:1", "name", tags=("a",))
    await world.keep("User:1", "age", tags=("b",))
    await world.keep("User:1", "name", tags=())
    await world.store.invalidate(Invalidation(tags=("a",)))
    assert set(await world.read("User:1", "name", "age")) == {"name", "age"}
    await world.store.invalidate(Invalidation(tags=("b",)))
    assert set(await world.read("User:1", "name", "age")) == {"name"}


async def test_tells_how_long_an_entry_may_be_used(world: World) -> None:
    await world.store.fill(
        await world.stamp(), [Fill("User:1", {"name": b"1"}, 10 * MINUTE, 5 * MINUTE, 20 * MINUTE)]
    )

    async def minutes(advance: int) -> list[int] | None:
        await world.advance(advance * MINUTE)
        entry = (await world.entries("User:1", "name")).get("name")
        if entry is None:
            return None
        return [round(each / MINUTE) for each in (entry.age, entry.fresh, entry.stale, entry.spare)]

    assert await minutes(0) == [0, 10, 15, 30]
    assert await minutes(9) == [9, 1, 6, 21]
    assert await minutes(2) == [11, -1, 4, 19]
    assert await minutes(5) == [16, -6, -1, 14]
    assert await minutes(13) == [29, -19, -14, 1]
    assert await minutes(2) is None


async def test_times_count_from_when_it_was_asked_for(world: World) -> None:
    stamp = await world.stamp()
    fill = Fill("User:1", {"name": b"1"}, 1000, 500, 2000)
    await world.store.fill(stamp, [fill], 900)
    entry = (await world.entries("User:1", "name"))["name"]
    assert entry.age >= 900
    assert entry.fresh <= 100
    await world.advance(2101)
    assert await world.read("User:1", "name") == {}
    await world.store.fill(await world.stamp(), [fill], 3001)
    assert await world.read("User:1", "name") == {}


async def test_an_entry_ends_though_its_neighbour_lasts(world: World) -> None:
    stamp = await world.stamp()
    await world.store.fill(stamp, [Fill("User:1", {"age": b"1"}, MINUTE)])
    await world.store.fill(stamp, [Fill("User:1", {"name": b"1"}, 3 * MINUTE)])
    await world.store.fill(stamp, [Fill("User:1", {"mail": b"1"}, MINUTE, stale=5 * MINUTE)])
    await world.advance(2 * MINUTE)
    assert set(await world.read("User:1", "age", "name", "mail")) == {"name", "mail"}
    await world.advance(2 * MINUTE)
    assert set(await world.read("User:1", "age", "name", "mail")) == {"mail"}


@pytest.mark.parametrize("fresh", [0, -5])
async def test_what_is_of_no_use_is_not_kept(world: World, fresh: int) -> None:
    await world.store.fill(await world.stamp(), [Fill("User:1", {"name": b"1"}, fresh)])
    assert await world.read("User:1", "name") == {}


async def test_a_year_is_not_too_long(world: World) -> None:
    await world.store.fill(
        await world.stamp(), [Fill("User:1", {"name": b"1"}, 365 * 24 * 60 * MINUTE, stale=1 << 40)]
    )
    await world.advance(24 * 60 * MINUTE)
    assert await world.read("User:1", "name") == {"name": b"1"}


TEXTS = [
    "a:b",
    "",
    "qu\"o'te",
    "line\r\nbreak",
    "nul\0",
    "박씨",
    "\ud800",
    "*?[x]",
    "{tag}",
    "%41\\x",
    "a" * 5000,
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_any_text_can_be_a_name(world: World, text: str) -> None:
    entity, field = f"User:{text}", f'name({{"a":"{text}"}})'
    await world.keep(entity, field, tags=(text, "x"))
    await world.keep("User:other", field, tags=("other",))
    assert await world.read(entity, field) == {field: b"1"}
    await world.store.invalidate(Invalidation(tags=(text,)))
    assert await world.read(entity, field) == {}
    await world.keep(entity, field, tags=(text,))
    await world.store.invalidate(Invalidation(fields=((entity, "name"),)))
    assert await world.read(entity, field) == {}
    await world.keep(entity, field)
    await world.store.invalidate(Invalidation(entities=(entity,)))
    assert await world.read(entity, field) == {}
    assert await world.read("User:other", field) == {field: b"1"}
    assert list(await world.store.claim([text], MINUTE)) == [0]


@pytest.mark.parametrize("value", [b"", b"\0", b"\xff\xfe\r\n$-1\r\n", bytes(range(256)), b"x" * 300_000])
async def test_any_bytes_can_be_a_value(world: World, value: bytes) -> None:
    await world.keep("User:1", "name", value=value)
    assert await world.read("User:1", "name") == {"name": value}


async def test_takes_many_at_once(world: World) -> None:
    fields = tuple(f"field{number}" for number in range(9000))
    await world.keep("Query", *fields)
    assert len(await world.read("Query", *fields)) == len(fields)
    found = await world.store.read(
        [Wanted("User:1", fields), Wanted("Query", fields), Wanted("Query", ("field8999",))]
    )
    assert [len(each) for each in found.entries] == [0, len(fields), 1]
    entities = tuple(f"User:{number}" for number in range(9000))
    stamp = await world.stamp()
    await world.store.fill(stamp, [Fill(entity, {"a": b"1"}, MINUTE) for entity in entities[:900]])
    found = await world.store.read([Wanted(entity, ("a",)) for entity in entities])
    assert sum(map(len, found.entries)) == 900
    await world.store.invalidate(
        Invalidation(entities, tuple((entity, "a") for entity in entities), entities, entities)
    )
    assert await world.read("User:1", "a") == {}


async def test_a_tag_that_is_too_long_for_redis_keeps_nothing_wrong(world: World) -> None:
    tag = "x" * 70_000
    await world.keep("User:1", "name", tags=(tag,))
    await world.store.invalidate(Invalidation(tags=(tag,)))
    assert await world.read("User:1", "name") == {}


async def granted(store: FieldStore, names: Sequence[str]) -> list[bool]:
    """For a minute."""
    return [left <= 0 for left in await store.claim(names, MINUTE)]


async def test_leases(world: World) -> None:
    assert list(await world.store.claim([], MINUTE)) == []
    assert await granted(world.store, ["a", "b", "a"]) == [True, True, False]
    assert await granted(world.peer, ["a", "c"]) == [False, True]
    [left] = await world.peer.claim(["a"], MINUTE)
    assert 0 < left <= MINUTE
    await world.store.release([])
    await world.store.release(["a", "unknown"])
    assert list(await world.peer.claim(["a"], MINUTE)) == [GIVEN_BACK]
    await world.peer.release(["a"])
    assert await granted(world.peer, ["a", "b"]) == [True, False]


async def test_a_lease_ends(world: World) -> None:
    assert list(await world.store.claim(["a"], MINUTE)) == [0]
    await world.advance(2 * MINUTE)
    assert list(await world.peer.claim(["a"], MINUTE)) == [0]


async def test_what_was_invalidated_and_claimed_is_not_mixed_up(world: World) -> None:
    await world.store.claim(["User:1", "clock"], MINUTE)
    await world.store.invalidate(Invalidation(types=("User",), tags=("User", ".floor", ".since", "clock")))
    await world.keep("User:1", "name", tags=("User",))
    assert await world.read("User:1", "name") == {"name": b"1"}


async def test_counts(world: World) -> None:
    before = world.store.statistics().reads
    await world.keep("User:1", "name", "age")
    await world.read("User:1", "name", "email")
    await world.store.invalidate(Invalidation(entities=("User:1",)))
    await world.keep("User:1", "name", stamp=0)
    counts = world.store.statistics()
    assert (counts.reads - before, counts.wanted, counts.found, counts.fills) == (2, 2, 1, 2)
    assert (counts.refused, counts.invalidations, counts.failures, counts.garbage) == (1, 1, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
@given(plan=st.lists(STEPS, max_size=25))
@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
def test_does_what_the_reference_does(kind: str, plan: list[Step], request: pytest.FixtureRequest) -> None:
    async def run() -> None:
        world = new_world(kind, request)
        if kind not in ("memory", "redis", "cluster"):
            # Another process may have, and use, an older fill, and does not know the stamps of this one.
            await world.peer.close()
            world.peer = world.store
        await play(world, plan)

    asyncio.run(run())


async def play(world: World, plan: list[Step]) -> None:
    await world.empty()
    reference = Reference()
    stamps: dict[int, tuple[int, int]] = {}
    try:
        for step in (Read(0), Read(1), *plan, Read(2)):
            found = await step.take(world, reference, stamps)
            if found is not None:
                assert found[0] == found[1]
    finally:
        await world.store.close()
        await world.peer.close()
