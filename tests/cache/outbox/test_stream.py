"""A reader of a stream notices whatever is missing in it, and reads the rest once, in its order."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.outbox.position import START, Position
from router.cache.outbox.stream import Stream
from router.cache.redis_connection import connect
from tests.cache.outbox.processes import STREAM, say


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
