"""Gateways as processes: our router by its command, and those of others under Node.js."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

FOLDER = Path(__file__).parent
SOFTFACTORY = Path(sys.executable).with_name("softfactory")
OURS = "softfactory"
OTHERS = ("apollo", "hive")
_SERVING = re.compile(r"Serving GraphQL at (http://127\.0\.0\.1:\d+)/graphql\n")
_ROUTED = re.compile(r'(@join__graph\(\s*name: "(\w+)",\s*url: )"[^"]*"')


@contextmanager
def gateway(name: str, supergraph: Path) -> Iterator[httpx.Client]:
    """A client of the gateway."""
    command = (
        [str(SOFTFACTORY), "router", "--port", "0", "--supergraph", str(supergraph)]
        if name == OURS
        else ["node", str(FOLDER / f"{name}.js"), str(supergraph)]
    )
    with (
        process(command) as (line, _),
        httpx.Client(base_url=_url(line), trust_env=False, timeout=60) as client,
    ):
        yield client


@contextmanager
def process(
    command: list[str], cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The first line that a server prints, and the server. It is killed at the end."""
    with tempfile.TemporaryFile("w+") as errors:
        started = subprocess.Popen(
            command, cwd=cwd, env=env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            assert started.stdout is not None
            line = started.stdout.readline()
            if not line:
                errors.seek(0)
                raise AssertionError(f"{command} did not start: {errors.read()}")
            yield line, started
        finally:
            started.kill()
            started.communicate()


def _url(line: str) -> str:
    found = _SERVING.fullmatch(line)
    assert found, line
    return found[1]


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    """The answer to a query."""
    return client.post("/graphql", json={"query": query}, headers=headers)


def rerouted(sdl: str, urls: Mapping[str, str]) -> str:
    """The supergraph with other URLs for its subgraphs. Raises KeyError for a subgraph without one."""
    return _ROUTED.sub(lambda found: f'{found[1]}"{urls[found[2]]}"', sdl)


def fetches(supergraph: Path, operation: Path) -> int:
    """How many requests to subgraphs our plan has."""
    command = [str(SOFTFACTORY), "plan", "--supergraph", str(supergraph), "--operation", str(operation)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    return printed.stdout.count("Fetch(")
