"""`softfactory router` as processes: started, watched, put under load and ended."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import httpx

SUPERGRAPH = Path(__file__).parents[1] / "cases/small_graph/supergraph.graphql"
SOFTFACTORY = Path(sys.executable).with_name("softfactory")
PATIENCE_SECONDS = 60
ANSWER = {"data": {"languages": ["EN"]}}
MOST_REQUESTS = 3000
"""Of one client: a test that goes on for longer has something else to say."""


def until(condition: Callable[[], Any], what: str) -> Any:
    """Waits for what the condition gives, once that is true. Fails where it never is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.02)
    return found


def with_dialects(sdl: str) -> str:
    """The supergraph with one more field: `Query.dialects`."""
    before = "  languages: [Language!]!"
    assert before in sdl
    return sdl.replace(before, f"  dialects: [String!] @join__field(graph: GREETINGS)\n{before}")


class Router:
    """A running command, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]", log: IO[str]) -> None:
        self.process = process
        self._log = log
        assert process.stdout is not None
        greeting = process.stdout.readline()
        found = re.fullmatch(r"Serving GraphQL at (http://127\.0\.0\.1:(\d+))/\w+\n", greeting)
        assert found, self.words()
        self.url, self.port = found[1], int(found[2])

    def words(self) -> str:
        """All of its log."""
        self._log.seek(0)
        return self._log.read()

    def said(self, text: str, times: int = 1) -> None:
        """Waits until its log has the text so often."""
        until(lambda: self.words().count(text) >= times, f"{text!r} in {self.words()}")

    def ask(self, query: str, **more: Any) -> Any:
        """Over a connection of its own."""
        body = {"query": query, **more}
        return httpx.post(f"{self.url}/graphql", json=body, timeout=30, trust_env=False).json()

    def get(self, path: str) -> httpx.Response:
        """Over a connection of its own."""
        return httpx.get(f"{self.url}{path}", timeout=30, trust_env=False)

    def workers(self) -> list[int]:
        """Process ids of its children."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit status, when it and everything that it has started are gone."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


def is_alive(pid: int) -> bool:
    """Also before somebody has asked for its exit status it is not any more."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def sockets_of(pid: int) -> int:
    """How many a process has open."""
    links = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(link.startswith("socket:") for link in links)


def command(supergraph: Path, *options: str) -> list[str]:
    """On a port that is free."""
    return [str(SOFTFACTORY), "router", "--supergraph", str(supergraph), "--port", "0", *options]


@contextmanager
def routers() -> Iterator[Callable[..., Router]]:
    """`start(supergraph, "--option", …, NAME="value")`. What still runs at the end is killed, with its children."""
    with ExitStack() as stack:

        def start(supergraph: Path, *options: str, **variables: str) -> Router:
            log = stack.enter_context(tempfile.TemporaryFile("a+"))
            process = subprocess.Popen(
                command(supergraph, *options),
                env={**os.environ, **variables},
                text=True,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(_kill, process)
            return Router(process, log)

        yield start


def _kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)
    for pid in session(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def session(pid: int) -> list[int]:
    """What runs of the session that the process leads or has led."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.append(int(folder.name))
    return found


@dataclass
class Subgraph:
    """Answers every request alike, and those to `/slow` once `release` is set."""

    url: str
    release: threading.Event = field(default_factory=threading.Event)
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """One for each request that waits."""


@contextmanager
def subgraph(answer: Any = ANSWER) -> Iterator[Subgraph]:
    """Over HTTP, in threads of this process."""
    body = json.dumps(answer).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/slow":
                found.waiting.release()
                found.release.wait(PATIENCE_SECONDS)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        found = Subgraph(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        found.release.set()
        server.shutdown()
        thread.join()


class Load:
    """Clients that ask one request after another, each over a connection that it keeps as long as the router does.

    A client notes every request that it got no right answer to, and goes on. Being refused a new connection ends it.
    """

    def __init__(self, port: int, clients: int = 6) -> None:
        self.answered = [0] * clients
        self.failures: list[tuple[int, str]] = []
        self._port = port
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(each,)) for each in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        self.goes_on()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def goes_on(self) -> None:
        """Waits until every client has been answered some more times."""
        before = list(self.answered)
        until(
            lambda: all(now >= then + 3 for now, then in zip(self.answered, before, strict=True)),
            f"answers after {before}, failures {self.failures}",
        )

    def is_over(self) -> None:
        """Waits until every client has ended by itself."""
        until(lambda: not any(thread.is_alive() for thread in self._threads), "the end of all clients")

    def _run(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        for _ in range(MOST_REQUESTS):
            if self._stop.is_set():
                break
            try:
                if connection.sock is None:
                    connection.connect()
            except ConnectionRefusedError:
                break
            self._ask(connection, number)
            time.sleep(0.002)
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, number: int) -> None:
        headers = {"content-type": "application/json"}
        try:
            connection.request("POST", "/graphql", '{"query": "{ languages }"}', headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.failures.append((number, repr(error)))
            connection.close()
            return
        if response.status != 200 or json.loads(body) != ANSWER:
            self.failures.append((number, f"{response.status} {body!r}"))
        self.answered[number] += 1
