"""What all tests share: real databases in memory, one set per test process, and no way out of the machine."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.postgres import PostgresCluster, PostgresOptions
from launcher.scratch import scratch_folder
from launcher.valkey import ValkeyServer

_LOOPBACK = ("127.", "::1", "localhost")


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
