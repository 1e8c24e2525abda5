"""What a running platform leaves in .data/ for other commands: one lock, one file with its URLs, one secret.

.data/lock         locked for as long as a process uses the databases in .data/
.data/state.json   where that process serves, and the environment of its services (readable by its user only)
.data/jwt-secret   signs access tokens; made once (readable by its user only)
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from launcher.databases import database_variable
from launcher.errors import LaunchError


class State(msgspec.Struct, frozen=True):
    """`url` is the graph's, if the process serves one."""

    process: int
    environment: dict[str, str]
    url: str | None = None


def jwt_secret(folder: Path) -> str:
    """Made at the first call."""
    path = folder / "jwt-secret"
    with suppress(FileExistsError):
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(path, secrets.token_urlsafe(48).encode())
    return path.read_text()


def running(folder: Path) -> State | None:
    """The state of the process that uses the folder's databases, if one does."""
    if not folder.exists():
        return None
    with _lock(folder) as free:
        if free:
            return None
        with suppress(FileNotFoundError, msgspec.MsgspecError):
            return msgspec.json.decode((folder / "state.json").read_bytes(), type=State)
    raise LaunchError(
        "STARTING", f"Another command is starting or stopping the databases in {folder}. Wait for it."
    )


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Nobody else uses the folder's databases meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder) as free:
        if not free:
            raise _already_running(folder)
        published = folder / "state.json"
        published.unlink(missing_ok=True)  # of a process that was killed
        try:
            yield
        finally:
            published.unlink(missing_ok=True)


def _already_running(folder: Path) -> LaunchError:
    state = running(folder)
    where = f" at {state.url}" if state and state.url else ""
    who = f" (process {state.process})" if state else ""
    return LaunchError(
        "ALREADY_RUNNING", f"The platform runs already{where}{who}. Stop it with Ctrl-C first."
    )


def publish(
    folder: Path, services: tuple[str, ...], environment: Mapping[str, str], url: str | None = None
) -> None:
    """Tells other commands, and only what services need of the environment."""
    names = {"JWT_SECRET", "REDIS_URL", *(database_variable(service) for service in services)}
    state = State(os.getpid(), {name: environment[name] for name in sorted(names)}, url)
    unfinished = folder / "state.json.new"
    unfinished.unlink(missing_ok=True)
    _write_new(unfinished, msgspec.json.encode(state))
    unfinished.replace(folder / "state.json")


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Whether the lock was free; if so, it is ours meanwhile."""
    try:
        lock = (folder / "lock").open("a")
    except PermissionError:
        raise LaunchError(
            "DATA_OF_ANOTHER_USER", f"{folder} belongs to another user. Run the command as that user."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
