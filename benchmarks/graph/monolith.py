"""Makes expected.json, without any federation: `python -m benchmarks.graph.monolith`."""

import json
from pathlib import Path
from typing import Any

from graphql import build_schema, graphql_sync

from benchmarks.graph.world import load

FOLDER = Path(__file__).parent


def answer(operation: str) -> dict[str, Any]:
    """What one server with all the data says."""
    schema = build_schema((FOLDER / "monolith.graphql").read_text())
    return dict(graphql_sync(schema, operation, load()).formatted)


if __name__ == "__main__":
    expected = answer((FOLDER / "operation.graphql").read_text())
    (FOLDER / "expected.json").write_text(json.dumps(expected, separators=(",", ":"), ensure_ascii=False))
