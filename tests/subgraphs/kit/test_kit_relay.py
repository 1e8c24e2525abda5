"""The relay: what commits is published, in order and at least once, whatever is away or hangs; and no table grows for it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr, ValidationError
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from launcher.ports import free_port
from launcher.postgres import PostgresCluster
from launcher.valkey import ValkeyServer
from subgraphs.kit import ids, testing
from subgraphs.kit.database import Database
from subgraphs.kit.event_stream import EventStream
from subgraphs.kit.relay import Relay, RelayOptions
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.unit_of_work import unit_of_work

STREAM = "test:relay"
DAY = timedelta(days=1)
NEVER = 3600.0
"""Seconds after which a test has failed anyway."""

Events = Sequence[Any]


class FakeStream(EventStream):
    """Keeps what is added; `failure` is raised after that."""

    def __init__(self) -> None:
        self.added: list[int] = []
        self.failure: Exception | None = None
        self.hang = asyncio.Event()
        self.hang.set()
        self.reached = asyncio.Event()

    async def add(self, events: Events) -> None:
        self.reached.set()
        await self.hang.wait()
        await asyncio.sleep(0)
        self.added += [event.id for event in events]
        if self.failure is not None:
            raise self.failure

    async def close(self) -> None:
        """Nothing is open."""


class Outbox:
    """Of a service, in a database of its own."""

    def __init__(self, service: Service, url: str) -> None:
        self.service = service
        self.url = url
        self.database = self.process()

    def process(self) -> Database:
        """As another process sees it."""
        return Database.connect(settings(self.url))

    def relay(self, stream: EventStream, database: Database | None = None, **options: Any) -> Relay:
        given = {"retention": DAY, "poll": NEVER, **options}
        return Relay(database or self.database, self.service.outbox, stream, RelayOptions(**given))

    async def record(self, *keys: int, database: Database | None = None, kind: str = "created") -> None:
        """One unit of work."""
        async with unit_of_work(database or self.database, self.service.outbox) as work:
            for key in keys:
                work.record("Author", key, kind, name=f"author {key}")

    async def rows(self, what: str) -> list[Any]:
        async with self.database.read(fresh=True) as session:
            statement = f"SELECT {what} FROM outbox_events ORDER BY id"  # noqa: S608
            return [row[0] for row in await session.rows(text(statement))]


def settings(url: str, **more: Any) -> SubgraphSettings:
    return SubgraphSettings(
        database_url=url, jwt_secret=SecretStr(testing.SECRET), **{"redis_url": None, **more}
    )


@pytest.fixture(scope="module")
def relay_url(postgres_cluster: PostgresCluster, library: Service) -> str:
    url = postgres_cluster.create_database("relay")

    async def create() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(library.metadata.create_all)
        await engine.dispose()

    asyncio.run(create())
    return url


@pytest.fixture
async def outbox(relay_url: str, library: Service) -> AsyncIterator[Outbox]:
    """Empty."""
    found = Outbox(library, relay_url)
    async with found.database.primary.begin() as connection:
        await connection.execute(text("TRUNCATE outbox_events RESTART IDENTITY"))
    yield found
    await found.database.close()


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator["Redis"]:
    client: Redis = Redis.from_url(valkey_url, decode_responses=True)
    await client.delete(STREAM)
    yield client
    await client.aclose()


@asynccontextmanager
async def open_stream(url: str, length: int = 1000) -> AsyncIterator[EventStream]:
    given = settings("postgresql://unused", outbox_stream=STREAM, outbox_stream_length=length)
    stream = EventStream(url, given, "library")
    try:
        yield stream
    finally:
        await stream.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110  nobody is told
            await asyncio.sleep(0.005)


async def keys(redis: "Redis") -> list[int]:
    """Of the entities in the stream."""
    return [ids.decode("Author", fields["entity_key"]) for _, fields in await redis.xrange(STREAM)]


async def test_an_event_is_published_with_all_that_it_has(
    outbox: Outbox, redis: "Redis", valkey_url: str
) -> None:
    before = datetime.now(UTC)
    await outbox.record(7)
    async with open_stream(valkey_url) as stream:
        assert await outbox.relay(stream).publish() == 1

    [(_, fields)] = await redis.xrange(STREAM)
    created = datetime.fromisoformat(fields.pop("created_at"))
    assert timedelta() <= created - before < timedelta(minutes=1)
    assert msgspec.json.decode(fields.pop("payload")) == {"name": "author 7"}
    assert [fields.pop("event_id")] == [str(each) for each in await outbox.rows("event_id")]
    assert fields == {
        "source": "library",
        "entity_type": "Author",
        "entity_key": ids.encode("Author", 7),
        "kind": "created",
    }


async def test_events_are_published_once_and_in_order(
    outbox: Outbox, redis: "Redis", valkey_url: str
) -> None:
    await outbox.record(1, 2, 3)
    await outbox.record(4, 5)
    async with open_stream(valkey_url) as stream:
        relay = outbox.relay(stream, batch=2)
        assert [await relay.publish() for _ in range(4)] == [2, 2, 1, 0]
    assert await keys(redis) == [1, 2, 3, 4, 5]
    assert all(await outbox.rows("published_at IS NOT NULL"))


async def test_what_is_rolled_back_is_not_published(outbox: Outbox) -> None:
    async def change_ones_mind() -> None:
        async with unit_of_work(outbox.database, outbox.service.outbox) as work:
            work.record("Author", 1, "created")
            await work.session.flush()
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_ones_mind()
    assert not outbox.database.recorded.is_set()
    assert await outbox.relay(FakeStream()).publish() == 0


async def test_what_may_not_have_arrived_is_published_again(outbox: Outbox) -> None:
    await outbox.record(1, 2)
    stream = FakeStream()
    relay = outbox.relay(stream)
    stream.failure = RedisConnectionError("after it was sent")
    with pytest.raises(RedisConnectionError):
        await relay.publish()
    assert await outbox.rows("published_at") == [None, None]

    stream.failure = None
    assert await relay.publish() == 2
    assert stream.added == [1, 2, 1, 2]


async def test_several_processes_publish_each_event_once_and_in_order(outbox: Outbox) -> None:
    stream = FakeStream()
    databases = [outbox.process() for _ in range(3)]
    relays = [outbox.relay(stream, each, batch=7, poll=0.01) for each in databases]
    async with AsyncExitStack() as stack:
        for database, relay in zip(databases, relays, strict=True):
            stack.push_async_callback(database.close)
            await stack.enter_async_context(relay.running())
        for start in range(0, 300, 30):
            writing = (outbox.record(start + n, database=databases[n % 3]) for n in range(30))
            await asyncio.gather(*writing)

        async def is_all_there() -> bool:
            return len(stream.added) >= 300

        await until(is_all_there)
    assert sorted(stream.added) == list(range(1, 301))
    # Transactions that overlap may commit in another order than they began; a group waited for the one before.
    assert [(id_ - 1) // 30 for id_ in stream.added] == sorted((id_ - 1) // 30 for id_ in stream.added)


async def test_another_process_publishes_for_one_that_hangs(outbox: Outbox) -> None:
    await outbox.record(1)
    hanging, other = FakeStream(), FakeStream()
    hanging.hang.clear()
    database = outbox.process()
    stuck = asyncio.create_task(
        outbox.relay(hanging, database, hang=timedelta(milliseconds=50)).publish(), name="stuck"
    )
    await hanging.reached.wait()

    assert await outbox.relay(other).publish() == 1

    hanging.hang.set()
    with pytest.raises(Exception, match=r"closed|terminat"):
        await stuck
    await database.close()
    assert (hanging.added, other.added) == ([1], [1])


async def test_it_wakes_when_something_is_recorded(outbox: Outbox, redis: "Redis", valkey_url: str) -> None:
    async with open_stream(valkey_url) as stream, outbox.relay(stream).running():
        for key in range(1, 6):
            await outbox.record(key)

            async def is_there(last: int = key) -> bool:
                return (await keys(redis))[-1:] == [last]

            await until(is_there)
    assert await keys(redis) == [1, 2, 3, 4, 5]


async def test_it_finds_what_other_processes_have_left(
    outbox: Outbox, redis: "Redis", valkey_url: str
) -> None:
    other = outbox.process()
    async with open_stream(valkey_url) as stream, outbox.relay(stream, poll=0.01).running():
        await outbox.record(1, database=other)

        async def is_there() -> bool:
            return await keys(redis) == [1]

        await until(is_there)
    await other.close()


async def test_what_was_recorded_last_is_published_before_the_service_stops(
    outbox: Outbox, redis: "Redis", valkey_url: str
) -> None:
    async with open_stream(valkey_url) as stream, outbox.relay(stream).running():
        await outbox.record(1)
    assert await keys(redis) == [1]


async def test_nothing_is_lost_while_redis_is_away(
    outbox: Outbox, scratch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    port = free_port()
    server = ValkeyServer(scratch / "relay", port=port, durable=False)
    server.start()
    url = server.url
    server.stop()

    async def has_failed() -> bool:
        return "Events are not published" in caplog.text

    async with open_stream(url) as stream:
        database = outbox.process()
        async with outbox.relay(stream, database).running():
            await outbox.record(1, 2, database=database)
            await until(has_failed)
            await outbox.record(3, database=database)
            assert await outbox.rows("published_at") == [None] * 3
        await database.close()  # it does not wait for Redis

    server = ValkeyServer(scratch / "relay", port=port, durable=False)
    with server:
        client: Redis = Redis.from_url(server.url, decode_responses=True)
        async with open_stream(server.url) as stream, outbox.relay(stream).running():

            async def is_there() -> bool:
                return await keys(client) == [1, 2, 3]

            await until(is_there)
        await client.aclose()


async def test_it_goes_on_by_itself_after_failures(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    stream = FakeStream()
    stream.failure = RedisConnectionError("away")
    async with outbox.relay(stream, pauses=(0.001, 0.002)).running():
        await outbox.record(1)

        async def has_failed_often() -> bool:
            return len(stream.added) >= 5

        await until(has_failed_often)
        stream.failure = None

        async def is_marked() -> bool:
            return all(await outbox.rows("published_at IS NOT NULL"))

        await until(is_marked)
    said = [record.getMessage() for record in caplog.records]
    assert [each.partition(",")[0] for each in said] == [
        "Events are not published",
        "Events are published again.",
    ]


async def test_the_stream_keeps_about_its_length(outbox: Outbox, redis: "Redis", valkey_url: str) -> None:
    await outbox.record(*range(1, 1001))
    async with open_stream(valkey_url, length=100) as stream:
        relay = outbox.relay(stream, batch=1000)
        assert await relay.publish() == 1000
    assert 100 <= await redis.xlen(STREAM) < 300
    assert (await keys(redis))[-1] == 1000


async def test_only_what_was_published_long_ago_is_pruned(outbox: Outbox) -> None:
    await outbox.record(*range(1, 31))
    relay = outbox.relay(FakeStream(), batch=10)
    await relay.publish()
    await relay.publish()
    async with outbox.database.primary.begin() as connection:
        await connection.execute(
            text("UPDATE outbox_events SET published_at = now() - interval '25 hours' WHERE id <= 15")
        )

    await relay.prune()

    assert await outbox.rows("id") == list(range(16, 31))
    assert (await outbox.rows("published_at IS NULL")).count(True) == 10


async def test_a_service_with_a_redis_publishes(
    relay_url: str, library: Service, outbox: Outbox, valkey_url: str
) -> None:
    redis: Redis = Redis.from_url(valkey_url, decode_responses=True)
    await redis.delete("softfactory:outbox")
    async with testing.client(library, relay_url, redis_url=valkey_url) as client:
        author = await client.data('mutation { addAuthor(name: "published") { id } }')

        async def is_there() -> bool:
            entries = await redis.xrange("softfactory:outbox")
            return [fields["entity_key"] for _, fields in entries] == [author["addAuthor"]["id"]]

        await until(is_there)
    await redis.aclose()


@pytest.mark.parametrize("url", ["http://127.0.0.1", "127.0.0.1:6379", "redis+sentinel://a/b"])
def test_a_url_that_is_none_of_redis_is_said(url: str) -> None:
    with pytest.raises(ValidationError, match="Input should be the URL of a Redis"):
        settings("postgresql://unused", redis_url=url)
