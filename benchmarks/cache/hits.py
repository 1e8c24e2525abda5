"""How often the cache has what is asked when hardly two clients ask the same, beside caches of other kinds."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.cache.picture import draw
from benchmarks.cache.queries import distinct
from benchmarks.cache.replay import learn, replay
from benchmarks.cache.shares import Step, over_time, summary, warm_from
from benchmarks.gateway.command import folders, in_words
from benchmarks.gateway.graphs import Graph
from benchmarks.gateway.machine import describe
from router.federation.supergraph import Supergraph

_ROWS: Final = 10
_POINTS: Final = 60


def hits(console: Console, graph: Graph, options: argparse.Namespace) -> None:
    """Asks, prints and draws. Raises NotStartedError, PackagesMissingError or OtherAnswerError."""
    with ExitStack() as stack:
        subgraphs = stack.enter_context(graph.subgraphs())
        supergraph = Supergraph.parse(graph.supergraph(subgraphs).read_text())
        progress = stack.enter_context(Progress(console=console, transient=True))
        steps = asyncio.run(_steps(progress, supergraph, options))
    publish(console, steps, f"{graph.title}, {options.queries} queries", folders(options.output))


def publish(console: Console, steps: Sequence[Step], what: str, into: Sequence[Path]) -> None:
    """Prints the tables, and draws."""
    machine = describe()
    for table in hit_tables(steps):
        console.print(table)
    console.print(in_words(machine), soft_wrap=True)
    title = "Fields that came from the cache"
    note = f"{machine['date']}, {len(steps):,} requests in random order: {what}"
    picture = draw(list(over_time(steps, _window(steps, _POINTS))), title, note)
    for folder in into:
        (folder / "cache-hits.svg").write_text(picture)
        console.print(f"Written to {folder}", soft_wrap=True)


async def _steps(progress: Progress, supergraph: Supergraph, options: argparse.Namespace) -> list[Step]:
    task = progress.add_task("learning queries", total=None)
    known = await learn(supergraph, distinct(supergraph.api_schema, options.seed), options.queries)
    progress.update(task, description="asking", total=options.requests)
    steps = []
    async for step in replay(supergraph, known, options.requests, options.seed):
        steps.append(step)
        progress.advance(task)
    return steps


def hit_tables(steps: Sequence[Step]) -> Iterator[Table]:
    """Once for all requests, and once over time."""
    warm = warm_from(steps)
    table = Table(title="Fields from the cache", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("", "all", f"after {warm} requests", "of these, asked for the first time", "calls saved"):
        table.add_column(heading, justify="right" if heading else "left")
    for cache in steps[0].shares:
        table.add_row(cache, *map(_percent, summary(steps, cache)))
    yield table
    yield _over_time(steps)


def _over_time(steps: Sequence[Step]) -> Table:
    table = Table(title="Over time", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("until request", justify="right")
    for cache in steps[0].shares:
        table.add_column(cache, justify="right")
    for requests, ratios in over_time(steps, _window(steps, _ROWS)):
        table.add_row(f"{requests:,}", *map(_percent, ratios.values()))
    return table


def _window(steps: Sequence[Step], count: int) -> int:
    return max(1, -(-len(steps) // count))


def _percent(share: float) -> str:
    return f"{share:.1%}"
