"""Watches the memory of one router process under mixed load: repeated, new, invalid and abandoned requests."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from rich.console import Console
from rich.progress import Progress

from benchmarks.gateway import usage
from benchmarks.gateway.contenders import NoContenderError, running
from benchmarks.gateway.graphs import ROOT, Graph, GraphMissingError, choose_graph
from benchmarks.gateway.machine import describe
from benchmarks.gateway.memory.clients import Client, Tally
from benchmarks.gateway.memory.mix import requests
from benchmarks.gateway.memory.plot import draw
from benchmarks.gateway.memory.trend import Sample, Trend, to_csv, trend
from benchmarks.gateway.packages import PackagesMissingError
from benchmarks.gateway.processes import OTHER_CORE, NotStartedError, Server, missing_programs
from benchmarks.gateway.tables import terminal
from router.federation.supergraph import Supergraph

_PICTURE: Final = ROOT / ".artifacts" / "memory.svg"
_SHOWN: Final = 1000
_EPILOG: Final = f"""
The router's process is on one core; subgraphs and clients share another. Memory is read every second: RSS, and PSS, which
counts pages that several processes share by their part. "Warm" is after the first quarter; the slope is that of the
straight line through what follows. A cache that fills looks like a leak for as long as it fills: give it minutes.

Written: {_PICTURE} and memory.csv beside it.
"""


def main() -> None:
    """Ends with 1 where it cannot be done, and says why."""
    options = _options()
    if missing := missing_programs("taskset", "setpriv"):
        sys.exit("\n".join(missing))
    console = terminal()
    try:
        graph = choose_graph(options.graph)
        samples, tally = _watch(console, graph, options)
    except (NoContenderError, GraphMissingError, NotStartedError, PackagesMissingError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    _publish(console, graph, samples, tally)


def _watch(console: Console, graph: Graph, options: argparse.Namespace) -> tuple[list[Sample], Tally]:
    tally = Tally()
    with ExitStack() as stack:
        server = stack.enter_context(running(graph, options.contender))
        _move_to_core(OTHER_CORE)
        schema = Supergraph.parse(graph.sdl).api_schema
        mix = requests(schema, [query.body for query in graph.queries.values()], options.seed)
        clients = [Client(server.port, mix, tally) for _ in range(options.clients)]
        progress = stack.enter_context(Progress(console=console, transient=True))
        task = progress.add_task(f"{options.minutes:g} minutes", total=options.minutes * 60)
        seconds = options.minutes * 60

        def tell(done: float) -> None:
            progress.update(task, completed=done)

        samples = asyncio.run(_sample(server, clients, tally, seconds, tell))
        if not samples[-1].pss:
            ended = f"the router ended after {samples[-1].seconds:.0f} seconds: {server.last_words()}"
            raise NotStartedError(ended)
    return samples, tally


async def _sample(
    server: Server, clients: list[Client], tally: Tally, seconds: float, tell: Callable[[float], None]
) -> list[Sample]:
    begin = time.monotonic()

    def sample() -> Sample:
        found = usage.memory(server.pid)
        return Sample(time.monotonic() - begin, found.rss, found.pss, tally.sent.total())

    samples = [sample()]
    tasks = [asyncio.create_task(client.run()) for client in clients]
    while samples[-1].seconds < seconds and samples[-1].pss:  # none is left of a process that has ended
        await asyncio.sleep(1)
        samples.append(sample())
        tell(samples[-1].seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return samples


def _publish(console: Console, graph: Graph, samples: list[Sample], tally: Tally) -> None:
    found = trend(samples)
    machine = describe()
    note = f"{machine['date']}, {machine['processor']}: {graph.title}; {tally.sent.total():,} requests"
    _PICTURE.write_text(draw(samples, "Memory of one router process under mixed load", note))
    _PICTURE.with_suffix(".csv").write_text(to_csv(samples))
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in tally.sent.most_common())
    statuses = ", ".join(f"{count:,} with {status}" for status, count in sorted(tally.statuses.items()))
    console.print(f"sent: {kinds}", soft_wrap=True)
    console.print(f"answered: {statuses}; {tally.broken} not at all", soft_wrap=True)
    for body in tally.failed:
        console.print(
            f"the router failed at: {body[:_SHOWN].decode(errors='replace')}", markup=False, soft_wrap=True
        )
    console.print(_words(found), soft_wrap=True)
    console.print(f"Written to {_PICTURE}", soft_wrap=True)


def _words(found: Trend) -> str:
    megabytes = [f"{value / 1e6:.1f} MB" for value in found[:3]]
    return f"PSS: {megabytes[0]} at the start, {megabytes[1]} warm, {megabytes[2]} at the end; {found.slope / 1e6:+.2f} MB per minute"


def _move_to_core(core: int) -> None:
    available = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {available[core % len(available)]})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gateway.memory", description=__doc__, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--minutes", type=float, default=10, help="how long (10)")
    parser.add_argument("--clients", type=int, default=20, help="at once (20)")
    parser.add_argument("--seed", type=int, default=1, help="another one for other queries (1)")
    parser.add_argument(
        "--contender", default="softfactory-off", help="which router; see python -m benchmarks.gateway --list"
    )
    parser.add_argument(
        "--graph", choices=("own", "shared"), help="shared where ../shared/bench is there, else own"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
