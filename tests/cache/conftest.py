"""A Redis for the tests of one module alone, and who uses it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.redis_connection import connect
from tests.cache.ours import Ours
from tests.cache.processes import Process
from tests.cache.stores import ready, valkey_at


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    with valkey_at(scratch / "own") as found:
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


@pytest.fixture
async def ours(server: ValkeyServer) -> AsyncIterator[Ours]:
    found = Ours(server)
    await found.other.flushall()
    await found.other.script_flush()
    yield found
    await found.close()
