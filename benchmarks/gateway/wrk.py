"""Load by wrk: one request over and over, on a number of connections."""

import subprocess
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.gateway.processes import OTHER_CORE, run_on_core

_SCRIPT: Final = Path(__file__).with_name("wrk.lua")
_ANSWER_SECONDS: Final = 20
"""After which wrk counts a timeout."""


class LoadFailedError(Exception):
    """wrk could not do it; with what it said."""


class Load(msgspec.Struct, frozen=True):
    """What wrk has counted. Times are in microseconds; `failed` has no answer or none with a status below 400."""

    requests: int
    duration: int
    p50: int
    p99: int
    failed: int = 0
    timeouts: int = 0

    @property
    def per_second(self) -> float:
        return self.requests / self.duration * 1e6 if self.duration else 0.0


def load(url: str, body: Path, *, connections: int, seconds: int) -> Load:
    """Returns when the time is over. Raises LoadFailedError."""
    command = [
        "wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
        "--timeout", f"{_ANSWER_SECONDS}s", "--script", str(_SCRIPT), url, "--", str(body),
    ]  # fmt: skip
    try:
        return parse(run_on_core(OTHER_CORE, command, timeout=seconds + 2 * _ANSWER_SECONDS))
    except subprocess.CalledProcessError as error:
        raise LoadFailedError(f"wrk: {error.stderr.strip() or error.stdout.strip()}") from None
    except subprocess.TimeoutExpired:
        raise LoadFailedError("wrk did not end") from None


def parse(printed: str) -> Load:
    """The line that wrk.lua writes, after those of wrk. Raises LoadFailedError where there is none."""
    for line in reversed(printed.splitlines()):
        if line.startswith("{"):
            return msgspec.json.decode(line, type=Load)
    raise LoadFailedError(f"wrk did not say what it has counted: {printed!r}")
