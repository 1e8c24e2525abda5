"""`softfactory up` as a person runs it, with one service and a supergraph of a few fields."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from launcher import state
from launcher.postgres import PostgresCluster

COMMAND = [str(Path(sys.executable).with_name("softfactory"))]

CASE = Path(__file__).parents[1] / "cases" / "one_service"


@pytest.fixture(scope="module")
def root(scratch: Path) -> Path:
    """A project folder; what one test seeds, the next one finds."""
    return project(scratch / "project")


def project(root: Path) -> Path:
    (root / "schema").mkdir(parents=True)
    shutil.copy(CASE / "supergraph.yaml", root)
    shutil.copy(CASE / "supergraph.graphql", root / "schema")
    return root


@contextmanager
def started(root: Path, *options: str, **popen: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *options],
        cwd=root,
        stderr=subprocess.STDOUT,
        text=True,
        **{"stdout": subprocess.PIPE, **popen},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_url(root: Path) -> str:
    for _ in range(1200):
        try:
            running = state.running(root / ".data")
        except state.LaunchError:
            running = None
        if running and running.url:
            return running.url
        time.sleep(0.05)
    raise AssertionError("The graph was not served within 60 s")


def servers(root: Path) -> set[str]:
    """The names of the database servers that work in the folder: both change into that of their data."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(root / ".data"):
                found.add((process / "comm").read_text().strip())
        except OSError:
            continue
    return found


def wait_until_none_is_left(root: Path) -> None:
    for _ in range(400):
        if not servers(root):
            return
        time.sleep(0.05)
    raise AssertionError(f"Servers outlived the command: {servers(root)}")


def softfactory(root: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=root, capture_output=True, text=True, check=False, **options
    )


def test_a_graph_is_served_asked_and_stopped(root: Path) -> None:
    with started(root, "up", "--port", "0", "--users", "20") as process:
        url = wait_for_url(root)

        token = softfactory(root, "token", "demo@softfactory.com").stdout.strip()
        headers = {"authorization": f"Bearer {token}"}
        answer = httpx.post(f"{url}/graphql", json={"query": "{ me { email } }"}, headers=headers).json()
        traced = httpx.post(
            f"{url}/graphql", json={"query": "{ __typename }"}, headers={"softfactory-cache-debug": "1"}
        ).json()
        page = httpx.get(url, headers={"accept": "text/html"}).text
        stranger = softfactory(root, "token", "nobody@softfactory.com")
        second = softfactory(root, "up", "--port", "0")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)

    assert answer == {"data": {"me": {"email": "demo@softfactory.com"}}}
    assert traced["extensions"]["cache"]["uncached"] == 1
    assert re.search(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", page)
    assert (stranger.returncode, stranger.stderr.split(":")[0]) == (1, "USER_UNKNOWN")
    assert (second.returncode, second.stderr.split(":")[0]) == (1, "ALREADY_RUNNING")
    assert url in second.stderr
    assert process.returncode == 0
    assert url in output
    assert "demo@softfactory.com" in output
    assert "Traceback" not in output
    assert servers(root) == set()


def test_a_killed_platform_leaves_no_server_and_starts_again(root: Path) -> None:
    with started(root, "up", "--port", "0") as process:
        wait_for_url(root)
        assert servers(root) == {"postgres", "valkey-server"}
        process.kill()
    with started(root, "up", "--port", "0") as process:
        wait_for_url(root)
        process.terminate()
        assert process.wait(20) == 0
    assert servers(root) == set()


def test_a_start_interrupted_while_databases_are_made_leaves_nothing_behind(scratch: Path) -> None:
    root = project(scratch / "interrupted")
    with started(root, "up", "--port", "0") as process:
        while not (root / ".data/postgres/password").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (130, "")
    assert servers(root) == set()


def test_a_start_interrupted_while_services_are_loaded_stops_the_databases(root: Path) -> None:
    with started(root, "up", "--port", "0") as process:
        assert process.stdout is not None
        assert "Databases are running" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (130, "")
    assert servers(root) == set()


def test_a_terminal_sees_it_too(root: Path) -> None:
    ours, theirs = pty.openpty()
    with started(root, "up", "--port", "0", stdout=theirs) as process, ThreadPoolExecutor(1) as thread:
        os.close(theirs)
        shown = thread.submit(read_terminal, ours)
        url = wait_for_url(root)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert url in shown.result()


def read_terminal(descriptor: int) -> str:
    """Until the other end is closed, which a terminal reports as an error."""
    shown = b""
    with suppress(OSError):
        while part := os.read(descriptor, 4096):
            shown += part
    os.close(descriptor)
    return shown.decode()


def test_one_service_alone_uses_the_databases_of_the_platform(root: Path) -> None:
    with started(root, "up", "--port", "0"):
        wait_for_url(root)
        with started(root, "subgraph", "accounts", "--port", "0") as process:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("accounts: "))
            answer = httpx.post(
                line.removeprefix("accounts: ").strip(), json={"query": "{ __typename }"}
            ).json()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        assert servers(root) == {"postgres", "valkey-server"}
    assert answer == {"data": {"__typename": "Query"}}
    wait_until_none_is_left(root)


def test_a_service_in_a_container_needs_its_environment_only(
    scratch: Path, postgres_cluster: PostgresCluster
) -> None:
    folder = scratch / "container"
    folder.mkdir()
    environment = {
        **os.environ,
        "DATABASE_URL_ACCOUNTS": postgres_cluster.create_database("contained_accounts"),
        "JWT_SECRET": "a secret of the tests, of 32 characters or more",
    }
    with started(folder, "subgraph", "accounts", "--port", "0", env=environment) as process:
        assert process.stdout is not None
        url = next(line for line in process.stdout if line.startswith("accounts: ")).split()[1]
        ready = httpx.get(url.replace("/graphql", "/ready"))
    assert ready.status_code == 200
    assert list(folder.iterdir()) == []


def test_seeding_again_needs_a_word(root: Path) -> None:
    assert softfactory(root, "seed", "--users", "10", "--replace").returncode == 0
    again = softfactory(root, "seed", "--users", "10")
    assert (again.returncode, again.stderr.split(":")[0]) == (1, "ALREADY_SEEDED")
    replaced = softfactory(root, "seed", "--users", "10", "--replace")
    assert (replaced.returncode, replaced.stderr) == (0, "")
    assert "Seed for 10 users" in replaced.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["up", "--config", "nowhere/supergraph.yaml"], "CONFIG_MISSING"),
        (["subgraph", "nothing"], "SERVICE_UNKNOWN"),
        (["token", "demo@softfactory.com"], "NOT_RUNNING"),
        (["up", "--host", "192.0.2.1"], "ADDRESS_TAKEN"),
    ],
)
def test_mistakes_are_named(root: Path, arguments: list[str], code: str) -> None:
    done = softfactory(root, *arguments)
    assert (done.returncode, done.stderr.split(":")[0]) == (1, code)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database", ["nowhere", "template0"])
def test_a_given_database_that_cannot_be_used_is_named(
    root: Path, postgres_cluster: PostgresCluster, database: str
) -> None:
    environment = {**os.environ, "DATABASE_URL_ACCOUNTS": postgres_cluster.url(database)}
    done = softfactory(root, "up", "--port", "0", env=environment)
    assert (done.returncode, done.stderr.split(":")[0]) == (1, "DATABASE_UNREACHABLE")
    assert "DATABASE_URL_ACCOUNTS" in done.stderr
    assert servers(root) == set()


def test_a_folder_without_a_supergraph_says_how_to_make_one(scratch: Path) -> None:
    folder = scratch / "uncomposed"
    folder.mkdir()
    shutil.copy(CASE / "supergraph.yaml", folder)
    done = softfactory(folder, "up")
    assert (done.returncode, done.stderr.split(":")[0]) == (1, "SUPERGRAPH_MISSING")
    assert "make sdl" in done.stderr
