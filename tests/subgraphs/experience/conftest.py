"""Clients of experience over its seeded database."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.experience import SERVICE
from subgraphs.kit import testing
from subgraphs.kit.testing import Client, FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(prepared: Any, clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE), clock) as client:
        yield client
