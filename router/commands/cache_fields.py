"""What a running router has counted of each field, from its metrics: tables for people, JSON for machines."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from router.cache.advice import Advice, advise
from router.cache.coordinates import AGES
from router.errors import JsonValue

_SECONDS: Final = 10
_MOST_BYTES: Final = 64 * 1024 * 1024
_PREFIX: Final = "softfactory_cache_"
_UP_TO: Final = {**{str(age): place for place, age in enumerate(AGES)}, "+Inf": len(AGES)}


class MetricsError(Exception):
    """They cannot be had. A line says what is wrong, and if it can, what to do next."""

    def __init__(self, *lines: str) -> None:
        super().__init__(" ".join(lines))
        self.lines = lines


@dataclass(slots=True)
class FieldCounts:
    """Of one coordinate. Seconds; `age` and `aged` are a sum, and of how many values."""

    hit: float = 0
    stale: float = 0
    miss: float = 0
    uncached: float = 0
    age: float = 0
    aged: float = 0
    bytes: float = 0
    saved: float = 0
    right: list[int] = field(default_factory=lambda: [0] * len(_UP_TO))
    wrong: list[int] = field(default_factory=lambda: [0] * len(_UP_TO))

    @property
    def ratio(self) -> float | None:
        """Of what may be kept, what was found. None where nothing was asked for."""
        found = self.hit + self.stale
        return found / (found + self.miss) if found + self.miss else None


_SUMS: Final = {
    "age_seconds_total": "age",
    "aged_fields_total": "aged",
    "found_bytes_total": "bytes",
    "saved_seconds_total": "saved",
}


def read_fields(url: str) -> dict[str, FieldCounts]:
    """By coordinate. Raises MetricsError."""
    from prometheus_client.parser import text_string_to_metric_families

    found: dict[str, FieldCounts] = {}
    try:
        samples = [
            sample
            for family in text_string_to_metric_families(asyncio.run(_fetched(url)))
            for sample in family.samples
        ]
    except ValueError:
        raise MetricsError(f"{url} answers something else than metrics.") from None
    for sample in samples:
        coordinate = sample.labels.get("coordinate")
        if coordinate is None or not sample.name.startswith(_PREFIX):
            continue
        name, counts = sample.name.removeprefix(_PREFIX), found.setdefault(coordinate, FieldCounts())
        result = sample.labels.get("result", "")
        if name == "fields_total" and result in ("hit", "stale", "miss", "uncached"):
            setattr(counts, result, getattr(counts, result) + sample.value)
        elif name == "compared_fields_total" and sample.labels.get("le") in _UP_TO:
            ages = counts.right if result == "right" else counts.wrong
            ages[_UP_TO[sample.labels["le"]]] += int(sample.value)
        elif name in _SUMS:
            setattr(counts, _SUMS[name], getattr(counts, _SUMS[name]) + sample.value)
    if not found:
        raise MetricsError(
            f"{url} has nothing of a field cache.",
            "Is it a router with cache.store, and has it answered a query?",
        )
    return found


def show_fields(found: dict[str, FieldCounts]) -> None:
    """What saved most comes first."""
    table = Table(box=None, header_style="bold", show_footer=True, footer_style="bold")
    total = _total(found.values())
    for name, foot in zip(
        ("Field", "Found", "Hit ratio", "Age", "Bytes", "Saved"), _row("All", total), strict=True
    ):
        table.add_column(name, foot, justify="left" if name == "Field" else "right")
    for name, counts in _sorted(found):
        table.add_row(*_row(name, counts))
    Console(highlight=False).print(table)


def show_advice(found: dict[str, FieldCounts], share: float) -> None:
    """Those that were compared, the most often wrong first."""
    table = Table(box=None, header_style="bold")
    table.add_column("Field")
    for name in ("Compared", "Wrong", "maxAge"):
        table.add_column(name, justify="right")
    for name, advice in advised(found, share):
        table.add_row(Text(name), f"{advice.compared:,}", f"{_share(advice)}", _seconds(advice))
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"maxAge in seconds, with which about {share:.2%} of what is found are wrong. With + no change was seen, so it may be more.",
        soft_wrap=True,
    )


def advised(found: dict[str, FieldCounts], share: float) -> list[tuple[str, Advice]]:
    """Of what was compared. Raises MetricsError where nothing was."""
    advices = [(name, advise(counts.right, counts.wrong, share)) for name, counts in found.items()]
    compared = [(name, advice) for name, advice in advices if advice.compared]
    if not compared:
        raise MetricsError(
            "Nothing was compared yet.",
            "Set cache.shadow, to 0.01 say, and let the router answer for a while.",
        )
    return sorted(compared, key=lambda each: (-each[1].wrong / each[1].compared, each[0]))


def fields_to_json(found: dict[str, FieldCounts]) -> dict[str, JsonValue]:
    """Seconds and bytes; null where there is nothing to divide by."""
    return {
        name: {
            "hits": int(counts.hit),
            "stale": int(counts.stale),
            "misses": int(counts.miss),
            "uncached": int(counts.uncached),
            "hit_ratio": counts.ratio,
            "average_age": counts.age / counts.aged if counts.aged else None,
            "bytes": int(counts.bytes),
            "saved": counts.saved,
        }
        for name, counts in _sorted(found)
    }


def advice_to_json(found: dict[str, FieldCounts], share: float) -> dict[str, JsonValue]:
    """`maxAge` is null where too little was compared. Raises MetricsError."""
    return {
        name: {
            "compared": advice.compared,
            "wrong": advice.wrong,
            "maxAge": advice.seconds,
            "atLeast": advice.is_least,
        }
        for name, advice in advised(found, share)
    }


async def _fetched(url: str) -> str:
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            status, body = answer.status, await answer.content.read(_MOST_BYTES)
    except TimeoutError:
        raise MetricsError(f"{url} did not answer within {_SECONDS} seconds.") from None
    except (aiohttp.ClientError, ValueError) as error:
        raise MetricsError(f"{url} cannot be reached: {error}") from None
    if status != 200:
        raise MetricsError(f"{url} answers {status}.", "A router has metrics with telemetry.metrics.enabled.")
    return body.decode(errors="replace")


def _total(found: Iterable[FieldCounts]) -> FieldCounts:
    total = FieldCounts()
    for counts in found:
        for name in ("hit", "stale", "miss", "uncached", "age", "aged", "bytes", "saved"):
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    return total


def _sorted(found: dict[str, FieldCounts]) -> list[tuple[str, FieldCounts]]:
    return sorted(found.items(), key=lambda item: (-item[1].saved, item[0]))


def _row(name: str, counts: FieldCounts) -> tuple[Text, ...]:
    ratio = "never kept" if counts.ratio is None and counts.uncached else _percent(counts.ratio)
    age = f"{counts.age / counts.aged:,.1f} s" if counts.aged else ""
    return tuple(
        map(
            Text,
            (
                name,
                f"{counts.hit + counts.stale:,.0f}",
                ratio,
                age,
                decimal(int(counts.bytes)),
                f"{counts.saved:,.1f} s",
            ),
        )
    )


def _percent(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.1%}"


def _share(advice: Advice) -> str:
    return f"{advice.wrong / advice.compared:.2%}"


def _seconds(advice: Advice) -> str:
    if advice.seconds is None:
        return "too few"
    return f"{advice.seconds:,}{'+' if advice.is_least else ''}"
