"""What all tests share: real databases in memory, one set per test process, and no way out of the machine."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, graphql

from launcher.errors import LaunchError
from launcher.postgres import PostgresCluster, PostgresOptions
from launcher.scratch import scratch_folder
from launcher.valkey import ValkeyServer
from router.federation.supergraph import Supergraph
from router.upstream.in_process import FunctionTransport
from router.upstream.subgraph import SubgraphRequest
from tests.cache.clusters import Cluster
from tests.hanging import Watch

_LOOPBACK = ("127.", "::1", "localhost")


_SOONER = 0.9
"""How much sooner than pytest's faulthandler, which ends the process, one looks at what hangs."""
_watch = pytest.StashKey[Watch]()


def pytest_configure(config: pytest.Config) -> None:
    """What a shell runs in the background inherits that SIGINT is ignored, and so would what tests start and end with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    seconds = float(config.getini("faulthandler_timeout"))
    if seconds > 0:
        errors = sys.__stderr__.fileno() if sys.__stderr__ else 2
        config.stash[_watch] = Watch(seconds * _SOONER, os.fdopen(os.dup(errors), "w"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """With all that is set up and torn down."""
    watch = item.config.stash.get(_watch, None)
    if watch is not None:
        watch.begins(item.nodeid)
    try:
        return (yield)
    finally:
        if watch is not None:
            watch.ends()


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder in memory, for the data of servers."""
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_cluster(scratch: Path) -> Iterator[PostgresCluster]:
    """A PostgreSQL server without replicas. Tests create databases in it, under names of their own."""
    with PostgresCluster(scratch / "postgres", PostgresOptions(durable=False)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def replicated_cluster(scratch: Path) -> Iterator[PostgresCluster]:
    """A primary and two streaming replicas."""
    with PostgresCluster(scratch / "replicated", PostgresOptions(durable=False, replicas=2)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def valkey_url(scratch: Path) -> Iterator[str]:
    """A Redis-compatible server, shared by the tests of a process: use keys of your own, or empty it first."""
    with ValkeyServer(scratch / "valkey", durable=False) as server:
        yield server.url


@pytest.fixture(scope="session")
def redis_cluster(scratch: Path) -> Iterator[Cluster]:
    """Three nodes, shared as that server is; nobody moves their slots."""
    try:
        with Cluster(scratch / "cluster") as found:
            yield found
    except LaunchError as error:
        pytest.skip(str(error))


@dataclass
class SmallGraph:
    """Two subgraphs that really execute: people, and greetings for them. Keeps what they were asked."""

    folder: Path
    requests: list[tuple[str, SubgraphRequest]] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    """The fields `slow` and `slowly` wait for it."""
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    """One of them does."""
    finished: list[str] = field(default_factory=list)
    """Of those fields, the ones that got to their end, and the ones that were stopped."""

    def __post_init__(self) -> None:
        self.names = {"1": "Ada", "2": "Brendan", "3": "Clara"}
        self.supergraph = Supergraph.parse((self.folder / "supergraph.graphql").read_text())
        self.transports = {name: self._transport(name) for name in ("people", "greetings")}

    def person(self, person_id: str) -> Mapping[str, Any] | None:
        """As a resolver gives it; everybody is their own friend."""
        if person_id not in self.names:
            return None
        person = {"__typename": "Person", "id": person_id, "name": self.names[person_id]}
        return {
            **person,
            "friend": lambda _info: self.person(person_id),
            "greeting": lambda _info, language: f"{'Hello' if language == 'EN' else 'Annyeong'} {person_id}",
        }

    def rename(self, person_id: str, name: str) -> Mapping[str, Any] | None:
        """Changes the data."""
        self.names[person_id] = name
        return self.person(person_id)

    async def wait(self, field_name: str) -> str:
        """Until the test says so."""
        self.waiting.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.finished.append(f"{field_name} cancelled")
            raise
        self.finished.append(field_name)
        return field_name

    def _transport(self, name: str) -> FunctionTransport:
        schema = build_schema((self.folder / f"{name}.graphql").read_text())
        root = {
            "people": lambda _info, first: [self.person(key) for key in list(self.names)[:first]],
            "person": lambda _info, id: self.person(id),  # noqa: A006
            "rename": lambda _info, id, name: self.rename(id, name),  # noqa: A006
            "slow": lambda _info: self.wait("slow"),
            "slowly": lambda _info: self.wait("slowly"),
            "languages": ["EN", "KO"],
            "_entities": lambda _info, representations: [self.person(each["id"]) for each in representations],
        }

        async def answer(request: SubgraphRequest) -> Mapping[str, Any]:
            self.requests.append((name, request))
            result = graphql(schema, request.query, root, variable_values=dict(request.variables))
            return (await result if isawaitable(result) else result).formatted

        return FunctionTransport(answer)


@pytest.fixture
def small_graph() -> SmallGraph:
    """A supergraph with the transports to its subgraphs, for tests of everything around planning and execution."""
    return SmallGraph(Path(__file__).parent / "cases" / "small_graph")


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Fails a test that connects to anything but this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(_LOOPBACK):
            raise PermissionError(f"Tests may connect to loopback only, not to {address[0]}")
        return connect(self, address)

    return guarded
