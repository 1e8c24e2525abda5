"""A whole process that serves, inside of this one: what it does to the process is put back."""

import gc
import http.client
import json
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from router.errors import RouterError
from router.federation.supergraph import Supergraph
from router.server import listen, serve, url_of
from router.serving.acceptor import Acceptor
from router.serving.assemble import work
from router.serving.channel import Failed, Leave, Line, Ready
from router.serving.machine import Seat
from router.serving.member import Loaded
from router.serving.occupancy import Occupancy
from router.serving.release import Release, Source
from router.settings import RouterSettings
from tests.serving.processes import ANSWER, SUPERGRAPH, Subgraph

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    thresholds, seconds = gc.get_threshold(), sys.getswitchinterval()
    name = multiprocessing.current_process().name
    yield
    multiprocessing.current_process().name = name
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    sys.setswitchinterval(seconds)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def in_thread(run: Callable[[], Any]) -> "Future[Any]":
    """What the test does while this thread serves."""
    found: Future[Any] = Future()

    def result() -> None:
        try:
            found.set_result(run())
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=result, daemon=True).start()
    return found


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.close = self._connection.close

    def ask(self) -> tuple[Any, str | None]:
        """The answer, and whether the connection goes on."""
        headers = {"content-type": "application/json"}
        self._connection.request("POST", "/graphql", '{"query": "{ languages }"}', headers)
        response = self._connection.getresponse()
        return json.loads(response.read()), response.getheader("connection")


def test_serves_alone_until_a_signal(supergraph: Path) -> None:
    asked: list[Future[Any]] = []

    def say(greeting: str) -> None:
        port = int(greeting.rpartition(":")[2].removesuffix("/graphql"))
        asked.append(in_thread(lambda: ask(port)))

    def ask(port: int) -> Any:
        client = Client(port)
        try:
            return client.ask()
        finally:
            client.close()
            os.kill(os.getpid(), signal.SIGINT)

    serve(Source(None, {"supergraph": supergraph, "server": {"port": 0}}), say)

    assert asked[0].result(30) == (ANSWER, None)


def test_a_worker_answers_the_last_request_of_a_connection(supergraph: Path, greetings: Subgraph) -> None:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    line, seat = _seat(listener, RouterSettings(), supergraph.read_text())

    def supervise() -> Any:
        assert line.receive() == Ready()
        client = Client(port)
        first = client.ask()
        line.send(Leave())
        while not (answer := client.ask())[1]:
            pass
        client.close()
        return first, answer

    supervised = in_thread(supervise)

    assert work(seat) == 0
    assert supervised.result(30) == ((ANSWER, None), (ANSWER, "close"))
    assert multiprocessing.current_process().name == "worker 7"
    line.close()


def test_a_worker_says_why_it_cannot_start(supergraph: Path) -> None:
    settings = RouterSettings(subgraphs={"nobody": {"timeout_seconds": 1}})  # type: ignore[dict-item]
    listener = listen("127.0.0.1", 0)
    line, seat = _seat(listener, settings, supergraph.read_text())

    assert work(seat) == 1

    said = line.receive()
    assert isinstance(said, Failed)
    assert said.code == "INVALID_SUBGRAPH_SETTINGS"
    line.close()
    seat.end.close()
    listener.close()


def _seat(listener: socket.socket, settings: RouterSettings, sdl: str) -> tuple[Line, Seat]:
    ours, theirs = socket.socketpair()
    loaded = Loaded(Release(settings, sdl), Supergraph.parse(sdl))
    acceptor = Acceptor(listener, Occupancy(8), 7)
    return Line(ours, 30), Seat(7, loaded, (), acceptor, theirs)


def test_what_cannot_be_read_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(RouterError) as raised:
        serve(Source(None, {"supergraph": tmp_path / "none.graphql"}), print)

    assert raised.value.code == "SUPERGRAPH_NOT_FOUND"


def test_says_where_it_listens() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_says_which_address_is_taken() -> None:
    with listen("127.0.0.1", 0) as listener, pytest.raises(RouterError) as raised:
        listen("127.0.0.1", listener.getsockname()[1])

    assert raised.value.code == "ADDRESS_TAKEN"


def test_a_supergraph_is_named_by_its_text() -> None:
    release = Release(RouterSettings(), SUPERGRAPH.read_text())

    assert len(release.id) == 16
    assert release.id not in release.sdl
