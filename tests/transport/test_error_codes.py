"""Every error code that the router can give is in the guide."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GIVEN = re.compile(r"""(?:Error|_unsupported|super\(\)\.__init__)\(\s*"([A-Z]+(?:_[A-Z]+)+)\"""")
# Their codes are seen by whoever composes, or by nobody but the log.
ELSEWHERE = ("composition", "compiler", "federation", "upstream", "planner/nodes.py")


def test_the_guide_names_every_code() -> None:
    guide = (ROOT / "docs/router.md").read_text()
    given = {
        code
        for file in (ROOT / "router").rglob("*.py")
        if not str(file.relative_to(ROOT / "router")).startswith(ELSEWHERE)
        for code in GIVEN.findall(file.read_text())
    }

    assert {"INVALID_JSON", "MISSING_QUERY", "MAX_DEPTH_EXCEEDED"} <= given
    assert sorted(code for code in given if f"`{code}`" not in guide) == []
