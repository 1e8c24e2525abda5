"""Requests per second as bars: a panel for each query, under many connections."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.gateway.results import Cell, Figures, words
from benchmarks.gateway.svg import document, n, rectangle, text

_WIDTH: Final = 900
_LABELS: Final = 190
_BARS: Final = 430
_ROW: Final = 22
_TOP: Final = 72
_GAP: Final = 46
_FAMILIES: Final = ("softfactory", "yardstick", "hive-rust", "hive", "apollo")
"""In the order of the hues."""


def draw(figures: Sequence[Figures], title: str, machine: Mapping[str, str]) -> str:
    """The document. Cells with the most connections only; for one connection, latency says more than its inverse."""
    most = max((each.connections for each in figures), default=0)
    cells = [cell for cell in dict.fromkeys(each.cell for each in figures) if cell.connections == most]
    elements = [text(24, 32, title, "title"), text(24, 52, _origin(machine), "dim")]
    y = float(_TOP)
    for cell in cells:
        rows = sorted((each for each in figures if each.cell == cell), key=lambda each: -each.per_second)
        elements += _panel(cell, rows, y)
        y += _GAP + _ROW * len(rows)
    return document(_WIDTH, y, elements)


def _origin(machine: Mapping[str, str]) -> str:
    return ", ".join(machine[key] for key in ("date", "processor") if key in machine)


def _panel(cell: Cell, rows: Sequence[Figures], top: float) -> Iterator[str]:
    yield text(24, top + 14, words(cell), "head")
    longest = max(row.per_second for row in rows) or 1
    for number, row in enumerate(rows):
        y = top + 24 + number * _ROW
        width = max(row.per_second / longest * _BARS, 1)
        yield text(_LABELS, y + 13, row.contender, anchor="end")
        yield rectangle(_LABELS + 10, y + 2, width, _ROW - 6, f"f{_hue(row.contender)}")
        yield text(_LABELS + 18 + width, y + 13, _label(row), "dim")


def _label(row: Figures) -> str:
    if not row.per_second:
        return "none came to its end"
    cpu = f"{n(row.cpu / 1000)} ms" if row.cpu >= 1000 else f"{row.cpu:.0f} µs"
    return f"{row.per_second:,.0f}/s · {cpu} CPU"


def _hue(contender: str) -> int:
    return _FAMILIES.index(contender.rpartition("-")[0])
