"""One of two subgraphs is killed, falls silent, sends half an answer, or far too much: who asks the other one notices nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

SCRIPT = Path(__file__).with_name("moody_subgraph.py")
SUPERGRAPH = Path(__file__).parents[1] / "cases/small_graph/supergraph.graphql"
SOFTFACTORY = Path(sys.executable).with_name("softfactory")
RIGHT = {"data": {"languages": ["EN", "KO"]}}
PEOPLE = {"data": {"people": [{"name": "Ada"}]}}
LIMIT = 8_000_000


@dataclass
class Subgraph:
    """A process of its own."""

    mood: Path
    port: int = 0
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """At the same port as before, if it has had one."""
        command = [sys.executable, str(SCRIPT), str(self.port), str(self.mood)]
        self.process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """As `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def feel(self, mood: str) -> None:
        """From the next request on."""
        self.mood.write_text(f"{mood}\n")


@dataclass
class Running:
    """The router, with a subgraph whose moods change, and one that is always well."""

    client: httpx.Client
    greetings: Subgraph
    process: "subprocess.Popen[str]"

    def ask(self, query: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.post("/graphql", json={"query": query}).json()
        return answer

    def peak_memory(self) -> int:
        """In bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    subgraphs = {name: Subgraph(tmp_path / name) for name in ("greetings", "people")}
    for subgraph in subgraphs.values():
        subgraph.feel("well")
        subgraph.start()
    settings = {
        "supergraph": str(SUPERGRAPH),
        "server": {"port": 0},
        "upstream": {"timeout_seconds": 2, "max_response_bytes": LIMIT},
        "subgraphs": {name: {"url": f"http://127.0.0.1:{each.port}/"} for name, each in subgraphs.items()},
    }
    config = tmp_path / "router.yaml"
    config.write_text(json.dumps(settings))
    process = subprocess.Popen(
        [str(SOFTFACTORY), "router", "--config", str(config)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("Serving GraphQL at ").removesuffix("/graphql\n")
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield Running(client, subgraphs["greetings"], process)
    process.kill()
    process.communicate()
    for subgraph in subgraphs.values():
        subgraph.kill()


def beside(running: Running, query: str) -> dict[str, Any]:
    """The answer to a query whose subgraph is broken, after many to others that were answered at the same time."""
    with ThreadPoolExecutor(8) as threads:
        broken = [threads.submit(running.ask, query) for _ in range(4)]
        others = [threads.submit(running.ask, "{ people { name } }") for _ in range(60)]
        assert [each.result() for each in others] == [PEOPLE] * 60
        answers = [each.result() for each in broken]
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


def error_of(answer: dict[str, Any]) -> tuple[str, str, Any]:
    assert answer["data"] is None
    [error] = answer["errors"]
    return error["extensions"]["code"], error["extensions"]["service"], error.get("path")


def test_a_subgraph_that_is_killed_and_comes_back(running: Running) -> None:
    assert running.ask("{ languages }") == RIGHT
    running.greetings.kill()
    failed = beside(running, "{ languages }")
    assert error_of(failed) == ("SUBREQUEST_CONNECTION_FAILED", "greetings", ["languages"])
    running.greetings.start()
    assert running.ask("{ languages }") == RIGHT


# mood, code
MOODS = [
    ("silent", "SUBREQUEST_TIMEOUT"),
    ("half", "SUBREQUEST_INVALID_RESPONSE"),
    ("huge", "SUBREQUEST_INVALID_RESPONSE"),
    ("garbage", "SUBREQUEST_INVALID_RESPONSE"),
]


@pytest.mark.parametrize(("mood", "code"), MOODS)
def test_a_subgraph_in_a_bad_mood(running: Running, mood: str, code: str) -> None:
    assert running.ask("{ languages }") == RIGHT
    before = running.peak_memory()
    running.greetings.feel(mood)
    failed = beside(running, "{ languages }")
    assert error_of(failed) == (code, "greetings", ["languages"])
    assert running.peak_memory() - before < 10 * LIMIT
    running.greetings.feel("well")
    assert running.ask("{ languages }") == RIGHT


def test_half_of_the_answer_is_better_than_none(running: Running) -> None:
    """The people are there, their greetings are not."""
    running.greetings.kill()
    answer = running.ask("{ people { name greeting } }")
    assert answer["data"] == {"people": [{"name": "Ada", "greeting": None}]}
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("SUBREQUEST_CONNECTION_FAILED", ["people", 0])
