"""Each case in cases/ and deferred/ is a page: subgraphs, an operation, and its plan, which has to come out to the letter.

`UPDATE_PLANS=1 pytest tests/planner/test_plans.py` writes the plans anew, to be read before they are committed.
"""

import os

import pytest

from router.planner import plan
from router.planner.printer import print_plan
from tests.planner.harness import compare, read_operation
from tests.planner.pages import PAGES, Case


@pytest.fixture(params=PAGES, ids=[f"{path.parent.name}/{path.stem}" for path in PAGES])
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
