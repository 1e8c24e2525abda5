"""Several processes on one port: they share the load, and no request is lost when one of them goes."""

import os
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.serving.processes import (
    ANSWER,
    PATIENCE_SECONDS,
    Load,
    Router,
    Subgraph,
    command,
    is_alive,
    session,
    sockets_of,
    until,
    with_dialects,
)

Start = Callable[..., Router]


def two(router: Router) -> list[int]:
    """The workers, once there are two."""
    found: list[int] = until(lambda: len(each := router.workers()) == 2 and each, "two workers")
    return found


def test_workers_share_the_connections(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--workers", "2")
    before = {pid: sockets_of(pid) for pid in two(router)}

    opened = [socket.create_connection(("127.0.0.1", router.port)) for _ in range(20)]
    until(lambda: sum(sockets_of(pid) - count for pid, count in before.items()) == 20, "twenty connections")

    shares = sorted(sockets_of(pid) - count for pid, count in before.items())
    for each in opened:
        each.close()
    assert shares[0] >= 8, shares


def test_a_killed_worker_loses_no_more_than_it_was_doing(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--workers", "2")
    victim, other = two(router)

    with Load(router.port) as load:
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in two(router), "a new worker")
        router.said("is ready", times=3)
        load.goes_on()

    assert other in router.workers()
    assert max(Counter(client for client, _ in load.failures).values(), default=0) <= 1, load.failures
    assert "has ended with -9 while it was serving" in router.words()


def test_new_workers_take_over_without_a_lost_request(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--no-watch", "--workers", "2")
    old = two(router)

    with Load(router.port) as load:
        supergraph.write_text(with_dialects(supergraph.read_text()))
        router.process.send_signal(signal.SIGUSR2)
        router.said("has left", times=2)
        load.goes_on()

    assert load.failures == []
    assert not set(old) & set(two(router))
    assert router.ask("{ dialects }")["data"] == {"dialects": None}
    assert not any(is_alive(pid) for pid in old)


def test_more_workers_without_a_lost_request(start: Start, supergraph: Path, tmp_path: Path) -> None:
    settings = tmp_path / "router.yaml"
    settings.write_text("server: {workers: 3}")
    router = start(supergraph, "--config", str(settings))
    assert len(router.workers()) == 3

    with Load(router.port) as load:
        settings.write_text("server: {workers: 2}")
        router.said("has left")
        load.goes_on()

    assert load.failures == []
    two(router)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopping_router_answers_what_it_was_asked(start: Start, supergraph: Path, workers: int) -> None:
    router = start(supergraph, "--workers", str(workers))
    children = router.workers()

    with Load(router.port) as load:
        status = router.end()
        load.is_over()

    assert load.failures == []
    assert status == -signal.SIGTERM
    assert not any(is_alive(pid) for pid in children)


def test_a_request_that_takes_long_is_finished(start: Start, supergraph: Path, greetings: Subgraph) -> None:
    url = f"{greetings.url}/slow"
    router = start(supergraph, "--workers", "2", ROUTER__SUBGRAPHS__GREETINGS__URL=url)
    connection = socket.create_connection(("127.0.0.1", router.port), timeout=PATIENCE_SECONDS)
    body = b'{"query": "{ languages }"}'
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"

    connection.sendall(head.encode() + body)
    assert greetings.waiting.acquire(timeout=PATIENCE_SECONDS)
    router.process.terminate()
    until(lambda: _is_refused(router.port), "the end of listening")
    greetings.release.set()
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    connection.close()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in answer
    assert answer.endswith(b'{"data":{"languages":["EN"]}}')
    assert router.end() == -signal.SIGTERM


def test_drains_before_it_stops(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--workers", "2", ROUTER__SERVER__DRAIN_SECONDS="60")

    router.process.terminate()
    until(lambda: router.get("/ready").status_code == 503, "draining")
    assert router.ask("{ languages }") == ANSWER

    assert router.end() == -signal.SIGTERM, "the second signal does not wait"


def test_ctrl_c_reaches_the_whole_session_and_ends_it(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--workers", "2")
    two(router)

    os.killpg(router.process.pid, signal.SIGINT)

    assert router.process.wait(PATIENCE_SECONDS) == 0
    assert session(router.process.pid) == []


def test_workers_end_with_their_supervisor(start: Start, supergraph: Path) -> None:
    router = start(supergraph, "--workers", "2")
    workers = two(router)

    router.process.kill()

    until(lambda: not any(is_alive(pid) for pid in workers), "the end of the workers")
    assert _is_refused(router.port)


def test_a_worker_that_cannot_start_ends_all(supergraph: Path) -> None:
    code, words = _refused(supergraph, ROUTER__SUBGRAPHS__NOBODY__TIMEOUT_SECONDS="1")

    assert code == 1
    assert "INVALID_SUBGRAPH_SETTINGS: subgraphs.nobody: the supergraph has no such subgraph." in words


def test_says_that_the_port_is_taken(supergraph: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        code, words = _refused(supergraph, "--port", port)

    assert code == 1
    assert words.startswith(f"ADDRESS_TAKEN: Cannot listen on 127.0.0.1:{port}: Address already in use.")


def _refused(supergraph: Path, *options: str, **variables: str) -> tuple[int, str]:
    """Exit status and last words of a router that does not start, and leaves nothing behind."""
    process = subprocess.Popen(
        command(supergraph, "--workers", "2", *options),
        env={**os.environ, **variables},
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    _, words = process.communicate(timeout=PATIENCE_SECONDS)
    assert session(process.pid) == []
    return process.returncode, words


def _is_refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
