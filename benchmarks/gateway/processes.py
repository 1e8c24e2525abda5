"""Servers that a benchmark starts, each on one core, and ends."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import httpx

GATEWAY_CORE: Final = 0
OTHER_CORE: Final = 1
"""For subgraphs and whatever makes load."""
_READY_SECONDS: Final = 60
_LAST_WORDS: Final = 300
"""Characters."""


class NotStartedError(Exception):
    """A server that ended, or did not answer in time; with what it said."""


class Server:
    """A running process. Its `pid` is that of the server: what sets the core replaces itself by it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
        self._process = process
        self._log = log
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, path: str) -> None:
        """Until a trivial query is answered, or anything else than a query is refused. Raises NotStartedError."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise NotStartedError(f"ended with {self._process.returncode}: {self.last_words()}")
            with suppress(httpx.TransportError):
                body = {"query": "{ __typename }"}
                if httpx.post(f"{self.url}{path}", json=body, timeout=10, trust_env=False).is_success:
                    return
            time.sleep(0.05)
        raise NotStartedError(f"did not answer in {_READY_SECONDS} seconds: {self.last_words()}")

    def last_words(self) -> str:
        """The end of what the server has printed."""
        self._log.seek(0)
        return " ".join(self._log.read().decode(errors="replace").split())[-_LAST_WORDS:]

    def pause(self) -> None:
        """It uses no processor until `resume`, whatever it has set itself to do."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def serving(
    command: Sequence[str],
    port: int,
    *,
    core: int,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """The server of a command, killed at the end; also, by the kernel, if this process is."""
    bound = ["setpriv", "--pdeathsig", "KILL", *_on_core(core), *command]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            bound, cwd=cwd, env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield Server(process, port, log)
        finally:
            process.kill()
            process.wait()


def run_on_core(core: int, command: Sequence[str], timeout: float) -> str:
    """What the command prints. Raises CalledProcessError, or TimeoutExpired after `timeout` seconds."""
    bound = [*_on_core(core), *command]
    done = subprocess.run(bound, capture_output=True, text=True, check=True, timeout=timeout)
    return done.stdout


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def missing_programs(*names: str) -> list[str]:
    """Those that are not on the path, each with what installs it."""
    packages = {"taskset": "util-linux", "setpriv": "util-linux", "node": "npm"}
    return [
        f"{name} is missing: apt-get install {packages.get(name, name)}"
        for name in names
        if not shutil.which(name)
    ]


def _on_core(core: int) -> tuple[str, ...]:
    available = sorted(os.sched_getaffinity(0))
    return ("taskset", "--cpu-list", str(available[core % len(available)]))
