"""Processes that miss the same at the same time: one fetches, the others wait for what it fills in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NamedTuple

import pytest

from router.cache.leases import Leases
from router.cache.memory import MemoryStore
from router.cache.redis_connection import connect
from router.cache.store import GIVEN_BACK, Invalidation
from router.upstream.subgraph import SubgraphError
from tests.cache.graph import World, world
from tests.cache.stores import redis_world, tiered_world
from tests.cache.test_caching import SHOP, asked_of, rows

NAME = '{ product(id: "1") { name } }'
ANSWER = {"data": {"product": {"name": "P1"}}}
SETTINGS = {"policy": {"*": {"maxAge": 60, "staleWhileRevalidate": 600}}, "lease_ms": 5000}


class Processes(NamedTuple):
    """Two over the same rows and the same Redis."""

    one: World
    two: World
    advance: Callable[[int], Awaitable[None]]


@pytest.fixture(params=["redis", "tiers"])
async def processes(request: pytest.FixtureRequest, valkey_url: str) -> AsyncIterator[Processes]:
    stores = redis_world(valkey_url) if request.param == "redis" else tiered_world(valkey_url)
    await stores.empty()
    shared = rows()
    one, two = (world(SHOP, shared, SETTINGS, each) for each in (stores.store, stores.peer))
    yield Processes(one, two, stores.advance)
    await one.cache.close()
    await two.cache.close()
    await stores.store.close()
    await stores.peer.close()


async def settled(*worlds: World, calls: int) -> None:
    """So many fetches have begun."""
    async with asyncio.timeout(10):
        while sum(len(each.calls) for each in worlds) < calls:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.001)


async def polled(other: World) -> None:
    """It has asked the store again and again, and so waits."""
    store = other.store
    assert not isinstance(store, MemoryStore)
    before = store.statistics().reads  # type: ignore[attr-defined]
    async with asyncio.timeout(10):
        while store.statistics().reads < before + 3:  # type: ignore[attr-defined]  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_a_herd_over_two_processes_is_one_fetch(processes: Processes) -> None:
    one, two, _ = processes
    one.gate.clear()
    asked = [asyncio.create_task(each.ask_at_once(NAME)) for each in (one, two) for _ in range(50)]
    two.gate.clear()
    await settled(one, two, calls=1)
    await polled(two if one.calls else one)
    one.gate.set()
    two.gate.set()
    assert await asyncio.gather(*asked) == [ANSWER] * 100
    assert len(one.calls) + len(two.calls) == 1


async def test_what_nobody_else_fetches_is_fetched_meanwhile(processes: Processes) -> None:
    one, two, _ = processes
    one.gate.clear()
    first = asyncio.create_task(one.ask_at_once(NAME))
    await settled(one, calls=1)
    second = asyncio.create_task(two.ask_at_once('{ product(id: "1") { name } page { title } }'))
    await settled(two, calls=1)
    await polled(two)
    assert asked_of(two.calls[0]) == {"page"}
    one.gate.set()
    assert await first == ANSWER
    assert (await second)["data"] == {"product": {"name": "P1"}, "page": {"title": "T"}}
    assert len(two.calls) == 1


async def test_a_fetch_that_fails_is_another_process_s_turn(processes: Processes) -> None:
    one, two, _ = processes
    one.gate.clear()
    first = asyncio.create_task(one.ask_at_once(NAME))
    await settled(one, calls=1)
    second = asyncio.create_task(two.ask_at_once(NAME))
    await polled(two)
    first.cancel()
    assert await second == ANSWER
    assert len(two.calls) == 1


async def test_an_invalidation_ends_nobody_s_waiting_with_older_data(processes: Processes) -> None:
    one, two, _ = processes
    one.pauses = iter([0, 0] * 100)
    one.gate.clear()
    first = asyncio.create_task(one.ask_at_once(NAME))
    await settled(one, calls=1)  # which has read the name already
    two.rows["Product:1"]["name"] = "new"
    await two.cache.invalidate(Invalidation(entities=('Product:["1"]',), types=("Query",)))
    second = asyncio.create_task(two.ask_at_once(NAME))
    await polled(two)
    one.gate.set()
    await first
    assert (await second)["data"]["product"]["name"] == "new"


async def test_a_lease_of_a_process_that_died_ends(processes: Processes, valkey_url: str) -> None:
    one, _, _ = processes
    dead = redis_world(valkey_url)
    await dead.store.claim(['Query:\0product#Product({"id":"1"})'], 300)
    asked = asyncio.create_task(one.ask(NAME))
    await polled(one)
    assert one.calls == []
    assert await asked == ANSWER
    assert len(one.calls) == 1
    await dead.store.close()
    await dead.peer.close()


async def test_who_gets_a_lease_does_not_wait_for_whoever_waits_for_it(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores, dead = redis_world(valkey_url), redis_world(valkey_url)
    await stores.empty()
    one = world(SHOP, rows(), {**SETTINGS, "lease_ms": 600_000}, stores.store)
    name = 'Query:\0product#Product({"id":"1"})'
    await dead.store.claim([name], 600_000)
    asked = [asyncio.create_task(one.ask_at_once(NAME))]
    await polled(one)
    claim = stores.store.claim

    async def claim_before_somebody_comes(names: Sequence[str], milliseconds: int) -> Sequence[int]:
        left = await claim(names, milliseconds)
        if names == [name] and max(left) <= 0:
            monkeypatch.undo()
            await one.cache.invalidate(Invalidation(types=("Page",)))  # so he does not join
            asked.append(asyncio.create_task(one.ask_at_once(NAME)))
            await polled(one)
        return left

    monkeypatch.setattr(stores.store, "claim", claim_before_somebody_comes)
    await dead.store.release([name])
    async with asyncio.timeout(30):
        while len(asked) < 2:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.001)
        assert await asyncio.gather(*asked) == [ANSWER] * 2
    for each in (stores, dead):
        await each.store.close()
        await each.peer.close()


async def test_what_was_filled_in_between_a_read_and_a_claim_is_not_fetched(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, _ = processes
    claim = two.store.claim

    async def claim_too_late(names: Sequence[str], milliseconds: int) -> Sequence[int]:
        monkeypatch.undo()
        assert await one.ask(NAME) == ANSWER
        return await claim(names, milliseconds)

    monkeypatch.setattr(two.store, "claim", claim_too_late)
    assert await two.ask(NAME) == ANSWER
    assert (len(one.calls), len(two.calls)) == (1, 0)


async def test_nobody_holds_what_he_does_not_fetch(valkey_url: str) -> None:
    """Else one who waits for a second lease and one who waits for the first would wait for each other."""
    stores = redis_world(valkey_url)
    await stores.empty()
    one, two = Leases(stores.store, 600), Leases(stores.peer, 600)
    first, second = ("Product:1", "name"), ("Product:2", "name")
    assert await one.claim({first, second}) == set()
    assert await two.claim({first, second}) == {first, second}
    await stores.store.release(one.handed_over([first]))
    async with asyncio.timeout(60):
        await two.wait({first, second}, None)
    assert (one.held, two.held) == ({second}, {first})
    await stores.store.close()
    await stores.peer.close()


async def test_a_part_does_not_give_back_what_was_granted_meanwhile(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had been asked for with the part, and is left out of it while another process has it."""
    stores = redis_world(valkey_url)
    await stores.empty()
    shop = world(SHOP, rows(), {**SETTINGS, "lease_ms": 600_000}, stores.store)
    name = 'Query:\0product#Product({"id":"1"})'
    assert await stores.peer.claim([name], 600_000) == [0]
    shop.gate.clear()
    asked = asyncio.create_task(shop.ask_at_once('{ product(id: "1") { name } page { title } }'))
    await settled(shop, calls=1)
    await polled(shop)
    claim, release = stores.store.claim, stores.store.release
    kept = asyncio.Event()
    lefts: list[int] = []

    async def claim_until_the_part_ends(names: Sequence[str], milliseconds: int) -> Sequence[int]:
        left = await claim(names, milliseconds)
        if left == [GIVEN_BACK]:
            shop.gate.set()
            await kept.wait()
            lefts.extend(await stores.peer.claim([name], 600_000))
        return left

    async def release_at_its_end(names: Sequence[str]) -> None:
        await release(names)
        kept.set()

    monkeypatch.setattr(stores.store, "claim", claim_until_the_part_ends)
    monkeypatch.setattr(stores.store, "release", release_at_its_end)
    await stores.peer.release([name])
    assert (await asked)["data"] == {"product": {"name": "P1"}, "page": {"title": "T"}}
    assert [left > 0 for left in lefts] == [True]
    await shop.cache.close()
    await stores.store.close()
    await stores.peer.close()


async def test_nobody_waits_for_a_second_one(valkey_url: str) -> None:
    """What changes all the time is never there for long: then each process asks for itself."""
    stores = redis_world(valkey_url)
    await stores.empty()
    one, two = Leases(stores.store, 600), Leases(stores.peer, 600)
    name = {("Product:1", "name")}
    assert await one.claim(name) == set()
    assert await two.claim(name) == name
    other = connect(valkey_url)
    [key] = await other.keys("test:l:*")
    await other.set(key, "somebody else", px=900_000)
    async with asyncio.timeout(60):
        await two.wait(name, None)
    assert await two.claim(name) == two.held == set()
    await other.aclose()
    await stores.store.close()
    await stores.peer.close()


async def test_a_lease_that_was_over_is_one_other_s(valkey_url: str) -> None:
    """While a fetch takes longer than a lease, there is one more for each, and not one more in each process."""
    stores, more = redis_world(valkey_url), redis_world(valkey_url)
    await stores.empty()
    name = {("Product:1", "name")}
    assert await Leases(stores.store, 0.2).claim(name) == set()
    waiting = {Leases(store, 600): store for store in (stores.peer, more.store)}
    for each in waiting:
        assert await each.claim(name) == name
    tasks = {asyncio.create_task(each.wait(name, None)): each for each in waiting}
    async with asyncio.timeout(60):
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        [first], [second] = (map(tasks.__getitem__, each) for each in (done, rest))
        assert (first.held, second.held) == (name, set())
        reads = waiting[second].statistics().reads
        while waiting[second].statistics().reads < reads + 3:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.001)
        assert not any(each.done() for each in rest)
        await waiting[first].release(first.handed_over(name))
        await asyncio.gather(*rest)
    assert second.held == name
    for each in (stores, more):
        await each.store.close()
        await each.peer.close()


async def test_what_is_old_is_fetched_again_by_one_of_them(processes: Processes) -> None:
    one, two, advance = processes
    await one.ask(NAME)
    one.taken_calls()
    await advance(61_000)
    one.gate.clear()
    assert await one.ask_at_once(NAME) == ANSWER
    await settled(one, calls=1)
    assert await asyncio.gather(*(two.ask_at_once(NAME) for _ in range(20))) == [ANSWER] * 20
    await two.cache.close()
    assert two.calls == []
    one.gate.set()


async def test_too_many_fields_are_no_herd(valkey_url: str) -> None:
    stores = redis_world(valkey_url)
    await stores.empty()
    one, two = Leases(stores.store, 5), Leases(stores.peer, 5)
    few, many = (
        {("Product:1", str(each)) for each in range(128)},
        {("Product:2", str(each)) for each in range(129)},
    )
    assert await one.claim(few) == set()
    assert await two.claim(few) == few
    assert await one.claim(many) == await two.claim(many) == set()
    assert await one.claim(few) == set()  # its own
    await stores.store.release(one.rest())
    assert await two.claim(few) == set()
    await stores.store.close()
    await stores.peer.close()


def slow() -> World:
    """A product takes 100 ms."""
    shop = world(SHOP, rows())

    def product(id: str) -> str:
        shop.clock.now += 0.1
        return f"Product:{id}"

    shop.rows["Query"]["product"] = product
    return shop


async def test_what_is_asked_for_often_is_fetched_before_it_ends() -> None:
    shop = slow()
    await shop.ask(NAME)
    shop.taken_calls()
    shop.clock.now += 59.5
    shop.haste = 10  # as one request of many has it
    assert await shop.ask(NAME) == ANSWER
    assert len(shop.taken_calls()) == 1
    shop.haste = 0
    shop.clock.now += 59
    assert await shop.ask(NAME) == ANSWER
    assert shop.taken_calls() == []


async def test_whole_answers_are_passed_over_before_they_end() -> None:
    shop = slow()
    shop.keeps_answers = True
    await shop.ask(NAME)
    await shop.ask(NAME)
    shop.taken_calls()
    shop.clock.now += 59.5
    shop.haste = 10
    assert await shop.ask(NAME) == ANSWER
    assert len(shop.taken_calls()) == 1


async def test_a_fetch_that_fails_fails_for_those_who_wait_for_it() -> None:
    shop = world(SHOP, rows())
    shop.failure = SubgraphError("HTTP", "gone")
    answers = await asyncio.gather(*(shop.ask_at_once(NAME) for _ in range(10)))
    assert all(each["data"] == {"product": None} for each in answers)
    assert len(shop.calls) <= 11
