"""Events on a real Redis stream: each is in force sooner or later, after any disconnect or restart, or everything is dropped."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from launcher.errors import LaunchError
from launcher.valkey import ValkeyServer
from router.cache.asked_names import AskedNames
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore, Stores
from router.cache.outbox.consumer import Consumer
from router.cache.outbox.event import MalformedEventError, read_event
from router.cache.outbox.open_consumer import Consumers
from router.cache.outbox.place import OwnPlace, Place, SharedPlace
from router.cache.outbox.position import START, Position
from router.cache.outbox.stream import Stream
from router.cache.outbox.understanding import understand
from router.cache.redis_connection import connect
from router.cache.redis_store import RedisStore, RedisStoreOptions
from router.cache.settings import FieldCacheSettings
from router.cache.store import FieldStore, Fill, Invalidation, StoreUnavailableError, Wanted
from router.composition import compose
from router.errors import RouterError
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from tests.cache.graph import HEAD
from tests.cache.stores import ready, tiered

STREAM = "test:events"
PLACE = "test:outbox"
MINUTE = 60_000
KILL = "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SDL = """
type Query { people: [Person!]! pet(id: ID!): Pet }
type Person @key(fields: "id") { id: ID! name: String! address: Address! }
type Address { city: String! }
type Pet @key(fields: "kind number") { kind: String! number: Int! }
"""


def supergraph(sdl: str) -> Supergraph:
    return Supergraph.parse(compose([Subgraph("people", "http://people", HEAD + sdl)]).supergraph_sdl)


@pytest.fixture(scope="module")
def names() -> AskedNames:
    return AskedNames(supergraph(SDL))


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    try:
        with ValkeyServer(scratch / "outbox", durable=False) as found:
            yield found
    except LaunchError as error:
        pytest.skip(str(error))


@pytest.fixture
async def redis(server: ValkeyServer) -> AsyncIterator["Redis"]:
    """Another client, of an empty server."""
    client = connect(server.url)
    await client.flushall()
    yield client
    await client.aclose()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.002)


async def waiting(redis: "Redis") -> None:
    """Until a reader waits for the next event."""
    async with asyncio.timeout(20):
        while (await redis.info("clients"))["blocked_clients"] < 1:  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.002)


class Process:
    """One with a store, which is in memory where there is no `namespace`."""

    def __init__(self, url: str, store: FieldStore, place: Place) -> None:
        self.store = store
        self.stream = Stream(connect(url), STREAM)
        self.consumer = Consumer(OpenStore(store), self.stream, place, lambda: NOW)

    @property
    def counts(self) -> Any:
        return self.consumer.statistics()

    async def keep(self, *entities: str) -> None:
        stamp = (await self.store.read([])).stamp
        fills = [Fill(entity, {"name": b"1"}, MINUTE, tags=("x",)) for entity in entities]
        await self.store.fill(stamp, fills)

    async def left(self, *entities: str) -> list[str]:
        found = await self.store.read([Wanted(entity, ("name",)) for entity in entities])
        return [entity for entity, entries in zip(entities, found.entries, strict=True) if entries]


def person(key: int) -> str:
    return f'Person:["{key}"]'


def in_memory(url: str) -> Process:
    return Process(url, MemoryStore(lambda: 1000.0, 1 << 20), OwnPlace())


def in_redis(url: str) -> Process:
    store = RedisStore(connect(url), "test", RedisStoreOptions(timeout=5, pause=0.01))
    return Process(url, store, SharedPlace(connect(url), PLACE))


KINDS = {"memory": in_memory, "redis": in_redis}


@pytest.fixture(params=KINDS)
def new(request: pytest.FixtureRequest, server: ValkeyServer) -> Iterator[Callable[[], Process]]:
    """Starts a process."""
    return lambda: KINDS[request.param](server.url)


@pytest.fixture
async def process(new: Callable[[], Process]) -> AsyncIterator[Process]:
    found = new()
    yield found
    await found.store.close()


async def say(redis: "Redis", key: int | str, **fields: str) -> Any:
    return await redis.xadd(STREAM, {"entity_type": "Person", "entity_key": str(key), **fields})


def payload(**named: Any) -> dict[str, str]:
    return {"payload": msgspec.json.encode({"cacheInvalidation": named, "more": 1}).decode()}


PERSON = Invalidation((person(7),), (), (), ("sf:list:Person",))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"entity_type": "Person", "entity_key": "7", "kind": "created"}, PERSON),
        ({"entity_type": "Person", "entity_key": "7", "payload": "", "other": "x"}, PERSON),
        ({"entity_type": "Person", "entity_key": '{"id": 7}', "payload": '{"status": "NEW"}'}, PERSON),
        (
            {"entity_type": "Pet", "entity_key": '{"kind": "cat", "number": 1}'},
            Invalidation(('Pet:["cat",1]',), (), (), ("sf:list:Pet",)),
        ),
        # At least what was meant: of a key that does not say which entity, all of the type.
        ({"entity_type": "Pet", "entity_key": "7"}, Invalidation((), (), ("Pet",), ("sf:list:Pet",))),
        ({"entity_type": "Person"}, Invalidation((), (), ("Person",), ("sf:list:Person",))),
        (payload(tags=["a", "b"]), Invalidation((), (), (), ("a", "b"))),
        (payload(types=["Address"]), Invalidation((), (), ("Address", "Person"), ("sf:list:Address", "sf:list:Person"))),
        (payload(fields=[{"__typename": "Query", "field": "people"}]), Invalidation((), (("Query:", "people"),))),
        (
            {"entity_type": "Person", "entity_key": "7", **payload(entities=[{"__typename": "Person", "id": 8}])},
            Invalidation((person(7), person(8)), (), (), ("sf:list:Person",)),
        ),
        ({"entity_type": "Chef", "entity_key": "7"}, Invalidation()),
        ({"entity_type": "Chef", "entity_key": "7", **payload(tags=["a"])}, Invalidation((), (), (), ("a",))),
    ],
)  # fmt: skip
def test_what_an_event_names(names: AskedNames, fields: Mapping[str, str], expected: Invalidation) -> None:
    event = read_event({name.encode(): value.encode() for name, value in fields.items()})
    assert understand(event, [names]) == expected


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "names nothing"),
        ({b"kind": b"created", b"payload": b"{}"}, "names nothing"),
        ({b"entity_key": b"7"}, "without an entity_type"),
        ({b"entity_type": b"\xff"}, "UTF-8"),
        ({b"entity_type": b"Person", b"entity_key": b"\xff"}, "UTF-8"),
        ({b"entity_type": b"Person", b"entity_key": b'{"id": '}, "truncated"),
        ({b"entity_type": b"Person", b"entity_key": b"7", b"payload": b"none"}, "malformed"),
        ({b"entity_type": b"Person", b"entity_key": b"7", b"payload": b"[]"}, "Expected `object`"),
        ({b"entity_type": b"Person", b"payload": b'{"cacheInvalidation": {"tags": "a"}}'}, "Expected `array`"),
        ({b"entity_type": b"Person", b"payload": b'{"a": ' + b"[" * 10_000}, "."),
        ({b"entity_type": b"Person", b"entity_key": b'{"a": ' + b"[" * 10_000}, "."),
        ({b"payload": b'{"cacheInvalidation": {"entities": [{"id": 1}], "fields": [{"field": 1}]}}'}, "names nothing"),
    ],
)  # fmt: skip
def test_what_is_no_event(fields: Mapping[bytes, bytes], why: str) -> None:
    with pytest.raises(MalformedEventError, match=why):
        read_event(fields)


@given(st.dictionaries(
    st.sampled_from([b"entity_type", b"entity_key", b"kind", b"payload", b"created_at"]),
    st.binary() | st.sampled_from([b"Person", b"7", b"{}", b'{"cacheInvalidation": null}', b"2026-06-15"]),
))  # fmt: skip
def test_any_bytes_are_an_event_or_none(fields: Mapping[bytes, bytes]) -> None:
    try:
        event = read_event(fields)
    except MalformedEventError:
        return
    assert event.asked


async def test_an_event_drops_the_entity_and_the_lists_of_its_type(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    async with process.consumer.serving(names):
        await process.keep(person(1), person(2))
        stamp = (await process.store.read([])).stamp
        await process.store.fill(stamp, [Fill("Query:", {"name": b"[]"}, MINUTE, tags=("sf:list:Person",))])
        await say(redis, 1, kind="renamed", created_at=(NOW - timedelta(seconds=3)).isoformat())
        await until(lambda: process.counts.applied == 1)
        assert await process.left(person(1), person(2), "Query:") == [person(2)]
        assert (process.counts.lag, process.counts.longest_lag) == (3.0, 3.0)
        assert process.counts.is_reading
    assert process.counts._replace(lag=None, longest_lag=0.0) == (False, 1, 0, 0, 0, 0, None, 0.0)


async def test_events_go_on_after_a_lost_connection(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    async with process.consumer.serving(names):
        for key in range(10):
            await process.keep(person(key))
            await waiting(redis)
            async with redis.pipeline() as pipeline:  # nobody reads in between
                pipeline.execute_command(*KILL)
                pipeline.xadd(STREAM, {"entity_type": "Person", "entity_key": str(key)})
                killed, _ = await pipeline.execute()
            assert killed >= 1
            await until(lambda key=key: process.counts.applied == key + 1)
            assert await process.left(person(key)) == []
        assert process.counts.gaps == 0


async def test_a_lost_connection_drops_nothing_else(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    async with process.consumer.serving(names):
        await process.keep(person(1), person(2))
        await waiting(redis)
        assert await redis.execute_command(*KILL) >= 1
        await say(redis, 1)
        await until(lambda: process.counts.applied == 1)
        assert await process.left(person(1), person(2)) == [person(2)]


async def test_a_store_that_outlives_its_process_is_told_what_happened_meanwhile(
    redis: "Redis", server: ValkeyServer, names: AskedNames
) -> None:
    first, second = in_redis(server.url), in_redis(server.url)
    async with first.consumer.serving(names):
        await first.keep(person(1), person(2), person(3))
        await say(redis, 1)
        await until(lambda: first.counts.applied == 1)
    await say(redis, 2)
    assert await second.left(person(1), person(2), person(3)) == [person(2), person(3)]

    async with second.consumer.serving(names):
        assert await second.left(person(1), person(2), person(3)) == [person(3)]
    assert second.counts.applied == 1
    for each in (first, second):
        await each.store.close()


async def test_a_memory_that_is_empty_at_first_has_nothing_to_catch_up_with(
    redis: "Redis", server: ValkeyServer, names: AskedNames
) -> None:
    await say(redis, 1)
    process = in_memory(server.url)
    async with process.consumer.serving(names):
        assert process.counts.applied == 0
        await process.keep(person(1), person(2))
        await say(redis, 2)
        await until(lambda: process.counts.applied == 1)
        assert await process.left(person(1), person(2)) == [person(1)]
        assert process.counts.gaps == 0


async def _trim(redis: "Redis") -> None:
    await redis.xtrim(STREAM, maxlen=1, approximate=False)


async def _forget_position(redis: "Redis") -> None:
    await redis.delete(f"{PLACE}:position")


async def _garble_position(redis: "Redis") -> None:
    await redis.set(f"{PLACE}:position", b"\xff")


async def _delete_entries(redis: "Redis") -> None:
    [(id_, _), *_] = await redis.xrevrange(STREAM, count=1)
    await redis.xdel(STREAM, id_)


async def _delete_stream(redis: "Redis") -> None:
    await redis.delete(STREAM)


async def _begin_another_stream(redis: "Redis") -> None:
    await redis.delete(STREAM)
    await say(redis, 9)


async def _restore_a_backup(redis: "Redis") -> None:
    await redis.delete(STREAM)
    await redis.xadd(STREAM, {"entity_type": "Person", "entity_key": "9"}, id="1-0")


async def _promote(redis: "Redis") -> None:
    """As after a failover: the same data, as far as one knows."""
    kept = Position.decode(await redis.get(f"{PLACE}:position"))
    assert kept is not None
    await redis.set(f"{PLACE}:position", kept._replace(server="another").encode())


LOSSES: list[Callable[["Redis"], Awaitable[None]]] = [
    _trim, _forget_position, _garble_position, _delete_entries, _delete_stream, _begin_another_stream, _restore_a_backup, _promote,
]  # fmt: skip


@pytest.mark.parametrize("lose", LOSSES)
async def test_everything_goes_where_events_were_lost(
    redis: "Redis", server: ValkeyServer, names: AskedNames, lose: Callable[["Redis"], Awaitable[None]]
) -> None:
    first, second = in_redis(server.url), in_redis(server.url)
    async with first.consumer.serving(names):
        await first.keep(person(1), person(2))
        await say(redis, 8)
        await until(lambda: first.counts.applied == 1)
    for key in (4, 5, 6):
        await say(redis, key)
    await lose(redis)

    async with second.consumer.serving(names):
        assert await second.left(person(1), person(2)) == []
        await second.keep(person(1))
        await say(redis, 3)
        await until(lambda: second.counts.applied == 1)
        assert await second.left(person(1)) == [person(1)]
        assert second.counts.gaps == (0 if "position" in lose.__name__ else 1)
    for each in (first, second):
        await each.store.close()


async def test_what_is_trimmed_after_it_was_read_is_not_lost(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    async with process.consumer.serving(names):
        await process.keep(person(1))
        for key in (2, 3):
            await say(redis, key)
        await until(lambda: process.counts.applied == 2)
        await redis.xtrim(STREAM, maxlen=1, approximate=False)
        await redis.execute_command(*KILL)
        await say(redis, 4)
        await until(lambda: process.counts.applied == 3)
        assert await process.left(person(1)) == [person(1)]
        assert process.counts.gaps == 0


async def test_a_stream_that_is_evicted_while_it_is_read_is_noticed(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    async with process.consumer.serving(names):
        await say(redis, 1)
        await until(lambda: process.counts.applied == 1)
        await process.keep(person(2))
        async with redis.pipeline() as pipeline:
            pipeline.xadd(STREAM, {"entity_type": "Person", "entity_key": "2"})
            pipeline.delete(STREAM)
            await pipeline.execute()
        await until(lambda: process.counts.gaps == 1)
        assert await process.left(person(2)) == []


async def test_garbage_is_counted_said_once_and_passed_over(
    redis: "Redis", process: Process, names: AskedNames, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with process.consumer.serving(names):
        await process.keep(person(1), person(2))
        for fields in ({"a": "b"}, {"entity_type": b"\xff"}, {"entity_type": "Person", "payload": "["}):
            await redis.xadd(STREAM, fields)
        await say(redis, "9", entity_type="Chef")
        await say(redis, "9", entity_type="Cook")
        await say(redis, 1)
        await until(lambda: process.counts.applied == 3)
        assert (process.counts.malformed, process.counts.unknown, process.counts.failures) == (3, 2, 0)
        assert await process.left(person(1), person(2)) == [person(2)]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "is no event. It names nothing." in said[0]
    assert "The graph has nothing of what an event names" in said[1]


async def test_a_key_that_is_no_stream_is_a_failure_until_it_is_one(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    await redis.set(STREAM, "not one")
    async with process.consumer.serving(names):
        await until(lambda: process.counts.failures >= 2)
        await redis.delete(STREAM)
        await say(redis, 1)
        await until(lambda: process.counts.is_reading)
        await say(redis, 1)
        await until(lambda: process.counts.applied >= 1)


class Unwilling(MemoryStore):
    """Is away for some calls."""

    away = 0

    async def invalidate(self, what: Invalidation) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("away")
        await super().invalidate(what)


async def test_an_event_is_applied_when_the_store_is_back(
    redis: "Redis", server: ValkeyServer, names: AskedNames
) -> None:
    store = Unwilling(lambda: 1000.0, 1 << 20)
    process = Process(server.url, store, OwnPlace())
    async with process.consumer.serving(names):
        await process.keep(person(1))
        store.away = 3
        await say(redis, 1)
        await until(lambda: process.counts.applied == 1)
        assert await process.left(person(1)) == []
        assert process.counts.failures == 3


async def test_one_process_reads_for_all_that_share_a_store(
    redis: "Redis", server: ValkeyServer, names: AskedNames
) -> None:
    processes = [in_redis(server.url) for _ in range(3)]
    async with AsyncExitStack() as others:
        async with processes[0].consumer.serving(names):
            for each in processes[1:]:
                await others.enter_async_context(each.consumer.serving(names))
            await processes[1].keep(person(1))
            await say(redis, 1)
            await until(lambda: processes[0].counts.applied == 1)
            assert await processes[2].left(person(1)) == []
        await processes[1].keep(person(2))
        await say(redis, 2)
        await until(lambda: any(each.counts.applied for each in processes[1:]))
        assert await processes[0].left(person(2)) == []
        assert sum(each.counts.is_reading for each in processes) == 1
    assert sum(each.counts.applied for each in processes) == 2
    for each in processes:
        await each.store.close()


async def test_memories_in_front_of_a_shared_store_hear_of_it(
    redis: "Redis", server: ValkeyServer, names: AskedNames
) -> None:
    stores = [tiered(connect(server.url)) for _ in range(2)]
    reader = Process(server.url, stores[0], SharedPlace(connect(server.url), PLACE))
    other = Process(server.url, stores[1], OwnPlace())
    async with reader.consumer.serving(names):
        await ready(*stores)
        await reader.keep(person(1))
        assert await other.left(person(1)) == [person(1)]
        await say(redis, 1)
        await until(lambda: reader.counts.applied == 1)
        assert await other.left(person(1)) == []
    for store in stores:
        await store.close()


async def test_all_graphs_that_are_served_say_what_is_meant(
    redis: "Redis", process: Process, names: AskedNames
) -> None:
    """While one is replaced by the next, both fill the store."""
    newer = AskedNames(supergraph(SDL.replace('"kind number"', '"number"')))
    async with process.consumer.serving(names):
        async with process.consumer.serving(newer):
            await process.keep('Pet:["cat",1]', "Pet:[1]", person(1))
            await say(redis, '{"kind": "cat", "number": 1}', entity_type="Pet")
            await until(lambda: process.counts.applied == 1)
            assert await process.left('Pet:["cat",1]', "Pet:[1]", person(1)) == [person(1)]
        assert process.counts.is_reading
    assert not process.counts.is_reading


def test_there_is_one_consumer_for_the_settings_of_a_process(server: ValkeyServer) -> None:
    stores, consumers = Stores(), Consumers()

    def get(store: str, **stream: Any) -> Consumer | None:
        settings = FieldCacheSettings.model_validate({"store": store, "invalidation": {"stream": stream}})
        opened = stores.get(settings)
        assert opened is not None
        return consumers.get(settings, opened)

    assert get(server.url) is get(server.url) is not None
    assert get(server.url, url=server.url) is get(server.url)
    assert get(server.url, name="other") is not get(server.url)
    assert get("memory", url=server.url) is get("memory", url=server.url) is not None
    assert get("memory") is get(server.url, enabled=False) is None
    with pytest.raises(RouterError, match=r"cache\.invalidation\.stream\.url: A URL of Sentinel is"):
        get("memory", url="redis+sentinel://nowhere")


class Model:
    """A stream, and what a reader of it must not miss."""

    def __init__(self, client: "Redis") -> None:
        self.client = client
        self.number = 0
        self.unread: list[str] = []
        self.position: Position | None = None

    async def add(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            await self.client.xadd(STREAM, {"n": "1"}, id=f"{self.number}-0")
            self.unread.append(f"{self.number}-0")

    async def trim(self, count: int) -> None:
        await self.client.xtrim(STREAM, maxlen=count, approximate=False)

    async def remove(self, back: int) -> None:
        await self.client.xdel(STREAM, f"{max(1, self.number - back)}-0")

    async def destroy(self, _: int) -> None:
        await self.client.delete(STREAM)
        if self.position is not None and self.position.entry == START:
            self.unread = []  # of a stream that came and went before it was ever seen, nobody can know

    async def read(self, _: int) -> None:
        stream = Stream(self.client, STREAM)
        batch = await stream.read(self.position, wait=False)
        if batch.is_whole:
            assert [entry.id for entry in batch.entries] == self.unread
        self.position, self.unread = batch.position, []
        again = await stream.read(self.position, wait=False)
        assert (list(again.entries), *again[1:]) == ([], self.position, True)


STEPS = st.sampled_from(["add", "add", "read", "trim", "remove", "destroy"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(STEPS, st.integers(0, 4)), max_size=30))
def test_a_reader_misses_nothing_without_knowing(server: ValkeyServer, steps: list[tuple[str, int]]) -> None:
    async def work() -> None:
        client = connect(server.url)
        await client.flushall()
        model = Model(client)
        try:
            await model.read(0)
            for name, number in steps:
                await getattr(model, name)(number)
            await model.read(0)
        finally:
            await client.aclose()

    asyncio.run(work())


@pytest.mark.parametrize("query", ["", "?protocol=2", "?protocol=3"])
async def test_a_stream_is_read_by_either_protocol(redis: "Redis", server: ValkeyServer, query: str) -> None:
    stream = Stream(connect(server.url + query), STREAM)
    begin = await stream.read(None, wait=False)
    assert (begin.entries, begin.position.entry, begin.is_whole) == ((), START, False)
    id_ = await say(redis, 1)
    batch = await stream.read(begin.position, wait=False)
    assert [(entry.id.encode(), entry.fields) for entry in batch.entries] == [
        (id_, {b"entity_type": b"Person", b"entity_key": b"1"})
    ]
    assert not (await stream.read(batch.position, wait=False)).entries
    await stream.close()


def test_positions_are_kept_as_they_are() -> None:
    assert Position.decode(Position("abc", (12, 3)).encode()) == ("abc", (12, 3))
    assert Position("abc", START).encode() == "abc 0-0"
    assert Position.decode(b"garbage") is None
