"""Samples our router under one query with py-spy, from outside and with C functions, and draws a flame graph."""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.gateway.contenders import NoContenderError, running
from benchmarks.gateway.graphs import (
    ARTIFACTS,
    FULL,
    ONE_FETCH,
    ROOT,
    TWO_FETCHES,
    GraphMissingError,
    choose_graph,
)
from benchmarks.gateway.machine import describe
from benchmarks.gateway.packages import PackagesMissingError
from benchmarks.gateway.processes import OTHER_CORE, NotStartedError, missing_programs, run_on_core
from benchmarks.gateway.profile.flame import draw
from benchmarks.gateway.profile.stacks import Stacks, of_main_thread, own_time, read, without_root, write
from benchmarks.gateway.tables import terminal
from benchmarks.gateway.wrk import LoadFailedError, load

_CONNECTIONS: Final = 50
_WARM_SECONDS: Final = 3
_SPY_SECONDS: Final = 60
"""Beyond those that it samples: it reads symbols first."""
_TOP: Final = 15
_PICTURE: Final = ROOT / ".artifacts" / "profile.svg"
_SPY: Final = Path(sys.executable).with_name("py-spy")
_EPILOG: Final = f"""
py-spy stops the router for every sample, looks at its stack, and lets it go on. That makes it slower, as is printed,
but a stopped process uses no time that a sample could fall into, so that shares stay what they are. Needs wrk, and the
right to look into processes: root or CAP_SYS_PTRACE.

Written: {_PICTURE} and profile.folded beside it, which other tools read, too.
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """Requests per second tell what sampling cost."""

    stacks: Stacks
    unsampled: float
    sampled: float


def main() -> None:
    """Ends with 1 where it cannot be done, and says why."""
    options = _options()
    if missing := missing_programs("wrk", "taskset", "setpriv"):
        sys.exit("\n".join(missing))
    console = terminal()
    try:
        with console.status("the router under load"):
            profile = _profile(options)
    except (
        NoContenderError,
        GraphMissingError,
        NotStartedError,
        PackagesMissingError,
        LoadFailedError,
    ) as error:
        sys.exit(str(error))
    except subprocess.SubprocessError as error:
        sys.exit(f"py-spy could not look into the router: {error}: {getattr(error, 'stderr', '')}")
    _publish(console, profile, options)


def _profile(options: argparse.Namespace) -> Profile:
    graph = choose_graph(options.graph)
    body = graph.queries[options.query].file()
    with running(graph, options.contender) as server:
        url = f"{server.url}/graphql"
        load(url, body, connections=_CONNECTIONS, seconds=_WARM_SECONDS)
        unsampled = load(url, body, connections=_CONNECTIONS, seconds=_WARM_SECONDS)
        with ThreadPoolExecutor(1) as aside:
            under_way = aside.submit(load, url, body, connections=_CONNECTIONS, seconds=options.seconds + 1)
            stacks = _sampled(server.pid, options.seconds, options.rate)
            sampled = under_way.result()
    return Profile(without_root(of_main_thread(stacks)), unsampled.per_second, sampled.per_second)


def _sampled(pid: int, seconds: int, rate: int) -> Stacks:
    output = ARTIFACTS / "profile.raw"
    command = [
        str(_SPY), "record", "--native", "--function", "--threads", "--format", "raw", "--output", str(output),
        "--rate", str(rate), "--duration", str(seconds), "--pid", str(pid),
    ]  # fmt: skip
    run_on_core(OTHER_CORE, command, timeout=seconds + _SPY_SECONDS)
    return read(output.read_text())


def _publish(console: Console, profile: Profile, options: argparse.Namespace) -> None:
    cost = f"{profile.unsampled:,.0f} requests/s without sampling, {profile.sampled:,.0f} with it"
    machine = describe()
    note = f"{machine['date']}, {machine['processor']}: {options.contender}, {options.query}; {cost}"
    _PICTURE.write_text(draw(profile.stacks, "Where the router's time goes", note))
    _PICTURE.with_suffix(".folded").write_text(write(profile.stacks))
    table = Table(title=f"The {_TOP} functions with most time of their own", title_justify="left", box=None)
    table.add_column("share", justify="right")
    table.add_column("function", no_wrap=True)
    for name, share in own_time(profile.stacks)[:_TOP]:
        table.add_row(f"{share:.1%}", name)
    console.print(table)
    console.print(f"{sum(profile.stacks.values())} samples; {cost}", soft_wrap=True)
    console.print(f"Written to {_PICTURE}", soft_wrap=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gateway.profile", description=__doc__, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--seconds", type=int, default=15, help="how long it is sampled (15)")
    parser.add_argument("--rate", type=int, default=100, help="samples per second (100)")
    parser.add_argument("--query", default=FULL, choices=(FULL, TWO_FETCHES, ONE_FETCH))
    parser.add_argument(
        "--contender", default="softfactory-off", help="softfactory-off, or another one in Python"
    )
    parser.add_argument(
        "--graph", choices=("own", "shared"), help="shared where ../shared/bench is there, else own"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
