"""Measures how often the field cache has what the load mix of the platform asks, by resource, beside the targets."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks.gateway.command import folders, positive
from benchmarks.gateway.graphs import ARTIFACTS
from benchmarks.gateway.tables import terminal
from benchmarks.mix.counting import windows
from benchmarks.mix.load import Outcome, Task
from benchmarks.mix.platform import ROOT, Platform, platform, servers
from benchmarks.mix.publishing import WINDOW_MINUTES, Measured, Settings, publish
from benchmarks.mix.requests import Plan, plan
from benchmarks.mix.scale import Scale
from benchmarks.mix.world import world
from launcher.databases import database_variable
from launcher.display import Display
from launcher.errors import LaunchError
from launcher.interrupts import ENDING, interruptible
from launcher.serving import run
from router.errors import RouterError
from subgraphs.kit.clock import utc_now
from subgraphs.kit.seed_plan import SeedPlan
from subgraphs.kit.tokens import issue
from subgraphs.kit.viewer import Viewer

_PRODUCTS = frozenset({"coocook", "sns-auto", "review", "ai-automation", "webapp-builder"})
_EPILOG = f"""
The platform has 500 requests/s of 5,000 concurrent users. This is a small model of it: everything that grows with the
number of users is smaller in the same part, and time passes faster, for users as for policies. So each field is asked as
often within its time to live as there, and dropped as often.

Databases and the Redis-compatible server are started as by `softfactory up`, and gone afterwards. The command fails where
a request is answered with an error that no rule of the business gives; targets that are not met are printed.

examples:
  python -m benchmarks.mix --cache memory --seconds 30
  make bench-mix ARGS="--output docs/measured"

Results are also in {ARTIFACTS}.
"""


def main() -> None:
    """Ends with 1 where a request failed, or nothing could be started, and says why."""
    options = _options()
    console = terminal()
    scale = Scale(options.speed, options.rate)
    try:
        with interruptible(), servers(redis=options.cache == "redis") as environment:
            store = environment.get("REDIS_URL", "memory")
            failed = run(_measure(console, options, scale, environment, store))
    except (LaunchError, RouterError) as error:
        sys.exit(f"{error.code}: {error.message}")
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
    if failed:
        sys.exit("Some requests failed.")


async def _measure(
    console: Console, options: argparse.Namespace, scale: Scale, environment: Mapping[str, str], store: str
) -> bool:
    measuring = asyncio.current_task()
    assert measuring is not None
    for ending in ENDING:
        asyncio.get_running_loop().add_signal_handler(ending, measuring.cancel)
    async with platform(environment, scale, store, Display(console)) as running:
        now = utc_now()
        coocook, review = partial(running.ask, "coocook"), partial(running.ask, "review")
        there = await world(SeedPlan(scale.users, now), coocook, review)
        wanted = plan(there, scale, options.seconds, options.seed)
        console.print(f"{len(wanted.requests):,} requests in {options.seconds} seconds")
        async with windows(running.opened, scale.seconds(WINDOW_MINUTES * 60)) as found:
            outcome = await _play(_task(running, wanted))
        skipped = -(-options.warm_up // WINDOW_MINUTES)
        measured = Measured(found[skipped:], outcome, running.calls, running.failures(), running.supergraph)
    settings = Settings(options.cache, options.seconds, options.seed, options.warm_up)
    publish(console, measured, found, scale, settings, folders(options.output))
    return measured.has_failed


def _task(running: Platform, wanted: Plan) -> Task:
    """Each session has a token of its own, with access to everything."""
    secret, now = running.environment["JWT_SECRET"], utc_now()
    tokens = tuple(issue(Viewer(user, products=_PRODUCTS), secret, now) for user in wanted.sessions)
    accounts = running.environment[database_variable("accounts")]
    return Task(running.url, tokens, running.shared_key, accounts, wanted)


async def _play(task: Task) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.mix.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )  # fmt: skip
    try:
        answer, _ = await process.communicate(msgspec.json.encode(task))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        sys.exit("The load ended early; the reason stands above.")
    return msgspec.json.decode(answer, type=Outcome)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.mix", description=__doc__, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "--cache", choices=("redis", "memory"), default="redis", help="where fields are kept (redis)"
    )
    parser.add_argument("--seconds", type=positive, default=120, help="of load (120)")
    parser.add_argument("--rate", type=positive, default=15, help="requests in a second, on an average (15)")
    parser.add_argument("--speed", type=positive, default=10, help="how much faster time passes (10)")
    parser.add_argument(
        "--warm-up", type=int, default=6, help="minutes of the platform before the table begins (6)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another one for other requests (1)")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write JSON and picture there, too")
    options = parser.parse_args()
    if options.seconds * options.speed <= options.warm_up * 60:
        parser.error("nothing is left after the warm-up: take more --seconds, or a shorter --warm-up")
    return options


if __name__ == "__main__":
    main()
