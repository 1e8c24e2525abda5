"""Events on a real Redis stream: each is in force sooner or later, after any disconnect or restart, or everything is dropped."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.asked_names import AskedNames
from router.cache.memory import MemoryStore
from router.cache.open_store import Stores
from router.cache.outbox.consumer import Consumer
from router.cache.outbox.open_consumer import Consumers
from router.cache.outbox.place import OwnPlace, SharedPlace
from router.cache.outbox.position import Position
from router.cache.redis_connection import connect
from router.cache.settings import FieldCacheSettings
from router.cache.store import Fill, Invalidation, StoreUnavailableError
from router.errors import RouterError
from router.telemetry.cache_metrics import CacheMetrics
from router.telemetry.catalogue import CacheCatalogue
from tests.cache.outbox.processes import (
    KILL,
    MINUTE,
    NOW,
    PLACE,
    SDL,
    STREAM,
    Process,
    in_memory,
    in_redis,
    person,
    say,
    supergraph,
    until,
    waiting,
)
from tests.cache.stores import ready, tiered


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
        assert (process.counts.lag, process.counts.lags) == (3.0, 3.0)
        assert process.counts.is_reading
    assert process.counts._replace(lag=None, lags=0.0) == (False, 1, 0, 0, 0, 0, None, 0.0)


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


async def test_events_are_in_the_metrics(redis: "Redis", process: Process, names: AskedNames) -> None:
    registry = CollectorRegistry()
    metrics = CacheMetrics(Stores(), CacheCatalogue(registry), Consumers({("one",): process.consumer}))

    def read(name: str, **labels: str) -> float | None:
        metrics.flush()
        return registry.get_sample_value(f"softfactory_cache_{name}", labels)

    async with process.consumer.serving(names):
        assert read("event_readers") == 1
        await redis.xadd(STREAM, {"a": "b"})
        for _ in range(2):
            await say(redis, 1, created_at=(NOW - timedelta(seconds=3)).isoformat())
        await say(redis, 1, entity_type="Chef")
        await until(lambda: process.counts.applied == 3)
        for _ in range(2):  # looking does not count
            assert read("events_total", what="applied") == 3
            assert read("events_total", what="unknown") == read("events_total", what="malformed") == 1
            assert read("event_lag_seconds_total") == 6
    assert read("event_readers") == 0


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
