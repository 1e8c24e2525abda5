"""Plans the same operations with both planners, in turns on one machine, and prints what that took as ratios."""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.planning.cases import ROOT, Suite, suites

_PEER = Path(__file__).parent / "peer"
_FOLDER = ROOT / ".artifacts" / "bench-planning"
_REPEATS = 7
_NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def main() -> None:
    """Prints a table per suite, and for suites of few operations a line per operation."""
    options = _options()
    if not (_PEER / "node_modules").exists():
        subprocess.run(_NPM, cwd=_PEER, check=True)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    print("Milliseconds from the text of an operation to its plan, ours | @apollo/query-planner | ratio.")
    print("first: an operation's first plan in a process. again: the median of more plans of it.\n")
    for suite in suites(_FOLDER):
        if not options.suite or suite.slug in options.suite:
            _compare(suite, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each planner has its turn (3)")
    parser.add_argument("--suite", action="append", help="only this one: corpus, random, large, shared")
    return parser.parse_args()


def _compare(suite: Suite, rounds: int) -> None:
    file = suite.write(_FOLDER)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_run([sys.executable, "-m", "benchmarks.planning.ours"], file))
        theirs.append(_run(["node", "--max-old-space-size=8192", "plan.js"], file, _PEER))
    both = _planned(ours) & _planned(theirs)
    print(f"{suite.title}: {len(both)} of {len(suite.cases)} operations, planned by both")
    for name, pick in (("first", _first), ("again", _again)):
        own, other = (_medians(runs, both, pick) for runs in (ours, theirs))
        for label, share in (("p50", 0.5), ("p99", 0.99)):
            _row(f"{name} {label}", _quantile(own.values(), share), _quantile(other.values(), share))
        if len(both) <= 20:
            for case in own:
                _row(f"  {case}, {name}", own[case], other[case])
    for name, key in (("loading the supergraphs", "load"), ("peak memory in MB", "peakMegabytes")):
        _row(name, *(statistics.median(run[key] for run in runs) for runs in (ours, theirs)))
    _failures(ours[0], theirs[0])
    print()


def _run(command: Sequence[str], cases: Path, cwd: Path = ROOT) -> dict[str, Any]:
    results = cases.with_suffix(".results")
    subprocess.run(
        [*command, str(cases), str(results), str(_REPEATS)], cwd=cwd, check=True, capture_output=True
    )
    found: dict[str, Any] = json.loads(results.read_text())
    return found


def _planned(runs: list[dict[str, Any]]) -> set[str]:
    return {case for case, found in runs[0]["cases"].items() if "error" not in found}


def _first(found: dict[str, Any]) -> float:
    return float(found["first"])


def _again(found: dict[str, Any]) -> float:
    return statistics.median(found["again"])


def _medians(
    runs: list[dict[str, Any]], cases: set[str], pick: Callable[[dict[str, Any]], float]
) -> dict[str, float]:
    named = [case for case in runs[0]["cases"] if case in cases]
    return {case: statistics.median(pick(run["cases"][case]) for run in runs) for case in named}


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _row(name: str, own: float, other: float) -> None:
    print(f"  {name:38} {own:10.2f} | {other:10.2f} | {own / other:6.2f}")


def _failures(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for name, run in (("ours", ours), ("theirs", theirs)):
        failed = {case: found["error"] for case, found in run["cases"].items() if "error" in found}
        if failed:
            case, error = next(iter(failed.items()))
            print(f"  {name} does not plan {len(failed)}, such as {case}: {error}")


if __name__ == "__main__":
    main()
