"""A Redis of its own, and processes over each kind of store."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from launcher.valkey import ValkeyServer
from router.cache.asked_names import AskedNames
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
def redis(other: "Redis") -> "Redis":
    """Another client of it, while it is empty."""
    return other


@pytest.fixture(params=KINDS)
async def process(request: pytest.FixtureRequest, server: ValkeyServer) -> AsyncIterator[Process]:
    found = KINDS[request.param](server.url)
    yield found
    await found.store.close()
