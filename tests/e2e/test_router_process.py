"""`softfactory router` as a process: starts, answers over sockets, survives bad subgraphs, stops when told so."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

SUPERGRAPH = Path(__file__).parents[1] / "cases/small_graph/supergraph.graphql"
SOFTFACTORY = Path(sys.executable).with_name("softfactory")
Start = Callable[..., tuple[subprocess.Popen[str], httpx.Client]]


@pytest.fixture
def start() -> Iterator[Start]:
    """`start("--option", …, NAME="value")` gives the process and a client of it."""
    started: list[subprocess.Popen[str]] = []
    clients: list[httpx.Client] = []

    def run(*options: str, **variables: str) -> tuple[subprocess.Popen[str], httpx.Client]:
        command = [str(SOFTFACTORY), "router", "--supergraph", str(SUPERGRAPH), "--port", "0", *options]
        environment = {**os.environ, **variables}
        process = subprocess.Popen(
            command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"Serving GraphQL at (http://127\.0\.0\.1:\d+)/[a-z]+\n", line)
        assert found, line
        clients.append(httpx.Client(base_url=found[1], trust_env=False))
        return process, clients[-1]

    yield run
    for client in clients:
        client.close()
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def subgraph() -> Iterator[str]:
    """Answers `/json`, `/html` and `/slow` as their names say."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/slow":
                released.wait(10)
            html = self.path == "/html"
            body = b"<h1>Bad gateway</h1>" if html else b'{"data": {"languages": ["EN"]}}'
            self.send_response(200)
            self.send_header("content-type", "text/html" if html else "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    released = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        released.set()
        server.shutdown()
        thread.join()


def languages(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/graphql", json={"query": "{ languages }"}).json()
    return answer


def test_serves_and_stops(start: Start, subgraph: str) -> None:
    process, client = start(ROUTER__SUBGRAPHS__GREETINGS__URL=f"{subgraph}/json")

    assert languages(client) == {"data": {"languages": ["EN"]}}
    assert client.get("/ready").json() == {"status": "ok"}
    assert '"query":"query FirstQuery {\\n  people {' in client.get("/").text
    assert client.get("/explorer/main.js").status_code == 200

    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("path", "timeout", "code"),
    [
        ("/html", "5", "SUBREQUEST_INVALID_RESPONSE"),
        ("/slow", "0.2", "SUBREQUEST_TIMEOUT"),
        (None, "5", "SUBREQUEST_CONNECTION_FAILED"),
    ],
)
def test_a_bad_subgraph_is_an_error_of_its_own(
    start: Start, subgraph: str, path: str | None, timeout: str, code: str
) -> None:
    url = f"{subgraph}{path}" if path else "http://127.0.0.1:1/"
    _, client = start(ROUTER__SUBGRAPHS__GREETINGS__URL=url, ROUTER__UPSTREAM__TIMEOUT_SECONDS=timeout)

    answer = languages(client)

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
    assert answer["errors"][0]["extensions"]["service"] == "greetings"
    assert subgraph not in str(answer)
    assert client.post("/graphql", json={"query": "{ __typename }"}).json() == {
        "data": {"__typename": "Query"}
    }


def test_metrics_are_the_sums_of_all_workers(start: Start, subgraph: str, tmp_path: Path) -> None:
    _, client = start(
        "--workers",
        "2",
        "--cache",
        "memory",
        ROUTER__SUBGRAPHS__GREETINGS__URL=f"{subgraph}/json",
        ROUTER__TELEMETRY__METRICS__ENABLED="true",
        ROUTER__CACHE__POLICY='{"*": {"maxAge": 60}}',
        TMPDIR=str(tmp_path),
    )
    asked = 20
    for _ in range(asked):  # over a connection of its own, which either worker may take
        answer = httpx.post(f"{client.base_url}/graphql", json={"query": "{ languages }"}, trust_env=False)
        assert answer.json() == {"data": {"languages": ["EN"]}}
    while _counted(client) < asked:
        time.sleep(0.05)
    assert _counted(client) == asked
    assert len({file.stem.rpartition("_")[2] for file in tmp_path.glob("*/counter_*.db")}) == 2


def _counted(client: httpx.Client) -> int:
    found = re.findall(
        r'fields_total\{coordinate="Query\.languages",result="\w+"\} ([\d.]+)', client.get("/metrics").text
    )
    return int(sum(map(float, found)))


def test_refuses_a_large_body_and_goes_on(start: Start) -> None:
    _, client = start(ROUTER__LIMITS__MAX_BODY_BYTES="1000")

    refused = client.post(
        "/graphql",
        content=(b" " * 1000 for _ in range(50)),
        headers={"content-type": "application/json"},
    )

    assert (refused.status_code, refused.headers["connection"]) == (413, "close")
    assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 200


def test_drains_before_it_stops(start: Start, subgraph: str) -> None:
    process, client = start(
        ROUTER__SUBGRAPHS__GREETINGS__URL=f"{subgraph}/json", ROUTER__SERVER__DRAIN_SECONDS="1"
    )
    began = time.monotonic()

    process.terminate()
    while client.get("/ready").status_code == 200:
        assert time.monotonic() - began < 1
    assert client.get("/ready").json() == {"status": "draining"}
    assert languages(client) == {"data": {"languages": ["EN"]}}

    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - began >= 1
    assert (process.returncode, errors) == (-signal.SIGTERM, "")


def test_a_second_signal_does_not_wait(start: Start) -> None:
    process, client = start(ROUTER__SERVER__DRAIN_SECONDS="60")

    process.terminate()
    while client.get("/ready").status_code == 200:
        pass
    process.terminate()

    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM


def test_options_win_over_the_file(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "router.yaml"
    file.write_text("introspection: true\nserver: {path: /api}\n")

    _, client = start("--config", str(file), "--no-introspection", "--no-explorer")

    answer = client.post("/api", json={"query": "{ __schema { queryType { name } } }"}).json()
    assert answer["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
    assert client.get("/").status_code == 404
