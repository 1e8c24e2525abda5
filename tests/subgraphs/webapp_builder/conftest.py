"""webapp_builder over the seed of 60 users, and cohorts for a test alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import TypeAlias

import asyncpg
import pytest

from subgraphs.kit import ids, testing
from subgraphs.kit.clock import utc_now
from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.service import Service
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.webapp_builder import SERVICE

MakeCohort: TypeAlias = Callable[..., Awaitable[str]]
NUMBERS = count(1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(prepared: Callable[[Service], str], clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE), clock) as client:
        yield client


@pytest.fixture
async def connection(prepared: Callable[[Service], str]) -> AsyncIterator[asyncpg.Connection]:
    """To see what is in the tables, and to put it there."""
    connection = await asyncpg.connect(asyncpg_url(prepared(SERVICE)))
    yield connection
    await connection.close()


@pytest.fixture
def students() -> Callable[[int], list[int]]:
    """Users that no other test has enrolled."""
    return lambda number: [100_000 + next(NUMBERS) for _ in range(number)]


@pytest.fixture
def make_cohort(connection: asyncpg.Connection) -> MakeCohort:
    """Adds a weekday cohort, a year from now unless `starts_at` is given; its global id."""

    async def make(seats: int, starts_at: datetime | None = None) -> str:
        starts_at = starts_at or utc_now() + timedelta(days=365, seconds=next(NUMBERS))
        key = await connection.fetchval(
            "INSERT INTO cohorts (plan_id, starts_at, ends_at, seats, seats_taken)"
            " VALUES (1, $1, $2, $3, 0) RETURNING id",
            starts_at,
            starts_at + timedelta(days=56),
            seats,
        )
        return ids.encode("Cohort", key)

    return make
