"""Folders for throw-away servers: in memory where there is room, removed at the end, swept when their owner was killed."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "softfactory-"
_MEMORY = Path("/dev/shm")  # noqa: S108
_ROOM = 1 << 30
_SETTLED_SECONDS = 60


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder that others may pass through but not list. It is marked as alive by a lock on a file in it."""
    parent = parent or fastest_parent()
    sweep(parent, time.time())
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    folder.chmod(0o711)
    with (folder / ".alive").open("w") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, now: float) -> None:
    """Removes our own folders that nobody holds alive. Young ones may be about to be locked, and stay."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            state = folder.stat()
            if state.st_uid != os.geteuid() or now - state.st_ctime < _SETTLED_SECONDS:
                continue
            with (folder / ".alive").open("w") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)


def fastest_parent(memory: Path = _MEMORY, room: int = _ROOM) -> Path:
    """`memory` if it has room. Container engines give /dev/shm 64 MB by default, too little for a database cluster."""
    with suppress(OSError):
        if shutil.disk_usage(memory).free >= room and os.access(memory, os.W_OK | os.X_OK):
            return memory
    return Path(tempfile.gettempdir())
