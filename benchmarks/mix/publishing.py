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
from benchmarks.mix.counting import Coordinate, Count
from benchmarks.mix.load import Outcome
from benchmarks.mix.platform import WINDOW_MINUTES
from benchmarks.mix.report import Run, Traffic, hit_table, sentences, traffic, traffic_table
from benchmarks.mix.resources import (
    CAMPAIGN_LISTS,
    CHEF_LISTS,
    OVERALL,
    PROFILES,
    KeptFields,
    Row,
    lines_of,
    rows,
)
from benchmarks.mix.scale import Scale

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


@dataclass(frozen=True)
class Measured:
    """`counts`: by window, type and field. `calls`: of the router, by service."""

    counts: Mapping[tuple[int, str, str], Count]
    outcome: Outcome
    calls: Mapping[str, int]
    kept: KeptFields

    @cached_property
    def fields(self) -> dict[Coordinate, Count]:
        """All windows together, most often asked first."""
        found: dict[Coordinate, Count] = {}
        for (_, type_name, field), count in self.counts.items():
            found.setdefault((type_name, field), Count()).add(count)
        return dict(sorted(found.items(), key=lambda each: (-each[1].asked, each[0])))

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.fields, self.kept.ages(self.fields))

    @cached_property
    def traffic(self) -> list[Traffic]:
        return traffic(self.outcome.played)

    @cached_property
    def run(self) -> Run:
        outcome = self.outcome
        return Run(len(outcome.played), outcome.seconds, dict(self.calls), self.kept.unkept(outcome.asked))

    @property
    def has_failed(self) -> bool:
        """Whether a request was answered with an error that no rule gives."""
        return any(each.errors for each in self.traffic)

    def over_time(self) -> list[tuple[int, dict[str, float]]]:
        """Ratios of what is drawn, by the minute of the platform at which a window ends."""
        sums: dict[int, dict[str, Count]] = {}
        for (window, type_name, field), count in self.counts.items():
            of_window = sums.setdefault(window, {name: Count() for name in _DRAWN})
            for name in _DRAWN.keys() & set(lines_of((type_name, field))):
                of_window[name].add(count)
        return [
            ((window + 1) * WINDOW_MINUTES, {_DRAWN[name]: each.ratio for name, each in found.items()})
            for window, found in sorted(sums.items())
        ]


def publish(
    console: Console, measured: Measured, scale: Scale, settings: Settings, into: Sequence[Path]
) -> None:
    """Prints the tables, and writes JSON and picture."""
    machine = describe()
    console.print(hit_table(measured.rows))
    console.print(traffic_table(measured.traffic, measured.run.seconds))
    for sentence in sentences(scale, settings.cache, measured.run):
        console.print(sentence, soft_wrap=True)
    console.print(in_words(machine), soft_wrap=True)
    written = _as_json(machine, measured, scale, settings)
    note = f"{machine['date']}, {measured.run.requests:,} requests, by minutes of the platform ({settings.cache})"
    picture = draw(measured.over_time(), "Fields that the cache had", note)
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
