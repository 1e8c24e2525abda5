"""Composes one large graph with both composers, in turns on one machine, and ever larger ones with ours."""

import argparse
import json
import math
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.composition.large_graph import large_graph

ROOT = Path(__file__).parents[2]
_PEER = Path(__file__).parent / "peer"
_FOLDER = ROOT / ".artifacts" / "bench-composition"
_GENERATOR = ROOT.parent / "shared" / "corpora" / "large" / "generate.py"
"""Makes the graph that figures of others are measured on; benchmarks.composition.large_graph stands in for it."""
_NPM = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_SUBGRAPHS, _TYPES = 50, 2000
_SIZES = (1000, 2000, 4000, 8000)


class Run(NamedTuple):
    """One process that composed once."""

    seconds: float
    megabytes: float
    hints: int


def main() -> None:
    """Prints both composers' figures with their ratio, then the growth of ours."""
    options = _options()
    if not (_PEER / "node_modules").exists():
        subprocess.run(_NPM, cwd=_PEER, check=True)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    _compare(_graph(_TYPES, own=options.own), options.rounds)
    _grow(own=options.own)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.composition", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each composer has its turn (3)")
    parser.add_argument("--own", action="store_true", help="the graph of large_graph.py in any case")
    return parser.parse_args()


def _graph(types: int, *, own: bool) -> Path:
    folder = _FOLDER / f"{'own' if own or not _GENERATOR.exists() else 'shared'}-{types}"
    file = folder / "subgraphs.json"
    if file.exists():
        return file
    folder.mkdir(exist_ok=True)
    if folder.name.startswith("own"):
        file.write_text(json.dumps([asdict(each) for each in large_graph(_SUBGRAPHS, types)]))
    else:
        sizes = ["--subgraphs", str(_SUBGRAPHS), "--types", str(types)]
        command = [sys.executable, str(_GENERATOR), str(folder), *sizes]
        subprocess.run(command, check=True, capture_output=True)
    return file


def _compare(graph: Path, rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_ours(graph))
        theirs.append(_run(["node", "--max-old-space-size=8192", "compose.js"], graph, _PEER))
    print(f"{graph.parent.name}: {_SUBGRAPHS} subgraphs, {_TYPES} types; ours | @apollo/composition | ratio")
    for name in ("seconds", "megabytes", "hints"):
        own, other = (statistics.median(getattr(run, name) for run in runs) for runs in (ours, theirs))
        print(f"  {name:10} {own:10.2f} | {other:10.2f} | {own / other:5.2f}")


def _grow(*, own: bool) -> None:
    print("\n  types    seconds   megabytes   microseconds / (types * log2 types)")
    for types in _SIZES:
        run = _ours(_graph(types, own=own))
        share = run.seconds * 1e6 / (types * math.log2(types))
        print(f"  {types:5} {run.seconds:10.2f} {run.megabytes:11.0f} {share:12.1f}")


def _ours(graph: Path) -> Run:
    return _run([sys.executable, "-m", "benchmarks.composition.ours"], graph, ROOT)


def _run(command: Sequence[str], graph: Path, cwd: Path) -> Run:
    result = subprocess.run([*command, str(graph)], cwd=cwd, check=True, capture_output=True, text=True)
    return Run(**json.loads(result.stdout))


if __name__ == "__main__":
    main()
