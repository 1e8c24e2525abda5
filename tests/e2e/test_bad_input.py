"""What a router process says to requests and subgraphs that are wrong: each has a code of its own, and it goes on serving."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

GRAPH = Path(__file__).parents[2] / "benchmarks" / "graph"
SOFTFACTORY = Path(sys.executable).with_name("softfactory")
LARGEST_BODY = 20_000
NOBODY_LISTENS = "http://127.0.0.1:1/"
CITIES = {"data": {"cities": [{"name": "Seoul"}]}}
PAGE = b"<h1>Secret page of a proxy</h1>"


class Subgraphs(BaseHTTPRequestHandler):
    """`/venues` answers as a subgraph does, `/html` as a proxy that hides one."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        well = self.path == "/venues"
        body = b'{"data": {"cities": [{"name": "Seoul"}]}}' if well else PAGE
        self.send_response(200)
        self.send_header("content-type", "application/json" if well else "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Of a router in front of one subgraph that is well, and two that are not. All tests use the same process."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Subgraphs) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        subgraphs = f"http://127.0.0.1:{server.server_port}"
        environment = {
            "ROUTER__LIMITS__MAX_BODY_BYTES": str(LARGEST_BODY),
            "ROUTER__SUBGRAPHS__VENUES__URL": f"{subgraphs}/venues",
            "ROUTER__SUBGRAPHS__PROGRAMME__URL": NOBODY_LISTENS,
            "ROUTER__SUBGRAPHS__ARTISTS__URL": f"{subgraphs}/html",
        }
        with _router(environment) as process:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("Serving GraphQL at ").strip()
            with httpx.Client(base_url=url.removesuffix("/graphql"), trust_env=False) as client:
                yield client
            assert process.poll() is None  # the same process served all of them
            process.kill()
        server.shutdown()
        thread.join()


def _router(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [SOFTFACTORY, "router", "--supergraph", GRAPH / "supergraph.graphql", "--port", "0"],
        env={**os.environ, **environment}, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@dataclass(frozen=True)
class Case:
    """`extensions` are those of the one error, beside its code. `data` is left out where nothing was executed."""

    name: str
    code: str
    body: Any
    status: int = 200
    extensions: dict[str, Any] = field(default_factory=dict)
    executed: bool = False


CONCERTS = "query Concerts($first: Int) { concerts(first: $first) { title } }"
CASES = (
    Case("unknown field", "GRAPHQL_VALIDATION_FAILED", {"query": "{ cities { nmae } }"}),
    Case("unknown argument", "GRAPHQL_VALIDATION_FAILED", {"query": "{ cities(first: 1) { name } }"}),
    Case("syntax error", "GRAPHQL_PARSE_FAILED", {"query": "{ cities { name }"}),
    Case("wrong variable type", "BAD_USER_INPUT", {"query": CONCERTS, "variables": {"first": "two"}}),
    Case("variable out of range", "BAD_USER_INPUT", {"query": CONCERTS, "variables": {"first": 2**31}}),
    Case("oversized body", "REQUEST_TOO_LARGE", {"query": "{ cities { name } }" + " " * LARGEST_BODY}, status=413),
    Case("no query", "MISSING_QUERY", {}, status=400),
    Case("unreachable subgraph", "SUBREQUEST_CONNECTION_FAILED", {"query": "{ concerts { title } }"},
         extensions={"service": "programme"}, executed=True),
    Case("subgraph answers HTML", "SUBREQUEST_INVALID_RESPONSE", {"query": "{ artists { name } }"},
         extensions={"service": "artists"}, executed=True),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_has_its_own_error_and_the_router_goes_on(client: httpx.Client, case: Case) -> None:
    answer = client.post("/graphql", json=case.body)

    body = answer.json()
    assert answer.status_code == case.status
    assert [error["extensions"] for error in body["errors"]] == [{"code": case.code, **case.extensions}]
    assert ("data" in body) is case.executed
    assert not any(secret in answer.text for secret in ("Traceback", "127.0.0.1", "Secret page", "router/"))
    assert client.post("/graphql", json={"query": "{ cities { name } }"}).json() == CITIES


def test_is_well_after_all_of_it(client: httpx.Client) -> None:
    assert client.get("/ready").json() == {"status": "ok"}
