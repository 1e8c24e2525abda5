"""A real cluster whose slots move, and whose nodes hang, end and follow each other: nobody reads what is old, or sees an error."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from zlib import crc32

import pytest
from redis import Redis

from launcher.errors import LaunchError
from launcher.valkey import ValkeyServer
from router.cache.asked_names import AskedNames
from router.cache.near_memory import NearMemory
from router.cache.open_store import Stores, open_redis, open_tiers
from router.cache.outbox.open_consumer import Consumers
from router.cache.partitions import TieredPartitions
from router.cache.redis_cluster import ClusterRedis
from router.cache.redis_connection import connect, partitions
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.settings import FieldCacheSettings
from router.cache.statistics import StoreStatistics
from router.cache.store import FieldStore, Fill, Invalidation, StoreUnavailableError, Wanted
from router.cache.tiers import TieredStore
from tests.cache.clusters import Cluster, move, wait_until
from tests.cache.processes import Process, Story
from tests.cache.stores import ready, valkey_at
from tests.conftest import SmallGraph

MINUTE = 60_000
OPTIONS = RedisStoreOptions(timeout=5, pause=0.05)
HASTY = RedisStoreOptions(timeout=0.25, pause=0.05)
NAME = [Wanted("User:1", ("name",))]
TYPE = Invalidation(types=("User",))


def running(folder: Path, replicas: int = 0) -> Iterator[Cluster]:
    try:
        with Cluster(folder, replicas=replicas) as found:
            yield found
    except LaunchError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def cluster(scratch: Path) -> Iterator[Cluster]:
    """Whose nodes stay."""
    yield from running(scratch / "moving-cluster")


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    with valkey_at(scratch / "no-cluster") as found:
        yield found


@pytest.fixture
def with_replicas(scratch: Path, tmp_path: Path) -> Iterator[Cluster]:
    yield from running(scratch / tmp_path.name, replicas=1)


def slot_of(client: object) -> int:
    assert isinstance(client, ClusterRedis)
    return client.owner.slot


def slots_of(member: Process) -> list[int]:
    assert isinstance(member, Member)
    return [slot_of(each.client) for each in member.parts]


class Member(Process):
    """A process that uses a cluster. Counts what goes to Redis, whichever node that is."""

    def __init__(self, url: str, options: RedisStoreOptions = OPTIONS) -> None:
        self.changes: list[Invalidation] = []
        self.parts = partitions(url, "t")
        memory = NearMemory(1 << 22)
        self.stores = [RedisStore(each.client, each.prefix, options) for each in self.parts]
        tiers = [
            TieredStore(store, each.client.connection_pool, memory)
            for store, each in zip(self.stores, self.parts, strict=True)
        ]
        self.store = tiers[0] if len(tiers) == 1 else TieredPartitions(tiers, memory)  # type: ignore[assignment]
        self.store.on_change = self.changes.append
        self.redis = self  # type: ignore[assignment]

    def statistics(self) -> StoreStatistics:
        reads = sum(store.statistics().reads for store in self.stores)
        return self.stores[0].statistics()._replace(reads=reads)


class ClusterStory(Story):
    """Who cannot say that something is old says it again, as the cache does for mutations."""

    def __init__(self, processes: list[Process], chance: random.Random) -> None:
        super().__init__(processes, chance)
        self.refused = 0

    async def invalidate(self, process: Process, what: Invalidation) -> None:
        while True:
            try:
                return await process.store.invalidate(what)
            except StoreUnavailableError:
                self.refused += 1
                await asyncio.sleep(0.02)


@asynccontextmanager
async def members(url: str, count: int = 3) -> "AsyncIterator[list[Process]]":
    found: list[Process] = [Member(url) for _ in range(count)]
    try:
        await ready(*(each.store for each in found))
        yield found
    finally:
        for each in found:
            await each.store.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.01)


async def is_(found: Awaitable[object], expected: object) -> bool:
    return await found == expected


async def works(store: FieldStore) -> bool:
    """Whether what is filled in is found."""
    stamp = (await store.read([])).stamp
    await store.fill(stamp, [Fill("User:1", {"name": b"1"}, MINUTE)])
    return bool((await store.read(NAME)).entries[0])


@pytest.mark.parametrize("number", [1, 2, 16, 100])
async def test_partitions_are_spread_over_the_slots(number: int) -> None:
    found = partitions(f"redis+cluster://host/?partitions={number}", "graph")
    slots = [slot_of(client) for client, _ in found]
    if number > 1:
        assert [slot * number // 16384 for slot in slots] == list(range(number))
    assert len({prefix for _, prefix in found}) == number
    assert {prefix.startswith("{graph") for _, prefix in found} == {True}


async def test_what_one_member_invalidates_no_other_reads(cluster: Cluster) -> None:
    for query in ("", "partitions=4"):
        async with members(cluster.url(query)) as [one, two, _]:
            await one.keep()
            assert await two.value() == b"1"
            assert await two.held()
            await one.store.invalidate(TYPE)
            assert await two.value() is None
            await one.keep()
            await one.store.invalidate(Invalidation(entities=("User:1",)))
            assert await two.value() is None


async def test_all_nodes_have_some_of_it(cluster: Cluster) -> None:
    found = partitions(cluster.url("partitions=6"), "spread")
    store = open_redis(found, OPTIONS)
    stamp = (await store.read([])).stamp
    await store.fill(stamp, [Fill(f"User:{each}", {"name": b"1"}, MINUTE) for each in range(100)])
    held = [len(node.ask("KEYS", "{spread*:e:*")) for node in cluster.masters]
    assert sum(held) == 100
    assert min(held) > 20
    await store.close()


@pytest.mark.parametrize("query", ["", "partitions=3"])
async def test_slots_that_move_in_use(cluster: Cluster, query: str) -> None:
    """Again and again, key by key. Nobody is told that it is so: not who reads, and not who invalidates."""
    async with members(cluster.url(query)) as processes:
        story = ClusterStory(processes, random.Random(1))
        running = asyncio.create_task(story.run(3))
        slot = slots_of(processes[0])[-1]
        moves = 0
        while not running.done():
            source = cluster.owner(slot)
            target = cluster.masters[(cluster.masters.index(source) + 1) % 3]
            await move(slot, source, target)
            moves += 1
            await asyncio.sleep(0.3)
        await running
        assert moves > 3
        assert story.refused == 0
        assert story.hits > 0
        assert sum(story.done.values()) > 10
        for each in processes:
            await until(lambda each=each: works(each.store))
            await ready(each.store)
            assert await each.held()


async def test_a_lease_from_before_a_move_is_waited_for(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the slot now does not know of it, and whoever holds it may hear of the move late."""
    async with members(cluster.url(), 2) as [one, two]:
        await until(lambda: works(one.store))
        assert await two.value() == b"1"
        assert await two.held()
        assert isinstance(two.store, TieredStore)
        hearing = two.store._tracking
        monkeypatch.setattr(hearing, "_lose", lambda: None)
        await hearing.stop()
        [slot] = slots_of(one)
        source = cluster.owner(slot)
        target = next(node for node in cluster.masters if node is not source)
        await move(slot, source, target, batch=100, pause=0)
        assert two.store.is_coherent
        await one.store.invalidate(TYPE)
        assert await two.value() is None


async def test_announcements_stay_at_their_node(cluster: Cluster) -> None:
    """In a cluster PUBLISH reaches all nodes, so somebody would say that he heard it who was not counted."""
    async with members(cluster.url(), 1) as [one]:
        [slot] = slots_of(one)
        owner = cluster.owner(slot)
        other = next(node for node in cluster.masters if node is not owner)
        with Redis(port=other.port, password=cluster.password, socket_timeout=10) as client:
            listening = client.pubsub()
            listening.psubscribe("*")
            assert listening.get_message(timeout=10) is not None
            await one.store.invalidate(TYPE)
            owner.ask("PUBLISH", "end", "")
            heard = listening.get_message(timeout=10)
            assert heard is not None
            assert heard["channel"] == b"end"
            listening.close()


@pytest.mark.parametrize("with_books", [False, True])
async def test_an_invalidation_while_a_slot_moves(cluster: Cluster, with_books: bool) -> None:
    """With all books, scripts can run where the slot was, until they write what is not there any more."""
    [part] = partitions(cluster.url(), f"moves-{with_books}")
    store = RedisStore(part.client, part.prefix, RedisStoreOptions(timeout=5, most_marks=4))
    assert await works(store)
    stamp = (await store.read([])).stamp
    for number in range(2 if with_books else 0):
        names = tuple(f"{number}.{each}" for each in range(5))
        await store.invalidate(Invalidation(entities=names, tags=names))
    assert await works(store)
    slot = slot_of(part.client)
    source = cluster.owner(slot)
    target = next(node for node in cluster.masters if node is not source)
    target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
    source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
    for number in range(3):
        await store.invalidate(Invalidation(("User:1",), tags=(f"x{number}", "y", "z")))
        assert (await store.read(NAME)).entries == [{}]
    clock = f"{part.prefix}:clock"
    source.ask(*("MIGRATE", "127.0.0.1", target.port, clock, 0, 5000, "AUTH", target.password))
    await store.invalidate(Invalidation(("User:1",)))
    assert target.ask("CLUSTER", "COUNTKEYSINSLOT", slot) == 1
    await move(slot, source, target, pause=0)
    assert (await store.read(NAME)).entries == [{}]
    await store.fill(stamp, [Fill("User:1", {"name": b"late"}, MINUTE)])
    assert (await store.read(NAME)).entries == [{}]
    assert (await store.read([])).stamp > stamp
    assert await works(store)
    await store.close()


@pytest.mark.parametrize("query", ["", "partitions=3"])
async def test_replicas_that_take_over(with_replicas: Cluster, query: str) -> None:
    """Asked to, without a word lost. Nobody is told."""
    async with members(with_replicas.url(query)) as processes:
        story = ClusterStory(processes, random.Random(2))
        running = asyncio.create_task(story.run(3))
        for slot in slots_of(processes[0]):
            await asyncio.sleep(0.3)
            await take_over(with_replicas, slot)
        await running
        assert story.refused == 0
        assert story.hits > 0


async def take_over(cluster: Cluster, slot: int) -> None:
    """The replica of whoever has the slot. The others agree to that again only after a while."""
    owner = cluster.owner(slot)
    pair = next(
        [master, replica]
        for master, [replica] in zip(cluster.masters, cluster.replicas, strict=True)
        if owner in (master, replica)
    )
    other = next(node for node in pair if node is not owner)
    await asyncio.to_thread(wait_until, lambda: other.says("INFO replication", "master_link_status:up"))
    other.ask("CLUSTER", "FAILOVER")
    await asyncio.to_thread(wait_until, lambda: all(node.owner_port(slot) == other.port for node in pair))


async def test_a_master_that_is_killed(with_replicas: Cluster) -> None:
    """Until the replica stands in, invalidations are refused; whoever says them again is heard at last."""
    async with members(with_replicas.url("partitions=3")) as processes:
        slot = slots_of(processes[0])[0]
        story = ClusterStory(processes, random.Random(3))
        running = asyncio.create_task(story.run(4))
        await asyncio.sleep(0.5)
        owner = with_replicas.owner(slot)
        owner.kill()
        await running
        await asyncio.to_thread(wait_until, lambda: with_replicas.owner(slot) is not owner)
        for each in processes:
            await until(lambda each=each: works(each.store))
            await ready(each.store)
            assert await each.held()
        # And back, with nothing in it, as a replica.
        owner.start()
        await asyncio.to_thread(wait_until, lambda: owner.says("INFO replication", "master_link_status:up"))
        assert await works(processes[0].store)


async def test_a_master_that_hangs(with_replicas: Cluster) -> None:
    """It still takes connections, but answers none of them. When it goes on, it is none any more."""
    [part] = partitions(with_replicas.url(), "t")
    store = open_tiers([part], HASTY, NearMemory(1 << 20))
    await until(lambda: works(store))
    await ready(store)
    owner = with_replicas.owner(slot_of(part.client))
    assert owner.process is not None
    owner.process.send_signal(signal.SIGSTOP)
    try:

        async def invalidated() -> bool:
            try:
                await store.invalidate(TYPE)
            except StoreUnavailableError:
                return False
            return True

        await until(invalidated)
        assert (await store.read(NAME)).entries == [{}]
        await until(lambda: works(store))
        await ready(store)
    finally:
        owner.process.send_signal(signal.SIGCONT)
    assert await works(store)
    await store.close()


@pytest.fixture
def own_cluster(scratch: Path, tmp_path: Path) -> Iterator[Cluster]:
    yield from running(scratch / tmp_path.name)


async def test_a_part_of_the_cluster_that_is_away(own_cluster: Cluster) -> None:
    """The entities of the others are still kept and found."""
    found = partitions(own_cluster.url("partitions=3"), "t")
    store = open_tiers(found, HASTY, NearMemory(1 << 20))
    assert isinstance(store, TieredPartitions)
    names = [f"User:{number}" for number in range(30)]
    wanted = [Wanted(name, ("name",)) for name in names]
    away = sum(crc32(name.encode()) % 3 == 1 for name in names)

    async def kept() -> int:
        stamp = (await store.read([])).stamp
        await store.fill(stamp, [Fill(name, {"name": b"1"}, MINUTE) for name in names])
        return sum(map(len, (await store.read(wanted)).entries))

    await until(lambda: is_(kept(), 30))
    await ready(store)
    gone = own_cluster.masters[1]
    gone.kill()
    await until(lambda: is_(kept(), 30 - away))
    assert not store.is_coherent
    with pytest.raises(StoreUnavailableError):
        await store.invalidate(TYPE)
    assert await kept() == 30 - away
    gone.start()
    await until(lambda: is_(kept(), 30))
    await ready(store)
    await store.invalidate(TYPE)
    assert sum(map(len, (await store.read(wanted)).entries)) == 0
    await store.close()


async def test_a_slot_that_nobody_has(cluster: Cluster) -> None:
    [part] = partitions(cluster.url(), "nobody")
    store = RedisStore(part.client, part.prefix, HASTY)
    await until(lambda: works(store))
    slot = slot_of(part.client)
    owner = cluster.owner(slot)
    for node in cluster.masters:
        node.ask("CLUSTER", "DELSLOTS", slot)
    with pytest.raises(StoreUnavailableError):
        await store.invalidate(TYPE)
    assert (await store.read(NAME)).entries == [{}]
    owner.ask("CLUSTER", "ADDSLOTS", slot)
    await until(lambda: works(store))
    await store.close()


async def test_a_server_that_is_no_node(server: ValkeyServer) -> None:
    [part] = partitions(server.url.replace("redis:", "redis+cluster:"), "t")
    store = RedisStore(part.client, part.prefix, OPTIONS)
    with pytest.raises(StoreUnavailableError, match="cluster support disabled"):
        await store.invalidate(TYPE)
    await store.close()


async def test_events_of_subgraphs_in_a_cluster(cluster: Cluster, small_graph: SmallGraph) -> None:
    """The stream is at one node, and how far it has been read may be at another. Both move."""
    url = cluster.url("partitions=3")
    settings = FieldCacheSettings(store=url, namespace="events")
    stores = Stores()
    opened = stores.get(settings)
    assert opened is not None
    consumer = Consumers().get(settings, opened)
    assert consumer is not None
    name = settings.invalidation.stream.name
    says = connect(url, name)
    [place, *_] = partitions(url, f"events:outbox:{name}")
    person = 'Person:["1"]'
    wanted = [Wanted(person, ("name",))]

    async def kept() -> bool:
        stamp = (await opened.store.read([])).stamp
        await opened.store.fill(stamp, [Fill(person, {"name": b"1"}, MINUTE)])
        return bool((await opened.store.read(wanted)).entries[0])

    async def gone() -> bool:
        return not (await opened.store.read(wanted)).entries[0]

    async with consumer.serving(AskedNames(small_graph.supergraph)):
        for _ in range(3):
            await until(kept)
            await says.xadd(name, {"entity_type": "Person", "entity_key": "1"})
            await until(gone)
            for slot in (slot_of(says), slot_of(place.client)):
                source = cluster.owner(slot)
                await move(slot, source, next(node for node in cluster.masters if node is not source))
    await says.aclose()
    await stores.close()
