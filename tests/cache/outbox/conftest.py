"""A Redis of its own, and processes over each kind of store."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.asked_names import AskedNames
from router.cache.redis_connection import connect
from tests.cache.outbox.processes import KINDS, SDL, Process, supergraph
from tests.cache.stores import valkey_at


@pytest.fixture(scope="session")
def names() -> AskedNames:
    return AskedNames(supergraph(SDL))


@pytest.fixture(scope="session")
def server(scratch: Path) -> Iterator[ValkeyServer]:
    with valkey_at(scratch / "outbox") as found:
        yield found


@pytest.fixture
async def redis(server: ValkeyServer) -> AsyncIterator["Redis"]:
    """Another client, of an empty server."""
    client = connect(server.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture(params=KINDS)
async def process(request: pytest.FixtureRequest, server: ValkeyServer) -> AsyncIterator[Process]:
    found = KINDS[request.param](server.url)
    yield found
    await found.store.close()
