"""Changes between API schemas, by severity."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import build_schema

from router.composition.schema_changes import Severity, find_changes

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "schema_changes.yaml").read_text())
QUERY = "type Query { q: Int }\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['old']} to {case['new']}")
def test_finds(case: dict[str, Any]) -> None:
    changes = find_changes(build_schema(QUERY + case["old"]), build_schema(QUERY + case["new"]))
    found = {
        severity.value: sorted(change.code for change in changes if change.severity is severity)
        for severity in Severity
    }
    assert found == {severity.value: case.get(severity.value, []) for severity in Severity}
    assert [change.severity for change in changes] == sorted(
        (change.severity for change in changes), key=list(Severity).index
    )
