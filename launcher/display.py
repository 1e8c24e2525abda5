"""What a person sees while the platform starts: bars in a terminal, plain lines in a log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Display:
    """One per command."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Says what happens now, and then how long it took."""
        started = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(f"{text} …"):
                yield
        else:
            yield
        self.console.print(f"[green]✓[/green] {text} [dim]({time.monotonic() - started:.1f} s)[/dim]")

    @contextmanager
    def rows(self, text: str) -> Iterator["RowCounter"]:
        """Counts the rows that are written, by service."""
        started = time.monotonic()
        progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[service]:<15}"),
            BarColumn(bar_width=20),
            TextColumn("{task.completed:>9,.0f} rows  {task.fields[table]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        counter = RowCounter(progress)
        with progress:
            yield counter
        if counter.total:
            seconds = time.monotonic() - started
            self.console.print(
                f"[green]✓[/green] {text}: {counter.total:,} rows [dim]({seconds:.1f} s)[/dim]"
            )


class RowCounter:
    """Called with service, table and how many rows the table has by now."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._rows: dict[tuple[str, str], int] = {}

    @property
    def total(self) -> int:
        """The rows of all services."""
        return sum(self._rows.values())

    def __call__(self, service: str, table: str, rows: int) -> None:
        self._rows[service, table] = rows
        if service not in self._tasks:
            self._tasks[service] = self._progress.add_task("", total=None, service=service, table=table)
        done = sum(count for (name, _), count in self._rows.items() if name == service)
        self._progress.update(self._tasks[service], completed=done, table=table)
