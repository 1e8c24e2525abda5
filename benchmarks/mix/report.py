"""What a run has shown, in tables and in sentences."""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from rich import box
from rich.table import Table

from benchmarks.mix.load import Played
from benchmarks.mix.requests import BUSINESS_ERRORS
from benchmarks.mix.resources import Row
from benchmarks.mix.scale import CONCURRENT_USERS, REQUESTS_PER_SECOND, USERS, Scale

_ALL: Final = "all"
_KEPT_UP: Final = 0.95
_MOST: Final = 4
"""Fields without a policy that are named."""


class Traffic(msgspec.Struct, frozen=True):
    """Requests of one operation, or of all. Milliseconds from when a request was due. `expected`: errors that a rule gives."""

    operation: str
    requests: int
    p50: float
    p95: float
    p99: float
    expected: dict[str, int]
    errors: dict[str, int]


class Run(msgspec.Struct, frozen=True):
    """`calls`: of the router, by service. `fields` were given, whether or not they may be kept; `passed`: those that may not, most
    often asked first. `failures`: calls that Redis did not answer in time."""

    requests: int
    seconds: float
    calls: dict[str, int]
    fields: int
    passed: dict[str, int]
    failures: int


def traffic(played: Sequence[Played]) -> list[Traffic]:
    """One for each operation, and one for all."""
    names = sorted({each.operation for each in played})
    parts = {name: [each for each in played if each.operation == name] for name in names}
    return [_traffic(name, part) for name, part in {**parts, _ALL: list(played)}.items()]


def _traffic(name: str, played: Sequence[Played]) -> Traffic:
    times = [each.seconds * 1000 for each in played]
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    expected: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for each in played:
        if each.code:
            by_rule = each.code in BUSINESS_ERRORS.get(each.operation, ())
            (expected if by_rule else errors)[each.code] += 1
    return Traffic(name, len(times), cuts[49], cuts[94], cuts[98], dict(expected), dict(errors))


def hit_table(found: Sequence[Row]) -> Table:
    """One line for each resource."""
    table = Table(title="Fields that the cache had", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("", "TTL s", "asked", "found", "of these stale", "ratio", "target", ""):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for row in found:
        table.add_row(
            row.resource,
            _ages(row.ages),
            f"{row.count.asked:,}",
            f"{row.count.found:,}",
            f"{row.count.stale:,}",
            f"{row.count.ratio:.1%}",
            "" if row.target is None else f"{row.target:.0%}",
            {None: "", True: "met", False: "not met"}[row.is_met],
        )
    return table


def traffic_table(found: Sequence[Traffic], seconds: float) -> Table:
    """One line for each operation."""
    table = Table(title="Requests", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in (
        "",
        "requests",
        "per second",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "refused by a rule",
        "errors",
    ):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for row in found:
        table.add_row(
            row.operation,
            f"{row.requests:,}",
            f"{row.requests / seconds:.1f}",
            *(f"{each:.1f}" for each in (row.p50, row.p95, row.p99)),
            _codes(row.expected, row.requests),
            _codes(row.errors, row.requests),
        )
    return table


def sentences(scale: Scale, store: str, warm_up: int, run: Run) -> Iterator[str]:
    """How the figures have to be read."""
    yield (
        f"A model of 1/{1 / scale.part:.0f}: {scale.rate / scale.speed:.2f} of {REQUESTS_PER_SECOND} requests/s, "
        f"{scale.concurrent_users:,} of {CONCURRENT_USERS:,} concurrent users, {scale.users:,} of {USERS:,} accounts."
    )
    yield (
        f"Time passes {scale.speed} times as fast, and all times to live are divided by {scale.speed}: {run.seconds:.0f} "
        f"seconds stand for {run.seconds * scale.speed / 60:.0f} minutes, which begin with an empty cache ({store}). "
        f"The first {warm_up} of them are not in the table."
    )
    if run.requests / run.seconds < _KEPT_UP * scale.rate:
        yield (
            f"The machine did not keep up: {run.requests / run.seconds:.0f} requests/s in place of {scale.rate:.0f}, so that "
            "more was over than there, and less was there. Take a lower --rate."
        )
    calls = ", ".join(f"{name} {times:,}" for name, times in sorted(run.calls.items()))
    yield f"{sum(run.calls.values()) / run.requests:.2f} calls to services for each request: {calls}."
    most = ", ".join(f"{name} {times:,}" for name, times in list(run.passed.items())[:_MOST])
    yield (
        f"Of {run.fields:,} fields of entities, {_share(sum(run.passed.values()), run.fields)} may not be kept and are not "
        f"in the table: {most}."
    )
    if run.failures:
        yield f"Redis did not answer {run.failures:,} calls in time, so that services were asked instead."


def _ages(ages: Sequence[int]) -> str:
    if not ages:
        return ""
    return f"{ages[0]}" if len(ages) == 1 else f"{ages[0]}-{ages[-1]}"


def _codes(codes: Mapping[str, int], of: int) -> str:
    return ", ".join(f"{code} {times} ({_share(times, of)})" for code, times in sorted(codes.items()))


def _share(part: int, of: int) -> str:
    return f"{part / of if of else 0:.1%}"
