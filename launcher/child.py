"""Child processes that end when this process ends, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from launcher.errors import LaunchError
from launcher.identity import Identity
from launcher.ports import PortTakenError

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(
    arguments: Sequence[str | Path],
    identity: Identity,
    *,
    log: Path,
    on_orphaned: signal.Signals,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Starts a server in a session of its own, so that Ctrl-C reaches us and not it.

    The kernel sends `on_orphaned` when the *thread* that called this ends: call it from the main thread.
    """
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603
            [str(argument) for argument in arguments],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(),
            start_new_session=True,
            preexec_fn=_end_with_parent(on_orphaned),
            **identity.popen_options(),
        )


def run(arguments: Sequence[str | Path], identity: Identity, stdin: str = "") -> None:
    """Runs a tool to its end."""
    done = subprocess.run(  # noqa: S603
        arguments,
        input=stdin,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        **identity.popen_options(),
    )
    if done.returncode:
        raise LaunchError("TOOL_FAILED", f"{arguments[0]} failed: {done.stderr.strip()}")


def environment(**more: str) -> Mapping[str, str]:
    """What servers and their tools see: nothing of the caller's PG* variables, language or time zone."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC", **more}


def stop(process: subprocess.Popen[bytes], *signals: signal.Signals, patience: float = 10) -> None:
    """Sends the signals one after another, each with `patience` seconds to end in, then kills."""
    for ask in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(ask)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def failure(code: str, server: str, port: int, log: Path) -> LaunchError:
    """Why a server did not start, in its own words."""
    words = log.read_text(errors="replace")
    if "Address already in use" in words:
        return PortTakenError(port)
    end = "\n".join(words.splitlines()[-15:])
    return LaunchError(code, f"{server} did not start. The end of {log}:\n{end}")


def _end_with_parent(on_orphaned: signal.Signals) -> Callable[[], None] | None:
    """The kernel forgets the wish when the user changes, hence in the child and after the change of user."""
    if _libc is None:
        return None
    parent = os.getpid()
    prctl = _libc.prctl

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(on_orphaned), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel
