"""The services of supergraph.yaml, each with a migrated and seeded database."""

import asyncio
import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from launcher.postgres import PostgresCluster
from subgraphs.kit import testing
from subgraphs.kit.service import Service

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
USERS = 60


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "service_name" in metafunc.fixturenames:
        names = yaml.safe_load((ROOT / "supergraph.yaml").read_text())["subgraphs"]
        metafunc.parametrize("service_name", names, scope="session")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def service(service_name: str) -> Service:
    loaded: Service = importlib.import_module(f"subgraphs.{service_name}").SERVICE
    return loaded


@pytest.fixture(scope="session")
def seed_new(postgres_cluster: PostgresCluster) -> Callable[[Service, str], str]:
    """Makes, migrates and seeds a further database, always with the same plan."""

    def make(service: Service, purpose: str) -> str:
        url = postgres_cluster.create_database(f"{purpose}_{service.name}")
        asyncio.run(testing.prepare(service, url, USERS, NOW))
        return url

    return make


@pytest.fixture(scope="session")
def urls() -> dict[str, str]:
    return {}


@pytest.fixture(scope="session")
def url(service: Service, seed_new: Callable[[Service, str], str], urls: dict[str, str]) -> str:
    """The database that the tests of a service share; they only read it."""
    if service.name not in urls:
        urls[service.name] = seed_new(service, "contract")
    return urls[service.name]
