"""Our own graph as a person meets it: `softfactory up`, a browser, the button."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from launcher import state
from launcher.errors import LaunchError

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("softfactory")


@pytest.fixture(scope="module")
def platform(scratch: Path) -> Iterator[str]:
    """The URL of the whole graph, with a small seed."""
    root = scratch / "one-graph"
    root.mkdir()
    for name in ("supergraph.yaml", "router.yaml"):
        shutil.copy(ROOT / name, root)
    for name in ("schema", "examples"):
        shutil.copytree(ROOT / name, root / name)
    process = subprocess.Popen(
        [COMMAND, "up", "--port", "0", "--users", "20"],
        cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield _url(root, process)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _url(root: Path, process: subprocess.Popen[str]) -> str:
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        try:
            running = state.running(root / ".data")
        except LaunchError:
            running = None
        if running and running.url:
            return running.url
        time.sleep(0.05)
    process.terminate()
    raise AssertionError(process.communicate()[0])


def test_the_first_tab_runs_and_shows_data(platform: str, visit: Any) -> None:
    visit.page.goto(platform)
    with visit.page.expect_response(_is_answer) as answered:
        visit.run()
    answer = answered.value.json()

    assert "errors" not in answer
    me, experiences = answer["data"]["me"], answer["data"]["experiences"]
    lists = {name: value["nodes"] for name, value in me.items() if isinstance(value, dict)}
    assert [name for name, nodes in lists.items() if not nodes] == []
    assert len(lists) >= 6
    assert experiences["nodes"]
    expect(visit.answer()).to_contain_text('"data"')
    visit.keep_picture("one-graph")
    assert visit.elsewhere() == []
    assert visit.problems == []


def _is_answer(response: Any) -> bool:
    """Of the query; GraphiQL asks for the schema, too."""
    return response.url.endswith("/graphql") and "__schema" not in (response.request.post_data or "")
