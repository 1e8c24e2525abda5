"""Clients of coocook over its seeded database, and rows of a test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any, TypeAlias

import pytest

from subgraphs.coocook import SERVICE, models
from subgraphs.kit import testing
from subgraphs.kit.money import Currency, money
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.kit.unit_of_work import unit_of_work

NEW_USERS = count(10_001)

Add: TypeAlias = Callable[..., Awaitable[Any]]
Walk: TypeAlias = Callable[[str, str], Awaitable[list[Any]]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(prepared: Any, clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE), clock) as client:
        yield client


@pytest.fixture
def add(client: Client) -> Add:
    """Inserts a row and gives it back with its id."""

    async def insert(row: Any) -> Any:
        async with unit_of_work(client.subgraph.database, models.OutboxEvent) as work:
            work.session.add(row)
            await work.session.flush()
        return row

    return insert


@pytest.fixture
def new_chef(add: Add) -> Add:
    """A chef of a new user, for 100 dollars an hour unless told otherwise."""

    async def make(**values: Any) -> models.Chef:
        defaults = {
            "user_id": next(NEW_USERS),
            "bio": "",
            "cuisine": models.Cuisine.TURKISH,
            "location": "Jeju",
            "price_per_session": money(10_000, Currency.USD),
        }
        chef: models.Chef = await add(models.Chef(**{**defaults, **values}))
        return chef

    return make


@pytest.fixture
def new_booking(add: Add, clock: FakeClock) -> Add:
    """A booking of a chef by user 8, in ten days for two hours unless told otherwise."""

    async def make(chef: models.Chef, **values: Any) -> models.Booking:
        starts_at = values.pop("starts_at", clock.now + timedelta(days=10))
        defaults = {
            "customer_id": 8,
            "chef_id": chef.id,
            "status": models.BookingStatus.PENDING,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=2),
            "price_per_session": chef.price_per_session,
            "total_price": chef.price_per_session.times(2),
        }
        booking: models.Booking = await add(models.Booking(**{**defaults, **values}))
        return booking

    return make


@pytest.fixture
def walk(client: Client) -> Walk:
    """All nodes of a root list, page by page; `field` has arguments of its own, such as `chefs(sort: NEWEST`."""

    async def all_nodes(field: str, selection: str) -> list[Any]:
        nodes: list[Any] = []
        after = "null"
        while True:
            data = await client.data(
                f"{{ page: {field}, first: 3, after: {after}) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            )
            nodes += data["page"]["nodes"]
            if not data["page"]["pageInfo"]["hasNextPage"]:
                return nodes
            after = f'"{data["page"]["pageInfo"]["endCursor"]}"'

    return all_nodes
