"""Turns and rounds, with load that is not one."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks.gateway.contenders import Contender
from benchmarks.gateway.graphs import own_graph
from benchmarks.gateway.results import Cell
from benchmarks.gateway.rounds import Lineup, Plan, Running, measure, turn_seconds
from benchmarks.gateway.wrk import Load, LoadFailedError

GRAPH = own_graph()


@dataclass
class StandIn:
    """A server that is this process, and notes when it may run."""

    name: str
    log: list[str]
    pid: int = field(default_factory=os.getpid)

    def pause(self) -> None:
        self.log.append(f"pause {self.name}")

    def resume(self) -> None:
        self.log.append(f"resume {self.name}")


class FakeLineup(Lineup):
    """Load is a note in the log; who is in `broken` cannot be reached."""

    def __init__(self, names: Sequence[str], broken: Sequence[str] = ()) -> None:
        super().__init__(GRAPH, ("full", "one-fetch"), say=lambda words: None)
        self.log: list[str] = []
        self.broken = broken
        self.subgraphs: Any = StandIn("subgraphs", self.log)
        for name in names:
            family, _, flight = name.rpartition("-")
            contender = Contender(family, flight, name, lambda supergraph, port, url: [])
            server: Any = StandIn(name, self.log)
            self.running.append(Running(contender, server, frozenset(GRAPH.queries)))
            self.words[name] = "to the byte"

    def load(self, server: Any, cell: Cell, seconds: int) -> Load:
        self.log.append(f"load {server.name} {cell.query} {cell.connections} {seconds}")
        if server.name in self.broken:
            raise LoadFailedError("wrk: unable to connect")
        return Load(requests=500 * seconds, duration=seconds * 1_000_000, p50=1, p99=2)

    def drain(self, server: Any) -> None:
        self.log.append(f"drain {server.name}")


def plan(rounds: int = 1, connections: Sequence[int] = (50,), limit: float = 60) -> Plan:
    return Plan(rounds=rounds, seconds=2, connections=connections, limit_seconds=limit)


def test_only_one_runs_at_a_time() -> None:
    lineup = FakeLineup(["a-off", "b-off"])
    first = next(iter(measure(lineup, plan())))
    assert lineup.log == [
        "resume a-off",
        "load a-off full 50 1",
        "drain a-off",
        "load a-off full 50 2",
        "drain a-off",
        "pause a-off",
    ]
    assert (first.contender, first.query, first.connections, first.round) == ("a-off", "full", 50, 0)
    assert first.load.requests == 1000
    assert first.memory > 0
    assert first.cpu >= 0


def test_another_one_begins_in_every_round() -> None:
    lineup = FakeLineup(["a-off", "b-off", "c-off"])
    found = [(each.round, each.query, each.contender[0]) for each in measure(lineup, plan(rounds=2))]
    assert found == [
        (0, "full", "a"), (0, "full", "b"), (0, "full", "c"),
        (0, "one-fetch", "a"), (0, "one-fetch", "b"), (0, "one-fetch", "c"),
        (1, "full", "b"), (1, "full", "c"), (1, "full", "a"),
        (1, "one-fetch", "b"), (1, "one-fetch", "c"), (1, "one-fetch", "a"),
    ]  # fmt: skip


def test_single_flight_is_not_measured_with_one_connection() -> None:
    lineup = FakeLineup(["a-off", "a-all"])
    found = [(each.connections, each.contender) for each in measure(lineup, plan(connections=(50, 1)))]
    assert found == [(50, "a-off"), (50, "a-all"), (50, "a-off"), (50, "a-all"), (1, "a-off"), (1, "a-off")]


def test_who_answers_a_query_wrongly_is_measured_with_the_others() -> None:
    lineup = FakeLineup(["a-off", "b-off"])
    lineup.running[0] = lineup.running[0]._replace(queries=frozenset({"one-fetch"}))
    found = [(each.query, each.contender) for each in measure(lineup, plan())]
    assert found == [("full", "b-off"), ("one-fetch", "a-off"), ("one-fetch", "b-off")]


def test_who_falls_out_does_not_end_the_run() -> None:
    lineup = FakeLineup(["a-off", "b-off"], broken=["a-off"])
    assert [each.contender for each in measure(lineup, plan(rounds=2))] == ["b-off"] * 4
    assert lineup.words["a-off"] == "to the byte; fell out: wrk: unable to connect"
    assert lineup.log.count("resume a-off") == lineup.log.count("pause a-off") == 1


def test_nothing_begins_after_the_limit() -> None:
    assert list(measure(FakeLineup(["a-off"]), plan(rounds=5, limit=-1))) == []


def test_who_cannot_be_started_is_left_out_with_a_word(tmp_path: Path) -> None:
    lineup = Lineup(GRAPH, ("full",), say=lambda words: None)
    ends = Contender("gone", "off", "gone", lambda supergraph, port, url: ["false"])
    with ExitStack() as stack:
        lineup.start(stack, [ends])
        assert lineup.running == []
        assert lineup.words["gone-off"].startswith("left out: ended with 1")


@pytest.mark.parametrize(("rounds", "seconds"), [(1, 30), (3, 90)])
def test_how_long_it_takes_is_known_before(rounds: int, seconds: int) -> None:
    assert plan(rounds=rounds).seconds_needed(turns=10) == seconds


@pytest.mark.parametrize(
    ("per_second", "connections", "seconds"),
    [(5000, 50, 3), (100, 50, 5), (100, 1, 3), (20, 50, 15), (0, 50, 15), (0, 1, 15)],
)
def test_a_turn_is_longer_for_who_is_slow(per_second: float, connections: int, seconds: int) -> None:
    assert turn_seconds(per_second, connections, asked=3) == seconds
