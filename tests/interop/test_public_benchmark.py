"""The public benchmark of federation gateways, where its files are beside the project."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop import npm
from tests.interop.gateways import OURS, fetches, process, rerouted

BENCH = Path(__file__).parents[3] / "shared" / "bench"
NAMES = ("accounts", "inventory", "products", "reviews")
MOST_FETCHES = 7

pytestmark = pytest.mark.skipif(not BENCH.exists(), reason="needs the public benchmark in ../shared/bench")


@pytest.fixture(scope="module")
def supergraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With the benchmark's own subgraphs behind it."""
    folder = tmp_path_factory.mktemp("public") / "bench"
    shutil.copytree(BENCH, folder, ignore=shutil.ignore_patterns("node_modules"))
    npm.install(folder, command="install")
    with process(["node", "server.js"], folder, {**os.environ, "PORT": "0"}) as (line, _):
        found = re.search(r"port: (\d+)", line)
        assert found, line
        urls = {name: f"http://127.0.0.1:{found[1]}/{name}" for name in NAMES}
        file = folder / "rerouted.graphql"
        file.write_text(rerouted((BENCH / "supergraph.graphql").read_text(), urls))
        yield file


@pytest.mark.parametrize(
    ("query", "expected"),
    [("full", "expected"), ("top", "expected-top"), ("users", "expected-users")],
)
def test_answers_to_the_byte(start: Any, supergraph: Path, query: str, expected: str) -> None:
    body = json.loads((BENCH / "queries" / f"{query}.json").read_text())

    answer = start(OURS, supergraph).post("/graphql", json=body)

    assert answer.content == (BENCH / f"{expected}.json").read_bytes().rstrip()


def test_needs_few_fetches() -> None:
    assert fetches(BENCH / "supergraph.graphql", BENCH / "operation.graphql") <= MOST_FETCHES
