"""The graphs that are measured on: their supergraph, their subgraphs as a process, and queries with the expected answers."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.gateway.packages import install
from benchmarks.gateway.processes import OTHER_CORE, Server, free_port, serving
from benchmarks.graph import monolith

ROOT: Final = Path(__file__).parents[2]
ARTIFACTS: Final = ROOT / ".artifacts" / "bench"
SHARED: Final = ROOT.parent / "shared" / "bench"
"""The public benchmark of federation gateways, where its files are beside the project."""
_OWN: Final = ROOT / "benchmarks" / "graph"
FULL, TWO_FETCHES, ONE_FETCH = "full", "two-fetch", "one-fetch"
_BASE_URL: Final = re.compile(r'(url: "http://127\.0\.0\.1:)\d+/')
_OWN_QUERIES: Final = {
    TWO_FETCHES: "{ concerts(first: 8) { id title price { amountMinor currency } } }",
    ONE_FETCH: "{ artists { id name country } }",
}


class GraphMissingError(Exception):
    """The shared graph is asked for where it is not."""


@dataclass(frozen=True, slots=True)
class Query:
    """`body` is what is posted, `expected` the answer to the byte."""

    name: str
    body: bytes
    expected: bytes

    def file(self) -> Path:
        """The body as a file, for wrk."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        file = ARTIFACTS / f"{self.name}.json"
        file.write_bytes(self.body)
        return file


@dataclass(frozen=True, slots=True)
class Graph:
    """`ready_path` is a subgraph's."""

    name: str
    title: str
    sdl: str
    queries: Mapping[str, Query]
    ready_path: str

    @contextmanager
    def subgraphs(self) -> Iterator[Server]:
        """All of them in one process, which remembers answers, on the core that gateways do not use.

        Raises NotStartedError, or PackagesMissingError.
        """
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        port = free_port()
        if self.name == "own":
            command = [sys.executable, "-m", "benchmarks.graph.serve", "--port", str(port)]
            started = serving(command, port, core=OTHER_CORE, cwd=ROOT)
        else:
            folder = _copy_of_shared()
            environment = {"PORT": str(port), "NODE_ENV": "production"}
            started = serving(["node", "server.js"], port, core=OTHER_CORE, cwd=folder, env=environment)
        with started as server:
            server.wait_until_ready(self.ready_path)
            yield server

    def supergraph(self, subgraphs: Server) -> Path:
        """A file that routes to the subgraphs."""
        file = ARTIFACTS / f"{self.name}.graphql"
        file.write_text(_BASE_URL.sub(rf"\g<1>{subgraphs.port}/", self.sdl))
        return file


def shared_graph() -> Graph:
    """Users, their reviews, and products."""
    given = {
        FULL: ("full", "expected"),
        TWO_FETCHES: ("top", "expected-top"),
        ONE_FETCH: ("users", "expected-users"),
    }
    queries = {
        name: Query(
            name,
            (SHARED / "queries" / f"{query}.json").read_bytes(),
            (SHARED / f"{expected}.json").read_bytes().rstrip(),
        )
        for name, (query, expected) in given.items()
    }
    sdl = (SHARED / "supergraph.graphql").read_text()
    return Graph("shared", "the public benchmark of federation gateways", sdl, queries, "/accounts")


def own_graph() -> Graph:
    """Venues, concerts, artists and tickets."""
    texts = {FULL: (_OWN / "operation.graphql").read_text(), **_OWN_QUERIES}
    queries = {
        name: Query(name, msgspec.json.encode({"query": text}), msgspec.json.encode(monolith.answer(text)))
        for name, text in texts.items()
    }
    sdl = (_OWN / "supergraph.graphql").read_text()
    return Graph("own", "the graph of benchmarks/graph", sdl, queries, "/venues")


def choose_graph(name: str | None) -> Graph:
    """By default the shared one, where it is. Raises GraphMissingError."""
    if name == "own" or (name is None and not SHARED.exists()):
        return own_graph()
    if not SHARED.exists():
        raise GraphMissingError(f"There is no {SHARED}; --graph own measures on benchmarks/graph.")
    return shared_graph()


def _copy_of_shared() -> Path:
    """With its packages; raises PackagesMissingError."""
    folder = ARTIFACTS / "shared-subgraphs"
    for file in SHARED.rglob("*"):
        if file.is_file() and "node_modules" not in file.parts:
            target = folder / file.relative_to(SHARED)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    install(folder, "install")
    return folder
