"""Measures our router beside other gateways on the same work, in turns on one core, and prints figures and ratios."""

import argparse
import signal
import sys
from collections.abc import Sequence

from benchmarks.gateway.command import QUERIES, Publication, add_options, folders, positive, publish, run
from benchmarks.gateway.contenders import Contender, NoContenderError, chosen, contenders
from benchmarks.gateway.graphs import ARTIFACTS, SHARED, Graph, GraphMissingError, choose_graph
from benchmarks.gateway.packages import PackagesMissingError
from benchmarks.gateway.processes import NotStartedError, missing_programs
from benchmarks.gateway.results import ratios
from benchmarks.gateway.rounds import Plan
from benchmarks.gateway.tables import terminal

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
        lineup, samples = run(console, graph, found, plan, options.query or QUERIES)
    except (NotStartedError, PackagesMissingError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    settings = {"rounds": options.rounds, "seconds": options.seconds}
    publication = Publication("gateway", "Requests per second on one core", settings, folders(options.output))
    publish(console, lineup, samples, ratios(samples), publication)


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
    add_options(parser)
    parser.add_argument(
        "--connections",
        action="append",
        type=positive,
        metavar="N",
        help="in place of 50 and 1; again for more",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
