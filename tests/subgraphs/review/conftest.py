"""Clients of review over its seeded database."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.kit import testing
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.review import SERVICE


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(prepared: Any, clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE), clock) as client:
        yield client
