"""What was measured, and the figures that follow from it: medians over rounds, and ratios of the same round."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from benchmarks.gateway.graphs import FULL, ONE_FETCH
from benchmarks.gateway.wrk import Load

MANY: Final = 50
"""Connections."""
BUSY: Final = 0.9
"""A gateway that uses less of its core under many connections waits for something else that is measured with it."""
_NPM: Final = ("apollo", "hive", "hive-rust")


class Cell(NamedTuple):
    """What is measured of everybody in turns."""

    query: str
    connections: int


class Sample(msgspec.Struct, frozen=True):
    """One turn of a contender. `cpu` is in seconds of its whole process tree, `memory` in bytes after it (PSS).

    `foreign` is the share of a core that processes used meanwhile which are no part of the benchmark.
    """

    round: int
    contender: str
    query: str
    connections: int
    load: Load
    cpu: float
    memory: int
    foreign: float = 0.0

    @property
    def cell(self) -> Cell:
        return Cell(self.query, self.connections)


class Figures(msgspec.Struct, frozen=True):
    """Medians over the rounds. Times are in microseconds, memory in bytes, `busy` the share of a core."""

    contender: str
    query: str
    connections: int
    per_second: float
    p50: float
    p99: float
    cpu: float
    busy: float
    memory: float
    failed: int

    @property
    def cell(self) -> Cell:
        return Cell(self.query, self.connections)


class Ratio(msgspec.Struct, frozen=True):
    """`value` is the median over rounds of what both sides had in the same one; in `unit`, or a plain ratio."""

    what: str
    cell: str
    sides: str
    value: float
    unit: str = ""


def figures(samples: Iterable[Sample]) -> list[Figures]:
    """One for each contender and cell, in the order in which they come."""
    groups: dict[tuple[str, Cell], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.contender, sample.cell), []).append(sample)
    return [_figures(group) for group in groups.values()]


def _figures(group: Sequence[Sample]) -> Figures:
    def median(pick: Callable[[Sample], float]) -> float:
        return statistics.median(pick(sample) for sample in group)

    return Figures(
        contender=group[0].contender,
        query=group[0].query,
        connections=group[0].connections,
        per_second=median(lambda sample: sample.load.per_second),
        p50=median(lambda sample: sample.load.p50),
        p99=median(lambda sample: sample.load.p99),
        cpu=median(cpu_per_request),
        busy=median(lambda sample: sample.cpu * 1e6 / sample.load.duration),
        memory=median(lambda sample: sample.memory),
        failed=sum(sample.load.failed + sample.load.timeouts for sample in group),
    )


def foreign_load(samples: Sequence[Sample]) -> float:
    """The median share of a core that others used; figures of a run with more than a little of it are not to be quoted."""
    return statistics.median(sample.foreign for sample in samples) if samples else 0.0


def cpu_per_request(sample: Sample) -> float:
    """In microseconds."""
    return sample.cpu * 1e6 / max(sample.load.requests, 1)


def ratios(samples: Sequence[Sample]) -> list[Ratio]:
    """Those for which both sides were measured."""
    return [ratio for ratio in _ratios(samples) if ratio is not None]


def _ratios(samples: Sequence[Sample]) -> Iterator[Ratio | None]:
    compare = Comparison(samples)
    for flight in ("off", "subgraphs"):
        sides = f"softfactory-{flight}", f"yardstick-{flight}"
        yield compare("CPU of a request", sides, Cell(FULL, MANY), cpu_per_request)
    for cell in compare.cells:
        if cell.connections == MANY:
            for peer in ("apollo-off", "hive-off", "hive-rust-off"):
                yield compare("requests/s", ("softfactory-off", peer), cell, per_second)
            for peer in ("hive-all", "hive-rust-all"):
                yield compare("requests/s", ("softfactory-all", peer), cell, per_second)
    for peer in _NPM:
        sides = "softfactory-off", f"{peer}-off"
        yield compare("our p99 over their p50", sides, Cell(FULL, MANY), _p99, _p50)
    for cell in compare.cells:
        if cell.query == ONE_FETCH:
            yield compare.alone("CPU of a request", "softfactory-off", cell, cpu_per_request)


class Comparison:
    """Finds the samples of both sides, and pairs those of a round."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.cells = list(dict.fromkeys(sample.cell for sample in samples))
        self._samples: dict[tuple[str, Cell], dict[int, Sample]] = {}
        for sample in samples:
            self._samples.setdefault((sample.contender, sample.cell), {})[sample.round] = sample

    def __call__(
        self,
        what: str,
        sides: tuple[str, str],
        cell: Cell,
        pick: Callable[[Sample], float],
        pick_other: Callable[[Sample], float] | None = None,
    ) -> Ratio | None:
        ours, theirs = (self._samples.get((side, cell), {}) for side in sides)
        values = [
            pick(sample) / below
            for number, sample in ours.items()
            if number in theirs and (below := (pick_other or pick)(theirs[number]))
        ]
        return Ratio(what, words(cell), " / ".join(sides), statistics.median(values)) if values else None

    def alone(self, what: str, side: str, cell: Cell, pick: Callable[[Sample], float]) -> Ratio | None:
        values = [pick(sample) for sample in self._samples.get((side, cell), {}).values()]
        return Ratio(what, words(cell), side, statistics.median(values), "µs") if values else None


def words(cell: Cell) -> str:
    """To print."""
    return f"{cell.query}, {cell.connections} connection{'s' if cell.connections > 1 else ''}"


def per_second(sample: Sample) -> float:
    """Requests."""
    return sample.load.per_second


def _p50(sample: Sample) -> float:
    return sample.load.p50


def _p99(sample: Sample) -> float:
    return sample.load.p99


def report(
    machine: Mapping[str, str],
    settings: Mapping[str, object],
    answers: Mapping[str, str],
    samples: Sequence[Sample],
    found_ratios: Sequence[Ratio],
) -> bytes:
    """All of it as JSON, indented."""
    found = {
        "machine": machine,
        "settings": settings,
        "answers": answers,
        "ratios": found_ratios,
        "figures": figures(samples),
        "samples": samples,
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
