"""A Redis Cluster of our own, on loopback: masters that have a share of the slots each, and replicas where a test wants some."""

import asyncio
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from launcher import binaries, child
from launcher.identity import home_folder, own_file, own_folder, server_identity
from launcher.ports import free_port, start_on_port

SLOTS = 16384
_SECONDS = 20


@dataclass(slots=True)
class Node:
    """`ask` is for tests, and follows no slot."""

    folder: Path
    password: str
    port: int = 0
    bus_port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        start_on_port(self.port or None, self._start)

    def stop(self) -> None:
        if self.process is not None:
            child.stop(self.process, signal.SIGTERM)
            self.process = None

    def kill(self) -> None:
        """As a machine that is gone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def ask(self, *command: Any) -> Any:
        with Redis(port=self.port, password=self.password, socket_timeout=10, protocol=2) as client:
            client.response_callbacks.clear()
            return client.execute_command(*command)

    def says(self, section: str, words: str) -> bool:
        """Whether these are in a section of INFO, or in CLUSTER INFO."""
        return words in str(self.ask(*section.split()), "utf-8")

    def owner_port(self, slot: int) -> int:
        """As this node sees it."""
        for first, last, [_, port, *_], *_ in self.ask("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return int(port)
        raise LookupError(slot)

    @property
    def id(self) -> bytes:
        found: bytes = self.ask("CLUSTER", "MYID")
        return found

    def _start(self, port: int) -> None:
        self.port, self.bus_port = port, self.bus_port or free_port()
        identity = server_identity(self.folder / "data")
        home = home_folder(self.folder, identity)
        if not (home / "data").exists():
            own_folder(home / "data", identity)
        lines = (
            f"bind 127.0.0.1\nport {port}\ncluster-port {self.bus_port}\ncluster-enabled yes",
            "cluster-node-timeout 1000\ncluster-replica-validity-factor 0",
            f'cluster-require-full-coverage no\nrepl-diskless-sync-delay 0\nsave ""\ndir "{home / "data"}"',
            f"requirepass {self.password}\nmasterauth {self.password}\n",
        )
        own_file(home / "server.conf", "\n".join(lines), identity)
        program = binaries.valkey_program(identity)
        self.process = child.start(
            [program, home / "server.conf"],
            identity,
            log=home / "server.log",
            on_orphaned=signal.SIGTERM,
        )
        try:
            wait_until(lambda: self.process is not None and self._answers(home / "server.log"))
        except BaseException:
            self.stop()
            raise

    def _answers(self, log: Path) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise child.failure("REDIS_FAILED", "A node", self.port, log)
        try:
            return bool(self.ask("PING"))
        except RedisConnectionError:
            return False


class Cluster:
    """A context manager. Node number n of `masters` has the n-th part of the slots; each has so many `replicas`."""

    def __init__(self, folder: Path, masters: int = 3, replicas: int = 0) -> None:
        self.password = secrets.token_hex(16)
        self.masters = [Node(folder / f"master-{each}", self.password) for each in range(masters)]
        self.replicas = [
            [Node(folder / f"replica-{each}-{number}", self.password) for number in range(replicas)]
            for each in range(masters)
        ]
        self._stack = ExitStack()

    @property
    def nodes(self) -> list[Node]:
        return [*self.masters, *(node for some in self.replicas for node in some)]

    def url(self, query: str = "") -> str:
        """Names one that is not there, too."""
        named = ",".join(f"127.0.0.1:{node.port}" for node in self.masters)
        return f"redis+cluster://:{self.password}@127.0.0.1:1,{named}/?{query}"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for node in self.nodes:
                node.start()
                stack.callback(node.stop)
            self._join()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def _join(self) -> None:
        first = self.nodes[0]
        for number, node in enumerate(self.nodes):
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            first.ask("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus_port)
        for number, node in enumerate(self.masters):
            bounds = [each * SLOTS // len(self.masters) for each in (number, number + 1)]
            node.ask("CLUSTER", "ADDSLOTSRANGE", bounds[0], bounds[1] - 1)
        for node in self.nodes:
            wait_until(lambda node=node: node.says("CLUSTER INFO", f"cluster_known_nodes:{len(self.nodes)}"))
        for master, replicas in zip(self.masters, self.replicas, strict=True):
            for node in replicas:
                node.ask("CLUSTER", "REPLICATE", master.id)
        for node in self.nodes:
            wait_until(lambda node=node: node.says("CLUSTER INFO", "cluster_state:ok"))
            wait_until(lambda node=node: node.says("CLUSTER INFO", f"cluster_slots_ok:{SLOTS}"))
        for node in [node for some in self.replicas for node in some]:
            wait_until(lambda node=node: node.says("INFO replication", "master_link_status:up"))

    def owner(self, slot: int) -> Node:
        """As the first node sees it that is there."""
        port = next(node for node in self.nodes if node.process is not None).owner_port(slot)
        return next(node for node in self.nodes if node.port == port)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


async def move(slot: int, source: Node, target: Node, batch: int = 2, pause: float = 0.02) -> None:
    """As `redis-cli --cluster reshard` does: key by key, while the cluster is in use."""
    target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
    source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
    await asyncio.sleep(pause)
    while keys := source.ask("CLUSTER", "GETKEYSINSLOT", slot, batch):
        parts = ("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "AUTH", target.password, "KEYS", *keys)
        source.ask(*parts)
        await asyncio.sleep(pause)
    for node in (target, source):
        node.ask("CLUSTER", "SETSLOT", slot, "NODE", target.id)
