"""What was invalidated in a memory store, by name and logical time, within bounded memory."""

from typing import Final

from router.cache.held import taken

Name = tuple[str, ...]
"""Its kind, and what it is called."""

_OVERHEAD: Final = 160
"""Bytes of a place in a dictionary, a tuple and a number, at most."""


class Marks:
    """Two generations of marks. When the newer one is full, the older one goes, and `floor` says what is not known then."""

    def __init__(self, max_bytes: int, now: int) -> None:
        self.floor = self.last = self._since = now
        """What is older than `floor` counts as marked; no mark is later than `last`."""
        self._max_bytes = max_bytes
        self._marks: dict[Name, int] = {}
        self._older: dict[Name, int] = {}
        self._size = self._older_size = 0

    @property
    def size(self) -> int:
        """In bytes."""
        return self._size + self._older_size

    def mark(self, name: Name, now: int) -> None:
        """What is older than `now` does not count any more, as far as this name concerns it."""
        if name not in self._marks:
            self._size += _OVERHEAD + sum(map(taken, name[1:]))
        self._marks[name] = self.last = now
        if self._size > self._max_bytes:
            self._older, self._older_size = self._marks, self._size
            self._marks, self._size = {}, 0
            self.floor, self._since = self._since, now

    def mark_all(self, now: int) -> None:
        """Nothing older than `now` counts."""
        self.floor = self.last = self._since = now
        self._marks, self._older = {}, {}
        self._size = self._older_size = 0

    def latest(self, name: Name) -> int:
        """When it was marked, or 0."""
        return self._marks.get(name) or self._older.get(name, 0)
