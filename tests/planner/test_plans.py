"""Each case in cases/ and deferred/ is a page: subgraphs, an operation, and its plan, which has to come out to the letter.

`UPDATE_PLANS=1 pytest tests/planner/test_plans.py` writes the plans anew, to be read before they are committed.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.planner import plan
from router.planner.printer import print_plan
from tests.planner.harness import compare, read_operation

CASES = sorted(
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


@pytest.fixture(params=CASES, ids=[f"{path.parent.name}/{path.stem}" for path in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    return Case.read(request.param)


def test_plan(case: Case) -> None:
    found = print_plan(plan(case.supergraph, read_operation(case.supergraph, case.operation)))
    if os.environ.get("UPDATE_PLANS"):
        page = case.path.read_text().split("\n```plan\n")[0].rstrip("\n")
        case.path.write_text(f"{page}\n\n```plan\n{found}\n```\n")
    else:
        assert found == case.plan


async def test_answer(case: Case) -> None:
    variables = {"more": True, "never": False, "later": True, "id": "x", "tag": None}
    for seed in range(5):
        found = await compare(case.supergraph, case.operation, variables, seed=seed)
        assert found.answer == found.expected
        assert not found.errors
