"""The graphs whose supergraph is replaced under load: one of ordinary size, and a large one."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.graph.serve import PORT
from benchmarks.planning.large_graph import large_graph, large_operations
from router.composition import compose

_GRAPH: Final = Path(__file__).parents[1] / "graph"
_LARGE_PORT: Final = 4811
_ENTITY: Final = {"id": "1", "name": "a name", "f1": "one", "f2": "two", "peer": {"name": "b", "f3": "three"}}


@dataclass(frozen=True, slots=True)
class Graph:
    """`body` is the request of the load, `port` where the subgraphs of the command answer, `rate` in requests per second."""

    name: str
    supergraph: str
    body: bytes
    port: int
    subgraphs: Sequence[str]
    rate: int


def own_graph() -> Graph:
    """Four subgraphs; seven calls to them for each request."""
    query = (_GRAPH / "operation.graphql").read_text()
    return Graph(
        "own",
        (_GRAPH / "supergraph.graphql").read_text(),
        json.dumps({"query": query}).encode(),
        PORT,
        (sys.executable, "-m", "benchmarks.graph.serve"),
        rate=100,
    )


def large(folder: Path) -> Graph:
    """40 subgraphs with 1,000 entities; one call for each request."""
    answer = folder / "answer.json"
    answer.write_text(json.dumps({"data": {"t0x0": _ENTITY}}))
    sdl = compose(large_graph()).supergraph_sdl
    return Graph(
        "large",
        sdl.replace('url: "http://g', f'url: "http://127.0.0.1:{_LARGE_PORT}/g'),
        json.dumps({"query": large_operations()["one fetch"]}).encode(),
        _LARGE_PORT,
        (sys.executable, "-m", "benchmarks.reload.subgraph", str(_LARGE_PORT), str(answer)),
        rate=400,
    )
