"""Plans every case of a file with our planner, and writes what it took. The twin of peer/plan.js."""

import gc
import json
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from router.errors import RouterError
from router.federation.supergraph import InvalidSupergraphError, Supergraph
from router.operation import choose_operation, parse_document
from router.planner import plan


def main() -> None:
    """`ours.py CASES RESULTS REPEATS`."""
    cases_file, results_file, repeats = sys.argv[1:]
    given = json.loads(Path(cases_file).read_text())
    results: dict[str, Any] = {"load": 0.0, "cases": {}}
    for index, file in enumerate(given["supergraphs"]):
        sdl = Path(file).read_text()
        begin = perf_counter()
        supergraph = _load(sdl)
        results["load"] += (perf_counter() - begin) * 1000
        for case in given["cases"]:
            if case["supergraph"] == index:
                results["cases"][case["id"]] = _measure(supergraph, case, int(repeats))
    results["peakMegabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(results_file).write_text(json.dumps(results))


def _load(sdl: str) -> Supergraph:
    """As the router does before it serves: what lasts is taken out of the sight of garbage collections."""
    gc.unfreeze()
    supergraph = Supergraph.parse(sdl)
    with suppress(InvalidSupergraphError):
        _ = supergraph.api_schema
    _ = supergraph.graphs_of
    gc.collect()
    gc.freeze()
    return supergraph


def _measure(supergraph: Supergraph, case: dict[str, Any], repeats: int) -> dict[str, Any]:
    def work() -> None:
        operation = choose_operation(parse_document(case["operation"]), case["name"])
        plan(supergraph, operation, frozenset(case["labels"]))

    try:
        first = _elapsed(work)
        return {"first": first, "again": [_elapsed(work) for _ in range(repeats)]}
    except RouterError as error:
        return {"error": error.message}


def _elapsed(work: Callable[[], None]) -> float:
    begin = perf_counter()
    work()
    return (perf_counter() - begin) * 1000


if __name__ == "__main__":
    main()
