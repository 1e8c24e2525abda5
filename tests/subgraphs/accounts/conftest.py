"""Clients of accounts over its seeded database."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from subgraphs.accounts import SERVICE
from subgraphs.kit import testing
from subgraphs.kit.testing import Client, FakeClock

NUMBERS = count(1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(prepared: Any, clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE), clock) as client:
        yield client


@pytest.fixture
def email() -> str:
    """An address that no test has used."""
    return f"new{next(NUMBERS)}@example.org"
