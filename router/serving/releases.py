"""Looks for the next release: when files have changed and come to rest, or when somebody asks."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple, TypeAlias

from router.errors import RouterError
from router.serving.release import Release, Source

LOOK_SECONDS: Final = 0.5
"""How often to look."""
_REST_SECONDS: Final = 0.4
"""A file that has not changed for so long has come to rest."""
_AGAIN_SECONDS: Final = 1.0
"""After which what failed is read again: whoever writes a file in steps may not have been done."""


class _Stamp(NamedTuple):
    modified_ns: int
    size: int
    inode: int


class _Failure(NamedTuple):
    """`release` is None where not even that could be read."""

    release: Release | None
    code: str
    message: str


_Stamps: TypeAlias = dict[Path, _Stamp | None]


class Releases:
    """One release after another: each that `look` gives is accepted or refused before the next look."""

    def __init__(self, source: Source, current: Release, clock: Callable[[], float] = monotonic) -> None:
        self.current = current
        self._source = source
        self._clock = clock
        self._files = source.files(current)
        self._read: _Stamps = {}
        self._looked: _Stamps = {}
        self._look_at = 0.0
        self._asks = 0
        self._answered = 0
        self._asking = False
        self._doubtful: _Failure | None = None
        self._refused: _Failure | None = None
        self._again_at: float | None = None

    @property
    def error(self) -> str | None:
        """The code of why what is written is not what is served; None where all is well or not sure yet."""
        return self._refused.code if self._refused is not None else None

    def ask(self) -> None:
        """Makes the next look read, whether files have changed or not. Safe in a signal handler."""
        self._asks += 1

    def look(self) -> Release | None:
        """A release that differs from the current one, or that somebody has asked for: files which settings only name may have
        changed, such as certificates. Raises RouterError where none can be read, and that is sure."""
        if not self._is_due():
            return None
        asks = self._asks
        self._asking = asks != self._answered or (self._asking and self._again_at is not None)
        self._answered, self._again_at = asks, None
        self._read = _stamps(self._files)
        try:
            found = self._source.read()
        except RouterError as error:
            if self._is_sure(_Failure(None, error.code, error.message)):
                raise
            return None
        self._files = tuple(dict.fromkeys((*self._source.files(self.current), *self._source.files(found))))
        if found != self.current or self._asking:
            return found
        self._doubtful = self._refused = None
        return None

    def accept(self, release: Release) -> None:
        """It is served from now on."""
        self.current = release
        self._files = self._source.files(release)
        self._doubtful = self._refused = None

    def refuse(self, release: Release, error: RouterError, *, for_good: bool = False) -> bool:
        """Whether to say so: not at first, unless it is `for_good`, nor twice."""
        failure = _Failure(release, error.code, error.message)
        if for_good:
            self._doubtful = failure
        return self._is_sure(failure)

    def _is_due(self) -> bool:
        changed = self.current.settings.reload.watch and self._has_changed()
        again = self._again_at is not None and self._clock() >= self._again_at
        return changed or again or self._asks != self._answered

    def _has_changed(self) -> bool:
        """Looks at the files rather than waiting for events of their file system: that works for links that are moved,
        as orchestrators do, for mounts and over networks, and needs no thread, which a process that forks must not have."""
        if self._clock() < self._look_at:
            return False
        self._look_at = self._clock() + _REST_SECONDS
        before, self._looked = self._looked, _stamps(self._files)
        return self._looked == before != self._read

    def _is_sure(self, failure: _Failure) -> bool:
        if failure == self._refused:
            return self._asking
        if failure != self._doubtful:
            self._doubtful = failure
            self._again_at = self._clock() + _AGAIN_SECONDS
            return False
        self._doubtful, self._refused = None, failure
        return True


def _stamps(files: tuple[Path, ...]) -> _Stamps:
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> _Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return _Stamp(found.st_mtime_ns, found.st_size, found.st_ino)
