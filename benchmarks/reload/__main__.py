"""Replaces the supergraph of a router under load, again and again, and prints what its clients notice of it."""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.gateway.usage import memory
from benchmarks.reload.graphs import Graph, large, own_graph

ROOT: Final = Path(__file__).parents[2]
_FOLDER: Final = ROOT / ".artifacts" / "bench-reload"
_OTHER_CORE: Final = 1
_WARM_UP_SECONDS: Final = 3.0
_PAUSE_SECONDS: Final = 4.0
"""Between one reload and the next."""
_AFTERMATH_SECONDS: Final = 0.5
"""What was served before is freed and new connections are made: that counts as the swap, too."""
_PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Way:
    """How a router takes in a new supergraph: what it is sent, and what every worker then says."""

    name: str
    workers: int
    number: int
    words: str


_WAYS: Final = (
    Way("reload, 1 process", 1, signal.SIGHUP, "Serving supergraph"),
    Way("reload, 2 workers", 2, signal.SIGHUP, "Serving supergraph"),
    Way("new workers, 2", 2, signal.SIGUSR2, "has left"),
)


@dataclass(slots=True)
class Phases:
    """Seconds that answers took."""

    before: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    failed: int = 0
    reloads: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def main() -> None:
    """Prints a row for each graph and way."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started ends, too
    _FOLDER.mkdir(parents=True, exist_ok=True)
    print(
        "p99 and longest: milliseconds, from when a request was due. MB: PSS of all processes, with the load."
    )
    print(f"{'graph':6} {'way':18} {'reload s':>8} {'requests':>8} {'failed':>6} "
          f"{'p99 before':>10} {'during':>8} {'after':>8} {'longest':>8}   MB first, median, last")  # fmt: skip
    for graph in (own_graph(), large(_FOLDER)):
        for way in _WAYS:
            if graph.name == (options.graph or graph.name) and way.name == (options.way or way.name):
                _print(graph, way, _measure(graph, way, options.reloads))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reload", description=__doc__)
    parser.add_argument("--reloads", type=int, default=5, help="how often the supergraph is replaced (5)")
    parser.add_argument("--graph", choices=("own", "large"), help="only this one")
    parser.add_argument("--way", choices=[way.name for way in _WAYS], help="only this one")
    return parser.parse_args()


def _print(graph: Graph, way: Way, found: Phases) -> None:
    every = [*found.before, *found.during, *found.after]
    figures = [_p99(each) * 1000 for each in (found.before, found.during, found.after)]
    sizes = (found.megabytes[0], statistics.median(found.megabytes), found.megabytes[-1])
    print(f"{graph.name:6} {way.name:18} {statistics.median(found.reloads):8.2f} {len(every):8} {found.failed:6} "
          f"{figures[0]:10.1f} {figures[1]:8.1f} {figures[2]:8.1f} {max(every) * 1000:8.1f}   "
          + ", ".join(f"{size:.0f}" for size in sizes), flush=True)  # fmt: skip


def _p99(seconds: Sequence[float]) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _measure(graph: Graph, way: Way, reloads: int) -> Phases:
    supergraph = _FOLDER / f"{graph.name}.graphql"
    supergraph.write_text(graph.supergraph)
    body = _FOLDER / f"{graph.name}.json"
    body.write_bytes(graph.body)
    found = Phases()
    with ExitStack() as stack:
        stack.enter_context(_process(graph.subgraphs, _OTHER_CORE, "subgraphs"))
        _wait_for_port(graph.port)
        port = _free_port()
        command = [str(Path(sys.executable).with_name("softfactory")), "router", "--no-watch",
                   "--supergraph", str(supergraph), "--port", str(port), "--workers", str(way.workers)]  # fmt: skip
        router = stack.enter_context(_process(command, None, "router"))
        _wait_for_port(port)
        seconds = _WARM_UP_SECONDS + reloads * (_PAUSE_SECONDS + _expected(graph, way))
        load = [
            sys.executable,
            "-m",
            "benchmarks.reload.load",
            str(port),
            str(body),
            str(graph.rate),
            str(seconds),
        ]
        client = stack.enter_context(_process(load, _OTHER_CORE, "load"))
        time.sleep(_WARM_UP_SECONDS)
        spans = [_reload(graph, way, supergraph, router, number, found) for number in range(reloads)]
        client.wait(_PATIENCE_SECONDS + seconds)
        _sort(json.loads((_FOLDER / "load.out").read_text()), spans, found)
    return found


def _expected(graph: Graph, way: Way) -> float:
    """Seconds that a reload takes, roughly, so that there is load all the while."""
    return (5.0 if graph.name == "large" else 1.0) + (2.0 if way.number == signal.SIGUSR2 else 0.0)


def _reload(
    graph: Graph, way: Way, supergraph: Path, router: "subprocess.Popen[bytes]", number: int, found: Phases
) -> tuple[float, float]:
    log = _FOLDER / "router.err"
    before = log.read_text().count(way.words)
    supergraph.write_text(f"{graph.supergraph}\n# {number}\n")
    begin = time.time()
    router.send_signal(way.number)
    deadline = begin + _PATIENCE_SECONDS
    while log.read_text().count(way.words) < before + way.workers:
        assert time.time() < deadline, log.read_text()
        time.sleep(0.01)
    end = time.time()
    found.reloads.append(end - begin)
    end += _AFTERMATH_SECONDS
    time.sleep(_PAUSE_SECONDS)
    found.megabytes.append(memory(router.pid).pss / 1e6)
    return begin, end


def _sort(answers: list[Any], spans: list[tuple[float, float]], found: Phases) -> None:
    """Into those before the first reload, those that a reload touched, and all others."""
    for due, seconds, right in answers:
        found.failed += not right
        if due + seconds < spans[0][0]:
            if due > answers[0][0] + _WARM_UP_SECONDS / 2:
                found.before.append(seconds)
        elif any(due + seconds >= begin and due <= end for begin, end in spans):
            found.during.append(seconds)
        else:
            found.after.append(seconds)


@contextmanager
def _process(command: Sequence[str], core: int | None, name: str) -> "Iterator[subprocess.Popen[bytes]]":
    """On one core; killed at the end, with what it has started."""
    pinned = list(command)
    if core is not None and shutil.which("taskset"):
        pinned = ["taskset", "--cpu-list", str(core), *command]
    with (_FOLDER / f"{name}.out").open("wb") as out, (_FOLDER / f"{name}.err").open("wb") as err:
        process = subprocess.Popen(
            pinned, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline, f"nobody answers on port {port}"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
