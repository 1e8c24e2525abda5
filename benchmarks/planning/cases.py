"""What is planned: suites of operations, each on a supergraph in a file."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.planning.large_graph import large_graph, large_operations
from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from tests.planner.random_graph import RandomGraph, random_operation

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
_RANDOM_GRAPHS = 100
_OPERATIONS = 3


@dataclass(frozen=True)
class Case:
    id: str
    supergraph: str
    operation: str
    name: str | None = None
    labels: tuple[str, ...] = ()
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """`slug` names its files."""

    slug: str
    title: str
    cases: list[Case]

    def write(self, folder: Path) -> Path:
        """A file that both planners read; supergraphs go into files of their own, each once."""
        supergraphs = {
            sdl: number for number, sdl in enumerate(dict.fromkeys(c.supergraph for c in self.cases))
        }
        files = []
        for sdl, number in supergraphs.items():
            file = folder / f"{self.slug}-{number}.graphql"
            file.write_text(sdl)
            files.append(str(file))
        cases = [{**vars(case), "supergraph": supergraphs[case.supergraph]} for case in self.cases]
        file = folder / f"{self.slug}.json"
        file.write_text(json.dumps({"supergraphs": files, "cases": cases}))
        return file


def suites(folder: Path) -> Iterator[Suite]:
    """Those that can be had on this machine. `folder` is for what takes long to make."""
    corpus = CORPORA / "plans.dev.jsonl"
    if corpus.exists():
        yield Suite("corpus", "the reference's test cases", list(_corpus(corpus)))
    yield Suite("random", "random small graphs", list(_random()))
    yield Suite("large", "a large graph", list(_large(folder)))
    generator = CORPORA / "large" / "generate.py"
    if generator.exists():
        yield Suite("shared", "the large graph of shared/corpora", list(_generated(generator, folder)))


def _corpus(file: Path) -> Iterator[Case]:
    for line in file.read_text().splitlines():
        found = json.loads(line)
        if "plan_error" not in found or not found["plan_error"]:
            conditions = (found.get("options") or {}).get("overrideConditions") or {}
            labels = tuple(label for label, is_on in conditions.items() if is_on)
            yield Case(
                found["id"],
                found["supergraph"],
                found["operation"],
                found.get("operation_name"),
                labels,
                found.get("config") or {},
            )


def _random() -> Iterator[Case]:
    for seed in range(_RANDOM_GRAPHS):
        sdl = compose(RandomGraph(seed).subgraphs).supergraph_sdl
        schema = Supergraph.parse(sdl).api_schema
        for number in range(_OPERATIONS):
            operation = random_operation(schema, seed * _OPERATIONS + number)
            yield Case(f"{seed}/{number}", sdl, operation.text)


def _large(folder: Path) -> Iterator[Case]:
    sdl = _composed(folder / "large.composed.graphql", large_graph())
    for name, operation in large_operations().items():
        yield Case(name, sdl, operation)


def _generated(generator: Path, folder: Path) -> Iterator[Case]:
    made = folder / "generated"
    if not (made / "operations.json").exists():
        subprocess.run([sys.executable, str(generator), str(made)], check=True, capture_output=True)
    given = json.loads((made / "subgraphs.json").read_text())
    subgraphs = [Subgraph(each["name"], each["url"], each["sdl"]) for each in given]
    sdl = _composed(made / "supergraph.graphql", subgraphs)
    for name, operation in json.loads((made / "operations.json").read_text()).items():
        yield Case(name, sdl, operation)


def _composed(file: Path, subgraphs: list[Subgraph]) -> str:
    if not file.exists():
        file.write_text(compose(subgraphs).supergraph_sdl)
    return file.read_text()
