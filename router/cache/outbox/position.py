"""A place in a stream: what lies before it has been applied."""

from typing import NamedTuple, Self

EntryId = tuple[int, int]
"""As Redis orders them."""

START: EntryId = (0, 0)


class Position(NamedTuple):
    """`server` is the replication id of the one that has the stream: another one may not have all that this one had."""

    server: str
    entry: EntryId

    def encode(self) -> str:
        """To be kept."""
        return f"{self.server} {written(self.entry)}"

    @classmethod
    def decode(cls, kept: bytes | str) -> Self | None:
        """None where it is no position."""
        try:
            server, _, entry = _text(kept).partition(" ")
            return cls(server, entry_id(entry))
        except ValueError:
            return None


def entry_id(text: bytes | str) -> EntryId:
    """Raises ValueError."""
    milliseconds, _, number = _text(text).partition("-")
    return int(milliseconds), int(number)


def written(entry: EntryId) -> str:
    """As Redis writes it."""
    return f"{entry[0]}-{entry[1]}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
