"""Measures our router beside other gateways on the same work, in turns on one core, and prints figures and ratios."""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.gateway.contenders import Contender, NoContenderError, chosen, contenders
from benchmarks.gateway.graphs import (
    ARTIFACTS,
    FULL,
    ONE_FETCH,
    SHARED,
    TWO_FETCHES,
    Graph,
    GraphMissingError,
    choose_graph,
)
from benchmarks.gateway.machine import describe
from benchmarks.gateway.packages import PackagesMissingError
from benchmarks.gateway.picture import draw
from benchmarks.gateway.processes import NotStartedError, missing_programs
from benchmarks.gateway.results import Sample, figures, foreign_load, ratios, report
from benchmarks.gateway.rounds import Lineup, Plan, measure
from benchmarks.gateway.tables import answer_table, figure_tables, ratio_table, terminal

_QUERIES = (FULL, TWO_FETCHES, ONE_FETCH)
_EPILOG = f"""
how it measures:
  Gateways run on one core, subgraphs and wrk on another. All are started once and asked each query: an answer that
  is not the expected one is not measured. Then each has its turn in every round; who has not, stands still.
  Figures are medians over the rounds. CPU is of the gateway's process tree, for one request. A core's share with a
  star: the gateway waited, for subgraphs or wrk, which share the other core.

examples:
  python -m benchmarks.gateway --rounds 1 --contender softfactory --contender yardstick
  python -m benchmarks.gateway --graph own --query one-fetch --connections 1
  make bench ARGS="--rounds 5 --output docs/measured"

needs wrk and taskset (apt-get install wrk util-linux), and Node.js with npm for the others: who cannot be installed
is left out with a word. Results are also in {ARTIFACTS}.
"""


def main() -> None:
    """Ends with 1 where nothing can be measured, and says why."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        graph = choose_graph(options.graph)
        found = chosen(list(contenders(graph)), options.contender)
    except (GraphMissingError, NoContenderError) as error:
        sys.exit(str(error))
    if options.list:
        _list(graph, found)
        return
    if missing := missing_programs("wrk", "taskset", "setpriv"):
        sys.exit("\n".join(missing))
    plan = Plan(options.rounds, options.seconds, options.connections or (50, 1), options.minutes * 60)
    console = terminal()
    try:
        lineup, samples = _run(console, graph, found, plan, options.query or _QUERIES)
    except (NotStartedError, PackagesMissingError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    _publish(console, lineup, samples, options)


def _run(
    console: Console, graph: Graph, found: Sequence[Contender], plan: Plan, queries: Sequence[str]
) -> tuple[Lineup, list[Sample]]:
    columns = (TextColumn("{task.description:60}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    samples: list[Sample] = []
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(*columns, console=console, transient=True))
        task = progress.add_task("", total=None)

        def say(words: str) -> None:
            progress.update(task, description=words)
            if not console.is_terminal:
                console.print(words)

        lineup = Lineup(graph, queries, say)
        lineup.start(stack, found)
        turns = sum(len(lineup.turns(cell)) for cell in plan.cells(queries))
        minutes = plan.seconds_needed(turns) / 60
        console.print(f"{len(lineup.running)} gateways on {graph.title}: about {minutes:.1f} minutes")
        progress.update(task, total=turns * plan.rounds)
        for sample in measure(lineup, plan):
            samples.append(sample)
            progress.advance(task)
    return lineup, samples


def _publish(console: Console, lineup: Lineup, samples: list[Sample], options: argparse.Namespace) -> None:
    machine = describe()
    console.print(answer_table(lineup.words))
    for table in figure_tables(figures(samples)):
        console.print(table)
    console.print(ratio_table(ratios(samples)))
    console.print(f"Others used {foreign_load(samples):.0%} of a core meanwhile.")
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()), soft_wrap=True)
    settings = {"graph": lineup.graph.name, "rounds": options.rounds, "seconds": options.seconds}
    found = report(machine, settings, lineup.words, samples)
    for folder in filter(None, (ARTIFACTS, options.output)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"gateway-{lineup.graph.name}.json").write_bytes(found)
        picture = draw(figures(samples), f"Requests per second on one core: {lineup.graph.title}", machine)
        (folder / f"gateway-{lineup.graph.name}.svg").write_text(picture)
        console.print(f"Written to {folder}", soft_wrap=True)


def _list(graph: Graph, found: Sequence[Contender]) -> None:
    shared = "is there" if SHARED.exists() else "is not there"
    print(f"graph: {graph.name}, {graph.title} (the shared one {shared})")
    print(f"queries: {', '.join(graph.queries)}")
    for contender in found:
        from_npm = "; npm installs it on first use" if contender.from_npm else ""
        print(f"{contender.name:24} {contender.title}, single flight: {contender.flight}{from_npm}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gateway", description=__doc__, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--rounds", type=_positive, default=3, help="how often each has its turn (3)")
    parser.add_argument(
        "--seconds",
        type=_positive,
        default=3,
        help="a turn's length (3); up to five times as long for who is slow",
    )
    parser.add_argument(
        "--minutes", type=_positive, default=60, help="nothing more is begun after so many (60)"
    )
    parser.add_argument(
        "--contender",
        action="append",
        default=[],
        metavar="NAME",
        help="only this one; again for more; --list has names",
    )
    parser.add_argument("--query", action="append", choices=_QUERIES, help="only this one; again for more")
    parser.add_argument(
        "--connections",
        action="append",
        type=_positive,
        metavar="N",
        help="in place of 50 and 1; again for more",
    )
    parser.add_argument(
        "--graph", choices=("own", "shared"), help="shared where ../shared/bench is there, else own"
    )
    parser.add_argument(
        "--list", action="store_true", help="print who and what there is, and measure nothing"
    )
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write JSON and picture there, too")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    main()
