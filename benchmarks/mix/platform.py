"""The real thing, in this process: PostgreSQL with the seed, the seven services, and the router with its cache."""

import asyncio
import secrets
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn

from benchmarks.mix.scale import Scale, divided
from launcher.databases import database_variable
from launcher.display import Display
from launcher.postgres import PostgresCluster, PostgresOptions
from launcher.prepare import migrate_all, seed_all
from launcher.scratch import scratch_folder
from launcher.services import load, service_names, settings_of
from launcher.up import (
    SAME_FOR_SUBSCRIBERS,
    SUPERGRAPH,
    TOLD_BY_TOKENS,
    Asking,
    tokens_of_services,
)
from launcher.valkey import ValkeyServer
from router.app import create_app
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore, Stores
from router.cache.settings import InvalidationSettings, PolicySettings, ViewerSettings
from router.cache.tiers import TieredStore
from router.errors import JsonValue
from router.federation.supergraph import Supergraph
from router.server import listen, url_of
from router.serving.lasting import Lasting
from router.settings import RouterSettings
from router.upstream.in_process import FunctionTransport
from router.upstream.subgraph import SubgraphRequest
from subgraphs.kit.service import Service
from subgraphs.kit.subgraph import GraphQLRequest, Subgraph

ROOT: Final = Path(__file__).parents[2]
CONFIG: Final = ROOT / "supergraph.yaml"
_CONNECTIONS: Final = 400


@contextmanager
def servers(*, redis: bool) -> Iterator[dict[str, str]]:
    """The environment of the services, with empty databases in memory that end with the context. Raises LaunchError."""
    with scratch_folder() as folder:
        options = PostgresOptions(durable=False, max_connections=_CONNECTIONS)
        with PostgresCluster(folder / "postgres", options) as cluster:
            environment = {"JWT_SECRET": secrets.token_urlsafe(48)}
            for name in service_names(CONFIG):
                cluster.create_database(name)
                environment[database_variable(name)] = cluster.url(name)
            if not redis:
                yield environment
                return
            with ValkeyServer(folder / "valkey", durable=False) as valkey:
                yield environment | {"REDIS_URL": valkey.url}


@dataclass(slots=True)
class _Asking:
    """A subgraph as the router calls it."""

    subgraph: Subgraph
    calls: Counter[str]

    async def __call__(self, request: SubgraphRequest) -> Mapping[str, JsonValue]:
        self.calls[self.subgraph.service.name] += 1
        return await Asking(self.subgraph)(request)


class _Server(uvicorn.Server):
    """Leaves signals to the benchmark."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(slots=True)
class Platform:
    """Running. `shared_key` is for the endpoint /invalidation, `calls` those of the router to each service since the start."""

    url: str
    shared_key: str
    supergraph: Supergraph
    environment: Mapping[str, str]
    subgraphs: Mapping[str, Subgraph]
    calls: Counter[str]
    opened: OpenStore

    def failures(self) -> int:
        """Calls to Redis that it did not answer in time."""
        store = self.opened.store
        assert isinstance(store, MemoryStore | TieredStore), "these are what --cache chooses from"
        return store.statistics().failures

    async def ask(self, service: str, query: str, variables: Mapping[str, JsonValue]) -> Mapping[str, Any]:
        """One service, past the router."""
        answer = await self.subgraphs[service].execute(GraphQLRequest(query, variables))
        assert "errors" not in answer, answer
        data: Mapping[str, Any] = answer["data"]
        return data


@asynccontextmanager
async def platform(
    environment: Mapping[str, str], scale: Scale, store: str, display: Display
) -> AsyncIterator[Platform]:
    """Migrated, seeded for the scale's users, and served; `store` is as in `--cache`. Raises LaunchError or RouterError."""
    services = [load(name) for name in service_names(CONFIG)]
    await migrate_all(services, environment, display)
    await seed_all(services, environment, scale.users, display)
    supergraph = Supergraph.parse((ROOT / SUPERGRAPH).read_text())
    shared_key = secrets.token_urlsafe(24)
    cache = divided(supergraph, scale.speed).model_copy(
        update={
            "store": store,
            "invalidation": InvalidationSettings.model_validate({"shared_key": shared_key}),
            "viewer": ViewerSettings(claims=TOLD_BY_TOKENS),
            "policy": {
                name: PolicySettings.model_validate(each) for name, each in SAME_FOR_SUBSCRIBERS.items()
            },
        }
    )
    stores, calls = Stores(), Counter[str]()
    opened = stores.get(cache)
    assert opened is not None, "the cache is off"
    async with AsyncExitStack() as stack:
        subgraphs = await _entered(stack, services, environment)
        app = create_app(
            RouterSettings.model_validate(
                {"cache": cache, "authentication": {"jwt": tokens_of_services(environment)}}
            ),
            supergraph,
            transports={name: FunctionTransport(_Asking(each, calls)) for name, each in subgraphs.items()},
            lasting=Lasting(stores=stores),
        )
        stack.push_async_callback(stores.close)
        listener = stack.enter_context(listen("127.0.0.1", 0))
        await stack.enter_async_context(_served(app, listener))
        app.state.readiness.open()
        yield Platform(url_of(listener), shared_key, supergraph, environment, subgraphs, calls, opened)


async def _entered(
    stack: AsyncExitStack, services: Sequence[Service], environment: Mapping[str, str]
) -> dict[str, Subgraph]:
    return {
        each.name: await stack.enter_async_context(Subgraph(each, settings_of(each.name, environment)))
        for each in services
    }


@asynccontextmanager
async def _served(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            assert not serving.done(), "the application did not start"
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving
