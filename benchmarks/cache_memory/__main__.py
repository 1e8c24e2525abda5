"""Measures the memory of the field cache by store, and whether what it does takes longer the more there is."""

import argparse
import asyncio
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.cache_memory.entities import BATCH, Entities
from benchmarks.cache_memory.eviction import POLICIES, evictions
from benchmarks.cache_memory.figures import Report, Size, Times
from benchmarks.cache_memory.in_process import Measured
from benchmarks.cache_memory.in_redis import DEFAULT, name_of, server, size_and_times
from benchmarks.cache_memory.picture import draw
from benchmarks.cache_memory.tables import tables
from benchmarks.cache_memory.timing import WrongError
from benchmarks.gateway.command import folders, in_words, positive
from benchmarks.gateway.machine import describe
from benchmarks.gateway.processes import NotStartedError, missing_programs
from benchmarks.gateway.tables import terminal

_WIDER: Final = 1024
"""hash-max-listpack-value with which entities with longer texts lie closely, too."""
_LEAST: Final = 1000
_EVICTED: Final = 20_000
_MOST_IN_PROCESS: Final = 100_000
_ENOUGH: Final = 1 << 30
_TRACED: Final = 10_000
"""Entities, up to which what Python allocates is measured, too: that takes four times as long."""
_OVER: Final = 1500
"""Bytes of the bound for each entity that is put into it: about half of what one takes, so that half of them go."""
_EPILOG: Final = """
A Redis is filled with 1,000 entities, another one with 10,000 and so on up to --entities, once as it comes and once with
hash-max-listpack-value 1024; the stores in a process in one of their own, with up to 100,000 entities, and with more than
--memory-bytes have room for.

examples:
  python -m benchmarks.cache_memory --entities 10000
  make bench-cache-memory ARGS="--output docs/measured"

needs redis-server.
"""


def main() -> None:
    """Ends with 1 where nothing can be measured, or something wrong is read, and says why."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.getLogger("router.cache").setLevel(logging.ERROR)  # that Redis is full is what is measured
    if missing := missing_programs("taskset", "setpriv"):
        sys.exit("\n".join(missing))
    try:
        _run(terminal(), options)
    except (NotStartedError, WrongError, RedisError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr.decode(errors="replace"))
    except KeyboardInterrupt:
        sys.exit(130)


def _run(console: Console, options: argparse.Namespace) -> None:
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        report = _measure(progress, console, options)
    for table in tables(report):
        console.print(table)
    console.print(in_words(report.machine), soft_wrap=True)
    note = f"{report.machine['date']}, {options.fields} fields each, up to {options.entities:,} entities"
    for folder in folders(options.output):
        found = msgspec.json.format(msgspec.json.encode(report), indent=1)
        (folder / "cache-memory.json").write_bytes(found + b"\n")
        (folder / "cache-memory.svg").write_text(
            draw(report.sizes, "Bytes of an entity in the field cache", note)
        )
        console.print(f"Written to {folder}", soft_wrap=True)


def _measure(progress: Progress, console: Console, options: argparse.Namespace) -> Report:
    """Each time with another server: it takes one many seconds to give back the memory of a million entities."""
    entities = Entities(options.fields)
    steps = list(_steps(options.entities))
    sizes: list[Size] = []
    times: dict[str, list[Times]] = {}
    task = progress.add_task("", total=2 * sum(steps) + 2 * len(POLICIES) * _EVICTED)

    def say(words: str) -> None:
        progress.update(task, description=words)
        if not console.is_terminal:
            console.print(words)

    def advance(done: int) -> None:
        progress.advance(task, done)

    for listpack in (DEFAULT, _WIDER):
        for count in steps:
            say(f"{name_of(listpack)}: {count:,} entities")
            with server() as url:
                size, found = asyncio.run(size_and_times(url, entities, count, listpack, advance))
            sizes.append(size)
            times.setdefault(size.store, []).append(found)
    say("a Redis that is full")
    with server() as url:
        evicted = asyncio.run(evictions(url, entities, _EVICTED, advance))
    bound = options.memory_bytes
    runs = [(count, _ENOUGH) for count in _steps(min(options.entities, _MOST_IN_PROCESS))]
    runs.append((-(-bound // _OVER // BATCH) * BATCH, bound))
    for is_near in (False, True):
        for count, most in runs:
            say(f"{'near' if is_near else 'memory'}: {count:,} entities, up to {most / 1e6:,.0f} MB")
            with server() as url:
                measured = _in_process(count, options.fields, most, url if is_near else "")
            sizes.append(measured.size)
            if measured.times is not None:
                times.setdefault(measured.size.store, []).append(measured.times)
    settings = {"entities": options.entities, "fields": options.fields, "memory_bytes": bound}
    return Report(describe(), settings, sizes, times, evicted)


def _in_process(count: int, fields: int, bound: int, redis: str) -> Measured:
    """Raises CalledProcessError."""
    command = [
        *("setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "benchmarks.cache_memory.in_process"),
        *("--entities", str(count), "--fields", str(fields), "--bound", str(bound), "--redis", redis),
    ]
    found = msgspec.json.decode(_output(command), type=Measured)
    if count > _TRACED and bound == _ENOUGH:
        return found
    traced = msgspec.json.decode(_output([*command, "--trace"]), type=Measured)
    return Measured(msgspec.structs.replace(found.size, traced=traced.size.taken), found.times)


def _output(command: Sequence[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[2]).stdout


def _steps(most: int) -> Iterator[int]:
    count = _LEAST
    while count < most:
        yield count
        count *= 10
    yield most


def _entities(text: str) -> int:
    return -(-positive(text) // BATCH) * BATCH


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cache_memory", description=__doc__, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "--entities", type=_entities, default=1_000_000, help="in Redis, by hundreds (1000000)"
    )
    parser.add_argument("--fields", type=positive, default=5, help="of each (5)")
    parser.add_argument(
        "--memory-bytes",
        type=positive,
        default=64 << 20,
        help="that a store in a process may take (67108864)",
    )
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write JSON and picture there, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
