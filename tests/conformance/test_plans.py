"""No plan of ours is worse than the reference's, where its corpus is at hand."""

from collections import Counter

import pytest

from tests.conformance.plans import DEFAULT, check, read_cases


@pytest.mark.skipif(not DEFAULT.exists(), reason="the corpus of reference plans lies outside the project")
def test_no_plan_is_worse_than_the_references() -> None:
    spread: Counter[str] = Counter()
    problems = {f"{case['id']} {case['test']}": check(case, spread) for case in read_cases(DEFAULT)}
    assert {name: problem for name, problem in problems.items() if problem is not None} == {}
