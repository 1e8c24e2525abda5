"""The graph of our services behind our router, Apollo's gateway and Hive's: the same answer from all."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType, get_operation_ast, parse
from pydantic import SecretStr

from launcher.postgres import PostgresCluster
from launcher.services import load, service_names
from router.explorer import read_examples
from router.explorer.example import Example
from subgraphs.kit import testing
from subgraphs.kit.app import create_app
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings
from subgraphs.kit.subgraph import Subgraph
from tests.interop.conftest import GATEWAYS, ROOT
from tests.interop.gateways import ask, rerouted
from tests.interop.serving import served

USERS = 20


def _is_query(example: Example) -> bool:
    operation = get_operation_ast(parse(example.query))
    return operation is not None and operation.operation is OperationType.QUERY


QUERIES = tuple(filter(_is_query, read_examples(ROOT / "examples")))


@dataclass(frozen=True)
class Platform:
    """A supergraph that routes to running services, and what the demo user sends with a request."""

    supergraph: Path
    headers: dict[str, str]


@pytest.fixture(scope="module")
def platform(
    postgres_cluster: PostgresCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    services = [load(name) for name in service_names(ROOT / "supergraph.yaml")]
    settings = {service.name: _settings(service, postgres_cluster) for service in services}
    token = asyncio.run(_demo_token(services, settings))
    apps = {service.name: create_app(service, settings[service.name]) for service in services}
    file = tmp_path_factory.mktemp("own-services") / "supergraph.graphql"
    with served(apps) as urls:
        sdl = (ROOT / "schema" / "supergraph.graphql").read_text()
        file.write_text(rerouted(sdl, {name: f"{url}/graphql" for name, url in urls.items()}))
        yield Platform(file, {"authorization": f"Bearer {token}"})


def _settings(service: Service, cluster: PostgresCluster) -> SubgraphSettings:
    url = cluster.create_database(f"interop_{service.name}")
    asyncio.run(testing.prepare(service, url, USERS))
    return SubgraphSettings(database_url=url, jwt_secret=SecretStr(testing.SECRET), pool_size=5)


async def _demo_token(services: list[Service], settings: dict[str, SubgraphSettings]) -> str:
    accounts = next(service for service in services if service.token_for)
    async with Subgraph(accounts, settings[accounts.name]) as subgraph:
        return await subgraph.token_for(accounts.demo_logins[0].email)


@pytest.mark.parametrize("example", QUERIES, ids=lambda example: example.name)
def test_all_answer_alike(start: Any, platform: Platform, example: Example) -> None:
    body = {"query": example.query, "variables": json.loads(example.variables or "{}")}

    answers = [
        start(name, platform.supergraph).post("/graphql", json=body, headers=platform.headers).content
        for name in GATEWAYS
    ]

    ours, *others = map(_in_order, answers)
    assert others == [ours, ours]
    assert "errors" not in json.loads(answers[0])


def _in_order(answer: bytes) -> Any:
    """Objects as lists of pairs: field order counts, and 5.0, which JavaScript writes as 5, is 5."""
    return json.loads(answer, object_pairs_hook=list)


def test_the_answer_is_that_of_the_user_who_asks(start: Any, platform: Platform, gateway_name: str) -> None:
    client = start(gateway_name, platform.supergraph)

    signed_in = ask(client, "{ me { email } }", **platform.headers).json()
    stranger = ask(client, "{ me { email } }").json()

    assert signed_in == {"data": {"me": {"email": "demo@softfactory.com"}}}
    assert stranger["data"] in (None, {"me": None})
