"""ai_automation over the seed of 60 users."""

from collections.abc import AsyncIterator, Callable

import pytest

from subgraphs.ai_automation import SERVICE
from subgraphs.kit import testing
from subgraphs.kit.service import Service
from subgraphs.kit.testing import Client


@pytest.fixture
async def client(prepared: Callable[[Service], str]) -> AsyncIterator[Client]:
    async with testing.client(SERVICE, prepared(SERVICE)) as client:
        yield client
