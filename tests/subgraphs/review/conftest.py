"""Clients of review over its seeded database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from subgraphs.kit import testing
from subgraphs.kit.testing import Client, FakeClock
from subgraphs.kit.unit_of_work import unit_of_work
from subgraphs.review import SERVICE
from subgraphs.review.models import Campaign, CampaignCategory, CampaignRewardType

CREATOR = 9
NewCampaign: TypeAlias = Callable[..., Awaitable[int]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(prepared: Any, clock: FakeClock) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE), clock) as client:
        yield client


@pytest.fixture
def new_campaign(client: Client, clock: FakeClock) -> NewCampaign:
    """Makes a campaign and returns its key; what is not given is as applicants like it."""

    async def make(**values: Any) -> int:
        campaign = Campaign(
            **{
                "creator_id": CREATOR,
                "title": "A campaign of the tests",
                "product_name": "Soap",
                "description": "Try it.",
                "category": CampaignCategory.TECH,
                "reward_type": CampaignRewardType.PRODUCT,
                "reward": "Soap",
                "deadline": clock.now + timedelta(days=1),
                **values,
            }
        )
        async with unit_of_work(client.subgraph.database, SERVICE.outbox) as work:
            work.session.add(campaign)
            await work.session.flush()
        return campaign.id

    return make
