"""Who is measured: our router, gateways from npm, and the yardstick, each with single flight off and on where it has it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.gateway.graphs import FULL, Graph
from benchmarks.gateway.packages import install
from benchmarks.gateway.processes import GATEWAY_CORE, Server, free_port, serving

PEER: Final = Path(__file__).parent / "peer"
SOFTFACTORY: Final = Path(sys.executable).with_name("softfactory")
FLIGHTS: Final = ("off", "subgraphs", "all")
"""What equal requests that are under way at the same time share: nothing, calls to subgraphs, or also their answers."""


class NoContenderError(Exception):
    """Nobody has the name; says where the names are."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no contender {name!r}; python -m benchmarks.gateway --list has all of them."
        )


Command = Callable[[Path, int, str], list[str]]
"""Of the supergraph's file, the port, and the URL of the subgraphs."""


@dataclass(frozen=True, slots=True)
class Contender:
    """`family` is what it is apart from its single flight. `only` restricts it to a query."""

    family: str
    flight: str
    title: str
    command: Command
    env: Mapping[str, str] = field(default_factory=dict)
    only: str | None = None
    from_npm: bool = False

    @property
    def name(self) -> str:
        return f"{self.family}-{self.flight}"

    def answers(self, query: str) -> bool:
        return self.only in (None, query)


def contenders(graph: Graph) -> Iterator[Contender]:
    """All that there are for the graph, whether they can be started here or not."""
    yield from _ours()
    yield Contender("apollo", "off", "@apollo/gateway", _apollo, {"NODE_ENV": "production"}, from_npm=True)
    for family, title, options in (
        ("hive", "@graphql-hive/gateway", ()),
        ("hive-rust", "@graphql-hive/gateway, Rust planner", ("--hive-router-runtime",)),
    ):
        for flight in FLIGHTS:
            env = {"NODE_ENV": "production", "SINGLE_FLIGHT": flight}
            yield Contender(family, flight, title, _hive(options), env, from_npm=True)
    for flight in ("off", "subgraphs"):
        yield Contender("yardstick", flight, "yardstick", _yardstick(graph.name, flight), only=FULL)


def chosen(all_of_them: Sequence[Contender], names: Sequence[str]) -> list[Contender]:
    """Those whose name or family is given, all if none is. Raises NoContenderError."""
    for name in names:
        if not any(name in (each.name, each.family) for each in all_of_them):
            raise NoContenderError(name)
    return [each for each in all_of_them if not names or each.name in names or each.family in names]


@contextmanager
def running(graph: Graph, name: str) -> Iterator[Server]:
    """One contender, with the subgraphs behind it. Raises NoContenderError, PackagesMissingError or NotStartedError."""
    contender = next((each for each in contenders(graph) if each.name == name), None)
    if contender is None:
        raise NoContenderError(name)
    if contender.from_npm:
        install(PEER)
    with graph.subgraphs() as subgraphs:
        port = free_port()
        command = contender.command(graph.supergraph(subgraphs), port, subgraphs.url)
        with serving(command, port, core=GATEWAY_CORE, env=contender.env) as server:
            server.wait_until_ready("/graphql")
            yield server


def _ours() -> Iterator[Contender]:
    for flight in FLIGHTS if _has_single_flight() else ("off",):
        yield Contender("softfactory", flight, "softfactory router", _softfactory(flight))


@cache
def _has_single_flight() -> bool:
    command = [str(SOFTFACTORY), "router", "--help"]
    wide = {**os.environ, "COLUMNS": "200"}
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=wide).stdout
    return "--single-flight" in printed


def _softfactory(flight: str) -> Command:
    option = ["--single-flight", flight] if _has_single_flight() else []

    def command(supergraph: Path, port: int, _subgraphs: str) -> list[str]:
        return [str(SOFTFACTORY), "router", "--supergraph", str(supergraph), "--port", str(port), *option]

    return command


def _apollo(supergraph: Path, port: int, _subgraphs: str) -> list[str]:
    return ["node", str(PEER / "apollo.js"), str(supergraph), str(port)]


def _hive(options: Sequence[str]) -> Command:
    program = PEER / "node_modules" / "@graphql-hive" / "gateway" / "dist" / "bin.js"

    def command(supergraph: Path, port: int, _subgraphs: str) -> list[str]:
        return [
            "node", str(program), "supergraph", str(supergraph), "--config-path", str(PEER / "hive.config.js"),
            "--host", "127.0.0.1", "--port", str(port), "--polling", "1h", *options,
        ]  # fmt: skip

    return command


def _yardstick(graph: str, flight: str) -> Command:
    def command(_supergraph: Path, port: int, subgraphs: str) -> list[str]:
        return [
            sys.executable, "-m", "benchmarks.gateway.yardstick", "--graph", graph, "--subgraphs", subgraphs,
            "--port", str(port), *(["--single-flight"] if flight != "off" else []),
        ]  # fmt: skip

    return command
