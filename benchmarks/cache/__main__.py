"""Measures the field cache: the router's speed with it and without, and how often it has what is asked."""

import argparse
import signal
import sys

import httpx

from benchmarks.cache.contenders import cache_contenders
from benchmarks.cache.hits import hits
from benchmarks.cache.replay import OtherAnswerError
from benchmarks.cache.throughput import throughput
from benchmarks.gateway.command import add_options, positive
from benchmarks.gateway.contenders import NoContenderError
from benchmarks.gateway.graphs import ARTIFACTS, GraphMissingError, choose_graph
from benchmarks.gateway.packages import PackagesMissingError
from benchmarks.gateway.processes import NotStartedError, missing_programs
from benchmarks.gateway.tables import terminal

_PARTS = {"throughput": throughput, "hits": hits}
_ANY_REDIS = "redis://127.0.0.1:6379/0"
_EPILOG = f"""
throughput: as `python -m benchmarks.gateway`, with 50 connections: gateways on one core, subgraphs, wrk and Redis on
  another. Every field may be kept for ten minutes, and everybody is warm. Answers are compared with the expected ones
  before, those out of a cache, too.
hits: queries that are made at random, asked in random order of a router in this process. Each answer is compared with
  that of a router without a cache. The other two caches are simulated: of each, only the keys are kept.

examples:
  python -m benchmarks.cache --part hits --requests 1000
  python -m benchmarks.cache --part throughput --rounds 1 --query full --contender softfactory
  make bench-cache ARGS="--output docs/measured"

needs what `python -m benchmarks.gateway` needs, and redis-server for one of the contenders. Results are also in
{ARTIFACTS}.
"""


def main() -> None:
    """Ends with 1 where nothing can be measured, or an answer is wrong, and says why."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        graph = choose_graph(options.graph)
        if options.list:
            for each in cache_contenders(graph, _ANY_REDIS):
                print(f"{each.name:24} {each.title}")
            return
        parts = options.part or list(_PARTS)
        if missing := missing_programs("taskset", "setpriv", *(["wrk"] if "throughput" in parts else [])):
            sys.exit("\n".join(missing))
        console = terminal()
        for part in parts:
            _PARTS[part](console, graph, options)
    except (
        GraphMissingError,
        NoContenderError,
        NotStartedError,
        PackagesMissingError,
        OtherAnswerError,
        httpx.HTTPError,
    ) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cache", description=__doc__, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--part", action="append", choices=tuple(_PARTS), help="only this one")
    add_options(parser)
    parser.add_argument("--queries", type=positive, default=200, help="different ones, for hits (200)")
    parser.add_argument("--requests", type=positive, default=3000, help="for hits (3000)")
    parser.add_argument("--seed", type=int, default=1, help="another one for other queries (1)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
