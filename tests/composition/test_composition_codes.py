"""Every code of composition is raised by the smallest subgraphs that show it, and by them alone."""

import ast
import re
from pathlib import Path

import pytest

from router.composition import CompositionError, compose
from router.composition.fixes import FIXES
from tests.composition.composition_cases import Case, load

ERRORS = load("errors.yaml")
HINTS = load("hints.yaml")
ROOT = Path(__file__).parents[2]
DOCUMENTATION = (ROOT / "docs" / "composition.md").read_text()


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.id)
def test_refuses_with_the_code(case: Case) -> None:
    with pytest.raises(CompositionError) as caught:
        compose(case.subgraphs)
    assert {problem.code for problem in caught.value.problems} == case.codes
    assert all(problem.message for problem in caught.value.problems)


@pytest.mark.parametrize("case", HINTS, ids=lambda case: case.id)
def test_accepts_with_the_hint(case: Case) -> None:
    assert {hint.code for hint in compose(case.subgraphs).hints} == case.codes


@pytest.mark.parametrize("code", sorted({code for case in ERRORS + HINTS for code in case.codes}))
def test_documentation_has_the_code(code: str) -> None:
    assert f"| {code} |" in DOCUMENTATION


def test_no_code_is_without_a_case() -> None:
    shown = {code for case in ERRORS + HINTS for code in case.codes}
    assert set(re.findall(r"^\| ([A-Z_]+) \|", DOCUMENTATION, re.MULTILINE)) == shown


def _raised_codes() -> set[str]:
    """The codes that the source gives to problems and hints as they stand, without those it puts together."""
    found = set()
    for file in (ROOT / "router" / "composition").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0] if node.args else None
            if name in ("problem", "hint", "CompositionProblem", "Hint") and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


def test_every_code_of_the_source_is_documented() -> None:
    codes = _raised_codes()
    assert len(codes) > 60
    assert [code for code in sorted(codes) if code not in DOCUMENTATION] == []


def test_fixes_are_for_codes_that_exist() -> None:
    assert FIXES.keys() <= {code for case in ERRORS for code in case.codes}


def test_problems_say_where_they_are() -> None:
    case = next(case for case in ERRORS if case.id == "FIELD_TYPE_MISMATCH fields of an object")
    with pytest.raises(CompositionError) as caught:
        compose(case.subgraphs)
    (problem,) = caught.value.problems
    assert [(at.subgraph, at.line) for at in problem.locations] == [("a", 2), ("b", 2)]
    lines = [
        each.sdl.splitlines()[at.line - 1] for each, at in zip(case.subgraphs, problem.locations, strict=True)
    ]
    assert all(
        line[at.column - 1 :].startswith("x:") for line, at in zip(lines, problem.locations, strict=True)
    )
