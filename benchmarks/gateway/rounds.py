"""Starts everybody, and gives each its turn in every round: only one is under load at a time, and the others stand still."""

import math
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import httpx

from benchmarks.gateway import usage
from benchmarks.gateway.answers import Verdict, ask, compare
from benchmarks.gateway.contenders import PEER, Contender
from benchmarks.gateway.graphs import Graph, Query
from benchmarks.gateway.packages import PackagesMissingError, install
from benchmarks.gateway.processes import GATEWAY_CORE, NotStartedError, Server, free_port, serving
from benchmarks.gateway.results import MANY, Cell, Sample, words
from benchmarks.gateway.wrk import Load, LoadFailedError, load

_ASKED: Final = 3
"""How often each query is asked before it is measured."""
_WARM_SECONDS: Final = 5
"""Of the full query, once: V8 compiles what it has run often, and the first seconds of it are at half speed."""
_SETTLE_SECONDS: Final = 1
"""Before each turn, unmeasured: who stood still opens connections again, and how fast it is tells how long the turn has to be."""
_REQUESTS_PER_CONNECTION: Final = 10
"""That end within a turn, so that those which are still under way at its end do not count for much of its processor time."""
_LONGEST: Final = 5
"""Times the length that was asked for."""
_DRAIN_SECONDS: Final = 20

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. `seconds` is a turn's length; no cell begins after `limit_seconds`."""

    rounds: int
    seconds: int
    connections: Sequence[int]
    limit_seconds: float

    def cells(self, queries: Sequence[str]) -> list[Cell]:
        return [Cell(query, count) for count in self.connections for query in queries]

    def seconds_needed(self, turns: int) -> int:
        """For so many turns in a round, without starting; some more where somebody is slow."""
        return self.rounds * turns * (self.seconds + _SETTLE_SECONDS)


class Running(NamedTuple):
    """Who has been started, with the queries that it answers as expected."""

    contender: Contender
    server: Server
    queries: frozenset[str]


@dataclass
class Lineup:
    """Who takes part. `words` says of each how it answered, or why it is not there. `beside` is what gateways use."""

    graph: Graph
    queries: Sequence[str]
    say: Say
    words: dict[str, str] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    beside: Sequence[Server] = ()
    subgraphs: Server = field(init=False)

    def start(self, stack: ExitStack, contenders: Sequence[Contender]) -> None:
        """Each is started, asked, warmed and stopped in turn; who cannot, or answers something else, is left out."""
        self.subgraphs = stack.enter_context(self.graph.subgraphs())
        supergraph = self.graph.supergraph(self.subgraphs)
        for contender in contenders:
            self.say(f"starting {contender.name}{' (npm installs it once)' if contender.from_npm else ''}")
            port = free_port()
            command = contender.command(supergraph, port, self.subgraphs.url)
            opened = serving(command, port, core=GATEWAY_CORE, env=contender.env)
            try:
                self.running.append(self._admit(stack, contender, opened))
            except (PackagesMissingError, NotStartedError, LoadFailedError, httpx.HTTPError) as error:
                self.words[contender.name] = f"left out: {error}"

    def _admit(
        self, stack: ExitStack, contender: Contender, opened: AbstractContextManager[Server]
    ) -> Running:
        if contender.from_npm:
            install(PEER)
        with ExitStack() as own:
            server = own.enter_context(opened)
            server.wait_until_ready("/graphql")
            verdicts = {name: self._verdict(server, name) for name in self.queries if contender.answers(name)}
            right = [name for name, verdict in verdicts.items() if verdict is not Verdict.OTHER]
            if not right:
                raise NotStartedError(_summary(verdicts))
            self.words[contender.name] = _summary(verdicts)
            self.load(server, Cell(right[0], MANY), _WARM_SECONDS)
            self.drain(server)
            server.pause()
            stack.push(own.pop_all())
        return Running(contender, server, frozenset(right))

    def _verdict(self, server: Server, name: str) -> Verdict:
        """Of several answers the worst: the first is fetched, and who has a cache takes the next ones out of it."""
        query = self.graph.queries[name]
        found = [compare(ask(f"{server.url}/graphql", query), query.expected) for _ in range(_ASKED)]
        return max(found, key=list(Verdict).index)

    def load(self, server: Server, cell: Cell, seconds: int) -> Load:
        query: Query = self.graph.queries[cell.query]
        return load(f"{server.url}/graphql", query.file(), connections=cell.connections, seconds=seconds)

    def drain(self, server: Server) -> None:
        """Until the gateway is done with what clients have left behind; some work on it for seconds."""
        usage.wait_until_idle(server.pid, _DRAIN_SECONDS)

    def clocks(self, gateway: Server) -> "Clocks":
        """Wrk is a child that has ended, so that this process has its time."""
        mine = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = usage.cpu_seconds(gateway.pid)
        others = sum(usage.cpu_seconds(each.pid) for each in (self.subgraphs, *self.beside))
        known = used + others + mine.ru_utime + mine.ru_stime
        return Clocks(used, usage.machine_seconds() - known)

    def turns(self, cell: Cell) -> list[Running]:
        """With one connection no two requests are under way, so that single flight does nothing there."""
        return [
            each
            for each in self.running
            if cell.query in each.queries and (cell.connections > 1 or each.contender.flight == "off")
        ]


class Clocks(NamedTuple):
    """Seconds of processors: what the gateway has used, and what nobody has who belongs to the benchmark."""

    gateway: float
    foreign: float


def measure(lineup: Lineup, plan: Plan) -> Iterator[Sample]:
    """Yields after each turn. The order of contenders turns with the rounds."""
    deadline = time.monotonic() + plan.limit_seconds
    for number in range(plan.rounds):
        for cell in plan.cells(lineup.queries):
            if time.monotonic() > deadline:
                lineup.say("out of time")
                return
            turns = lineup.turns(cell)
            first = number % max(len(turns), 1)
            for running in (*turns[first:], *turns[:first]):
                lineup.say(f"round {number + 1}: {words(cell)}, {running.contender.name}")
                try:
                    yield _turn(lineup, number, cell, running, plan.seconds)
                except LoadFailedError as error:
                    lineup.running.remove(running)
                    lineup.words[running.contender.name] += f"; fell out: {error}"


def _turn(lineup: Lineup, number: int, cell: Cell, running: Running, seconds: int) -> Sample:
    contender, server, _ = running
    server.resume()
    try:
        settled = lineup.load(server, cell, _SETTLE_SECONDS)
        lineup.drain(server)
        before = lineup.clocks(server)
        found = lineup.load(server, cell, turn_seconds(settled.per_second, cell.connections, seconds))
        after = lineup.clocks(server)
        lineup.drain(server)
        return Sample(
            round=number, contender=contender.name, query=cell.query, connections=cell.connections,
            load=found, cpu=after.gateway - before.gateway, memory=usage.memory(server.pid).pss,
            foreign=max(after.foreign - before.foreign, 0.0) / (found.duration / 1e6),
        )  # fmt: skip
    finally:
        server.pause()


def turn_seconds(per_second: float, connections: int, asked: int) -> int:
    """As long as asked for, and longer for who is slow."""
    longest = asked * _LONGEST
    if not per_second:
        return longest
    return min(max(asked, math.ceil(connections * _REQUESTS_PER_CONNECTION / per_second)), longest)


def _summary(verdicts: dict[str, Verdict]) -> str:
    kinds = set(verdicts.values())
    if len(kinds) == 1:
        return kinds.pop().value
    return "; ".join(f"{name} {verdict.value}" for name, verdict in verdicts.items())
