"""Databases of services for the tests: migrated and seeded once per test process."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import pytest

from launcher.postgres import PostgresCluster
from subgraphs.kit import testing
from subgraphs.kit.service import Service

USERS = 60

Prepare: TypeAlias = Callable[[Service], str]


@pytest.fixture(scope="session")
def prepared(postgres_cluster: PostgresCluster) -> Prepare:
    """Gives the URL of the service's database with the seed of 60 users. Tests add rows of their own to it."""
    urls: dict[str, str] = {}

    def prepare(service: Service) -> str:
        if service.name not in urls:
            url = postgres_cluster.create_database(f"seeded_{service.name}")
            # In a thread, because an async fixture may ask while its own loop runs.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, testing.prepare(service, url, users=USERS)).result()
            urls[service.name] = url
        return urls[service.name]

    return prepare
