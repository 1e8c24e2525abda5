"""Figures as tables in the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.gateway.results import BUSY, MANY, Cell, Figures, Ratio, words

_WIDTH: Final = 120


def terminal() -> Console:
    """Where there is none, lines are as long as the tables need them."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


def figure_tables(figures: Sequence[Figures]) -> Iterator[Table]:
    """One for each cell, fastest first."""
    for cell in dict.fromkeys(each.cell for each in figures):
        of_cell = [each for each in figures if each.cell == cell]
        yield _table(cell, sorted(of_cell, key=lambda each: -each.per_second))


def _table(cell: Cell, rows: Sequence[Figures]) -> Table:
    table = Table(title=words(cell), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for heading in ("requests/s", "p50 ms", "p99 ms", "CPU µs", "core", "MB", "failed"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row.contender, *_of_requests(row), _busy(row), f"{row.memory / 1e6:.0f}", str(row.failed or "")
        )
    return table


def _of_requests(row: Figures) -> tuple[str, str, str, str]:
    """A turn in which no request came to its end says nothing but that."""
    if not row.per_second:
        return "0", "-", "-", "-"
    return f"{row.per_second:,.0f}", f"{row.p50 / 1000:.2f}", f"{row.p99 / 1000:.2f}", f"{row.cpu:,.0f}"


def _busy(row: Figures) -> str:
    """With a mark where the gateway was not what the others waited for."""
    idle = row.connections >= MANY and row.busy < BUSY
    return f"{row.busy:.0%}{'*' if idle else ' '}"


def ratio_table(ratios: Sequence[Ratio]) -> Table:
    """One line for each."""
    table = Table(title="Ratios", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    for ratio in ratios:
        shown = f"{ratio.value:,.0f} {ratio.unit}" if ratio.unit else f"{ratio.value:.2f}"
        table.add_row(shown, ratio.what, ratio.cell, ratio.sides)
    return table


def answer_table(words: Mapping[str, str]) -> Table:
    """How each contender answered the queries before it was measured."""
    table = Table(title="Answers", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    for name, word in words.items():
        table.add_row(name, word)
    return table
