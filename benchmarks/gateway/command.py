"""What commands that measure gateways have in common: options, a run with its progress, and what is printed and written of it."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.gateway.contenders import Contender
from benchmarks.gateway.graphs import ARTIFACTS, FULL, ONE_FETCH, TWO_FETCHES, Graph
from benchmarks.gateway.machine import describe
from benchmarks.gateway.picture import draw
from benchmarks.gateway.processes import Server
from benchmarks.gateway.results import Ratio, Sample, figures, foreign_load, report
from benchmarks.gateway.rounds import Lineup, Plan, measure
from benchmarks.gateway.tables import answer_table, figure_tables, ratio_table

QUERIES = (FULL, TWO_FETCHES, ONE_FETCH)


@dataclass(frozen=True, slots=True)
class Publication:
    """`name` is that of the files, without the graph's."""

    name: str
    title: str
    settings: Mapping[str, object]
    folders: Sequence[Path]


def run(
    console: Console,
    graph: Graph,
    found: Sequence[Contender],
    plan: Plan,
    queries: Sequence[str],
    beside: Sequence[Server] = (),
) -> tuple[Lineup, list[Sample]]:
    """Starts everybody, measures, and ends everybody; `beside` is running already. Raises NotStartedError or PackagesMissingError."""
    columns = (TextColumn("{task.description:60}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    samples: list[Sample] = []
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(*columns, console=console, transient=True))
        task = progress.add_task("", total=None)

        def say(words: str) -> None:
            progress.update(task, description=words)
            if not console.is_terminal:
                console.print(words)

        lineup = Lineup(graph, queries, say, beside=beside)
        lineup.start(stack, found)
        turns = sum(len(lineup.turns(cell)) for cell in plan.cells(queries))
        minutes = plan.seconds_needed(turns) / 60
        console.print(f"{len(lineup.running)} gateways on {graph.title}: about {minutes:.1f} minutes")
        progress.update(task, total=turns * plan.rounds)
        for sample in measure(lineup, plan):
            samples.append(sample)
            progress.advance(task)
    return lineup, samples


def publish(
    console: Console,
    lineup: Lineup,
    samples: Sequence[Sample],
    ratios: Sequence[Ratio],
    publication: Publication,
) -> None:
    """Prints the tables, and writes JSON and picture."""
    machine = describe()
    console.print(answer_table(lineup.words))
    for table in figure_tables(figures(samples)):
        console.print(table)
    console.print(ratio_table(ratios))
    console.print(f"Others used {foreign_load(samples):.0%} of a core meanwhile.")
    console.print(in_words(machine), soft_wrap=True)
    settings = {"graph": lineup.graph.name, **publication.settings}
    found = report(machine, settings, lineup.words, samples, ratios)
    for folder in publication.folders:
        file = folder / f"{publication.name}-{lineup.graph.name}.json"
        file.write_bytes(found)
        picture = draw(figures(samples), f"{publication.title}: {lineup.graph.title}", machine)
        file.with_suffix(".svg").write_text(picture)
        console.print(f"Written to {folder}", soft_wrap=True)


def folders(output: Path | None) -> list[Path]:
    """Where results are written to, made if they are not there."""
    found = [ARTIFACTS, *([output] if output is not None else [])]
    for folder in found:
        folder.mkdir(parents=True, exist_ok=True)
    return found


def in_words(machine: Mapping[str, str]) -> str:
    """On one line."""
    return ", ".join(f"{name} {value}" for name, value in machine.items())


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those that every such command has."""
    parser.add_argument("--rounds", type=positive, default=3, help="how often each has its turn (3)")
    parser.add_argument(
        "--seconds",
        type=positive,
        default=3,
        help="a turn's length (3); up to five times as long for who is slow",
    )
    parser.add_argument(
        "--minutes", type=positive, default=60, help="nothing more is begun after so many (60)"
    )
    parser.add_argument(
        "--contender",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one; again for more; --list has names",
    )
    parser.add_argument("--query", action="append", choices=QUERIES, help="only this one; again for more")
    parser.add_argument(
        "--graph", choices=("own", "shared"), help="shared where ../shared/bench is there, else own"
    )
    parser.add_argument(
        "--list", action="store_true", help="print who and what there is, and measure nothing"
    )
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write JSON and picture there, too")


def positive(text: str) -> int:
    """The type of an option. Raises what argparse takes for an error."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
