"""The pages of cases/ and deferred/: subgraphs, an operation, and its plan."""

import re
from dataclasses import dataclass
from pathlib import Path

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph

PAGES = sorted(
    each for folder in ("cases", "deferred") for each in (Path(__file__).parent / folder).glob("*.md")
)
_BLOCK = re.compile(r"```(\w+) ?(\S*)\n(.*?)\n```", re.DOTALL)


@dataclass(frozen=True)
class Case:
    path: Path
    supergraph: Supergraph
    operation: str
    plan: str | None

    @classmethod
    def read(cls, path: Path) -> "Case":
        blocks = {(kind, name): body for kind, name, body in _BLOCK.findall(path.read_text())}
        subgraphs = [
            Subgraph(name, f"http://{name}.invalid", body)
            for (kind, name), body in blocks.items()
            if kind == "graphql" and name != "operation"
        ]
        supergraph = Supergraph.parse(compose(subgraphs).supergraph_sdl)
        return cls(path, supergraph, blocks["graphql", "operation"], blocks.get(("plan", "")))
