"""Clients of sns_auto over its seeded database, and rows of a test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any, TypeAlias

import pytest

from subgraphs.kit import testing
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.sns_auto import SERVICE, models
from subgraphs.sns_auto.enums import SNSAccountType, SNSPlatform

NUMBERS = count(1)

Add: TypeAlias = Callable[..., Awaitable[Any]]


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
def new_account(add: Add) -> Add:
    """An active account of user 8 on Twitter, unless told otherwise."""

    async def make(**values: Any) -> models.SNSAccount:
        platform = values.get("platform", SNSPlatform.TWITTER)
        blog = platform is SNSPlatform.BLOG
        defaults = {
            "user_id": 8,
            "platform": platform,
            "account_name": f"test{next(NUMBERS)}",
            "account_type": SNSAccountType.PERSONAL,
            "permissions": [],
            "site_url": "https://blog.example.org" if blog else None,
            "wp_username": "writer" if blog else None,
        }
        account: models.SNSAccount = await add(models.SNSAccount(**{**defaults, **values}))
        return account

    return make


@pytest.fixture
def new_post(add: Add, new_account: Add) -> Add:
    """A draft on a new account, unless told otherwise."""

    async def make(account: models.SNSAccount | None = None, **values: Any) -> models.SNSPost:
        account = account or await new_account()
        defaults = {
            "user_id": account.user_id,
            "account_id": account.id,
            "platform": account.platform,
            "content": "Good morning.",
            "media": [],
            "hashtags": [],
        }
        post: models.SNSPost = await add(models.SNSPost(**{**defaults, **values}))
        return post

    return make
