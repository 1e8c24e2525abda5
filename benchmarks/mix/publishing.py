"""What is printed, written and drawn of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from rich.console import Console

from benchmarks.cache.picture import draw
from benchmarks.gateway.command import in_words
from benchmarks.gateway.machine import describe
from benchmarks.mix.counting import Coordinate, Count, Counts
from benchmarks.mix.load import Outcome
from benchmarks.mix.report import Run, Traffic, hit_table, sentences, traffic, traffic_table
from benchmarks.mix.resources import (
    CAMPAIGN_LISTS,
    CHEF_LISTS,
    OVERALL,
    PROFILES,
    Row,
    ages,
    lines_of,
    rows,
)
from benchmarks.mix.scale import Scale
from router.federation.supergraph import Supergraph

WINDOW_MINUTES: Final = 2
"""Of the platform."""
_DRAWN: Final = {
    CHEF_LISTS: "lists of chefs",
    PROFILES: PROFILES,
    CAMPAIGN_LISTS: "lists of campaigns",
    OVERALL: OVERALL,
}


class Settings(NamedTuple):
    """Those that a run was begun with, besides its scale."""

    cache: str
    seconds: int
    seed: int
    warm_up: int
    """Minutes of the platform."""


@dataclass(frozen=True)
class Measured:
    """`windows`: those after the warm-up. `calls`: of the router, by service. `failures`: of Redis. All but windows are of
    the whole run."""

    windows: Sequence[Counts]
    outcome: Outcome
    calls: Mapping[str, int]
    failures: int
    supergraph: Supergraph

    @cached_property
    def fields(self) -> dict[Coordinate, Count]:
        """All windows together, what was most often asked first."""
        found: dict[Coordinate, Count] = {}
        for window in self.windows:
            for name, count in window.items():
                found[name] = found.get(name, Count()) + count
        return dict(sorted(found.items(), key=lambda each: (-each[1].asked - each[1].passed, each[0])))

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.fields, ages(self.supergraph, self.fields))

    @cached_property
    def traffic(self) -> list[Traffic]:
        return traffic(self.outcome.played)

    @cached_property
    def run(self) -> Run:
        outcome = self.outcome
        passed = {".".join(name): count.passed for name, count in self.fields.items() if count.passed}
        return Run(
            len(outcome.played),
            outcome.seconds,
            dict(self.calls),
            sum(count.asked + count.passed for count in self.fields.values()),
            dict(sorted(passed.items(), key=lambda each: -each[1])),
            self.failures,
        )

    @property
    def has_failed(self) -> bool:
        """Whether a request was answered with an error that no rule gives."""
        return any(each.errors for each in self.traffic)


def over_time(windows: Sequence[Counts]) -> list[tuple[int, dict[str, float]]]:
    """Ratios of what is drawn, by the minute of the platform at which a window ends."""
    found = []
    for number, window in enumerate(windows, 1):
        sums = dict.fromkeys(_DRAWN, Count())
        for coordinate, count in window.items():
            for name in _DRAWN.keys() & set(lines_of(coordinate)):
                sums[name] += count
        found.append((number * WINDOW_MINUTES, {_DRAWN[name]: each.ratio for name, each in sums.items()}))
    return found


def publish(
    console: Console,
    measured: Measured,
    windows: Sequence[Counts],
    scale: Scale,
    settings: Settings,
    into: Sequence[Path],
) -> None:
    """Prints the tables, and writes JSON and picture. `windows`: all of them, from the start."""
    machine = describe()
    console.print(hit_table(measured.rows))
    console.print(traffic_table(measured.traffic, measured.run.seconds))
    for sentence in sentences(scale, settings.cache, settings.warm_up, measured.run):
        console.print(sentence, soft_wrap=True)
    console.print(in_words(machine), soft_wrap=True)
    written = _as_json(machine, measured, scale, settings)
    note = f"{machine['date']}, {measured.run.requests:,} requests, by minutes of the platform ({settings.cache})"
    picture = draw(over_time(windows), "Fields that the cache had", note)
    for folder in into:
        file = folder / f"mix-{settings.cache}.json"
        file.write_bytes(written)
        file.with_suffix(".svg").write_text(picture)
        console.print(f"Written to {folder}", soft_wrap=True)


def _as_json(machine: Mapping[str, str], measured: Measured, scale: Scale, settings: Settings) -> bytes:
    model = {
        "speed": scale.speed, "rate": scale.rate, "part": scale.part, "concurrent_users": scale.concurrent_users,
        "users": scale.users,
    }  # fmt: skip
    found = {
        "machine": machine,
        "settings": settings._asdict() | model,
        "hits": [{**msgspec.to_builtins(row), "ratio": round(row.count.ratio, 4)} for row in measured.rows],
        "requests": measured.traffic,
        "run": measured.run,
        "fields": {".".join(name): count for name, count in measured.fields.items()},
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
