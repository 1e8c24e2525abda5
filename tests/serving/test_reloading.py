"""A changed supergraph and changed settings, taken in by processes that answer all the while."""

import hashlib
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.serving.processes import ANSWER, Load, Router, Subgraph, subgraph, until, with_dialects

Start = Callable[..., Router]
NEW_FIELD = '{ __type(name: "Query") { fields { name } } }'
ONE_OR_TWO = pytest.mark.parametrize("workers", [1, 2])


def has_dialects(router: Router) -> bool:
    fields = router.ask(NEW_FIELD)["data"]["__type"]["fields"]
    return "dialects" in [field["name"] for field in fields]


def rewrite(file: Path, text: str) -> None:
    """As careful writers do: another file first, which then takes the name."""
    draft = file.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(file)


@ONE_OR_TWO
def test_a_signal_takes_in_a_new_supergraph(start: Start, supergraph: Path, workers: int) -> None:
    router = start(supergraph, "--no-watch", "--workers", str(workers))
    before = router.get("/health").json()

    with Load(router.port) as load:
        rewrite(supergraph, with_dialects(supergraph.read_text()))
        router.process.send_signal(signal.SIGHUP)
        router.said("Serving supergraph", times=workers)
        load.goes_on()

    assert load.failures == []
    assert [has_dialects(router) for _ in range(2 * workers)] == [True] * (2 * workers)
    after = router.get("/health").json()
    assert after["supergraph"]["id"] == hashlib.sha256(supergraph.read_bytes()).hexdigest()[:16]
    assert before["supergraph"]["id"] != after["supergraph"]["id"]
    assert after["last_reload_error"] is None


@ONE_OR_TWO
def test_a_changed_file_is_taken_in(start: Start, supergraph: Path, workers: int) -> None:
    router = start(supergraph, "--workers", str(workers))

    with Load(router.port) as load:
        supergraph.write_text(with_dialects(supergraph.read_text()))
        router.said("Serving supergraph", times=workers)
        load.goes_on()

    assert load.failures == []
    assert has_dialects(router)


@ONE_OR_TWO
def test_a_supergraph_that_is_not_valid_changes_nothing(start: Start, supergraph: Path, workers: int) -> None:
    router = start(supergraph, "--workers", str(workers))
    good = supergraph.read_text()

    rewrite(supergraph, "type Query {")
    router.said("The new release is refused, and the old one goes on. INVALID_SUPERGRAPH: ")
    until(lambda: router.get("/health").json()["last_reload_error"], "the error in /health")
    health = router.get("/health")

    assert health.json()["last_reload_error"]["code"] == "INVALID_SUPERGRAPH"
    assert str(supergraph.parent) not in health.text
    assert router.get("/ready").json() == {"status": "ok"}
    assert router.ask("{ languages }") == ANSWER

    rewrite(supergraph, with_dialects(good))
    router.said("Serving supergraph", times=workers)
    until(lambda: router.get("/health").json()["last_reload_error"] is None, "the end of the error")
    assert router.words().count("refused") == 1


@ONE_OR_TWO
def test_settings_that_are_not_valid_change_nothing(
    start: Start, supergraph: Path, tmp_path: Path, workers: int
) -> None:
    settings = tmp_path / "router.yaml"
    settings.write_text("introspection: true")
    router = start(supergraph, "--config", str(settings), "--workers", str(workers))

    settings.write_text("introspecktion: false")
    router.said("INVALID_SETTINGS: ")
    settings.write_text("subgraphs: {nobody: {timeout_seconds: 1}}")
    router.said("INVALID_SUBGRAPH_SETTINGS: ")

    assert router.ask("{ languages }") == ANSWER
    settings.write_text("introspection: false")
    router.said("Serving supergraph", times=workers)
    [error] = router.ask(NEW_FIELD)["errors"]
    assert error["extensions"]["code"] == "INTROSPECTION_DISABLED"


@ONE_OR_TWO
def test_settings_apply_without_a_restart(
    start: Start, supergraph: Path, tmp_path: Path, workers: int
) -> None:
    settings = tmp_path / "router.yaml"
    settings.write_text("{}")
    router = start(supergraph, "--config", str(settings), "--workers", str(workers))

    with subgraph({"data": {"languages": ["KO"]}}) as other:
        settings.write_text(
            f"subgraphs: {{greetings: {{url: '{other.url}/now'}}}}\n"
            "limits: {max_depth: 1}\n"
            "server: {host: 127.0.0.2}"
        )
        router.said("Serving supergraph", times=workers)

        assert router.ask("{ languages }") == {"data": {"languages": ["KO"]}}
        [error] = router.ask("{ people { name } }")["errors"]
        assert error["extensions"]["code"] == "MAX_DEPTH_EXCEEDED"
        router.said("server.host has changed, which applies after a restart")


def test_requests_under_way_end_with_the_supergraph_they_began_with(
    start: Start, supergraph: Path, greetings: Subgraph
) -> None:
    router = start(supergraph, "--no-watch")
    slow = supergraph.read_text().replace(f"{greetings.url}/now", f"{greetings.url}/slow")
    supergraph.write_text(slow)
    router.process.send_signal(signal.SIGHUP)
    router.said("Serving supergraph")

    with Asking(router) as asking:
        assert greetings.waiting.acquire(timeout=30)
        supergraph.write_text(slow.replace(f"{greetings.url}/slow", f"{greetings.url}/now"))
        router.process.send_signal(signal.SIGHUP)
        router.said("Serving supergraph", times=2)
        assert router.ask("{ languages }") == ANSWER
        assert asking.answers == []
        greetings.release.set()

    assert asking.answers == [ANSWER]


def test_persisted_queries_outlive_a_reload(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--no-watch")
    query = "{ languages }"
    sha256 = hashlib.sha256(query.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha256}}
    assert router.ask(query, extensions=extensions) == ANSWER

    supergraph.write_text(with_dialects(supergraph.read_text()))
    router.process.send_signal(signal.SIGHUP)
    router.said("Serving supergraph")

    assert router.ask(None, extensions=extensions) == ANSWER


def test_a_signal_reads_what_settings_only_name(start: Start, supergraph: Path, tmp_path: Path) -> None:
    examples = tmp_path / "examples"
    examples.mkdir()
    router = start(supergraph, ROUTER__EXPLORER__EXAMPLES=str(examples))
    assert "Ask for languages" not in router.get("/").text
    (examples / "one.graphql").write_text("# Ask for languages\n{ languages }\n")

    for number in (signal.SIGHUP, signal.SIGUSR2):
        router.process.send_signal(number)
        router.said("Serving supergraph", times=1 if number == signal.SIGHUP else 2)

    assert "Ask for languages" in router.get("/").text


def test_the_first_worker_that_refuses_keeps_it_from_the_others(
    start: Start, supergraph: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "router.yaml"
    settings.write_text("{}")
    router = start(supergraph, "--config", str(settings), "--workers", "2")
    workers = router.workers()

    (tmp_path / "bad.graphql").write_bytes(b"\xff")
    settings.write_text(f"explorer: {{examples: {tmp_path}}}\nlimits: {{max_depth: 1}}")
    router.said("EXAMPLES_NOT_READABLE: ")
    os.kill(workers[0], signal.SIGKILL)
    router.said("is ready", times=3)

    answers = [router.ask("{ people { name } }") for _ in range(8)]
    assert all(answer["errors"][0]["extensions"]["code"] != "MAX_DEPTH_EXCEEDED" for answer in answers)


class Asking:
    """One request in a thread."""

    def __init__(self, router: Router) -> None:
        self.answers: list[Any] = []
        self._thread = threading.Thread(target=lambda: self.answers.append(router.ask("{ languages }")))

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join(30)
