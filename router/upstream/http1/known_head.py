"""Heads of answers that are like one before them: most differ in length and date only, and need not be parsed again."""

from typing import Final, NamedTuple

END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length: "
_DATE: Final = b"\r\ndate: "
_DATE_SIZE: Final = len("Sun, 06 Nov 1994 08:49:37 GMT")
_LONGEST: Final = 4096
_DIGITS: Final = 15


class KnownHead(NamedTuple):
    """A head that a parser has accepted, in two parts around its length, without its date. A cut of -1: no date there."""

    before: bytes
    cut_before: int
    after: bytes
    cut_after: int
    status: int
    headers: dict[str, str]

    def length(self, data: bytes, end: int) -> int:
        """The content-length of a message whose head ends there, or -1 where anything else differs."""
        start = len(self.before) + (_DATE_SIZE if self.cut_before >= 0 else 0)
        stop = data.find(b"\r", start, end + 1)
        digits = data[start:stop]
        if not digits.isdigit() or len(digits) > _DIGITS:
            return -1
        if _without(data[:start], self.cut_before) != self.before:
            return -1
        return int(digits) if _without(data[stop:end], self.cut_after) == self.after else -1


def known_head(data: bytes, end: int, status: int, headers: dict[str, str]) -> KnownHead | None:
    """Of a message that was accepted, with a length and without anything that is only in some heads. None for odd ones."""
    lower = data[:end].lower()
    start = lower.find(_LENGTH) + len(_LENGTH)
    if end > _LONGEST or start < len(_LENGTH):
        return None
    stop = (lower + b"\r").find(b"\r", start)
    if not data[start:stop].isdigit():
        return None
    before, after = data[:start], data[stop:end]
    dates = _date_in(before), _date_in(after)
    return KnownHead(
        _without(before, dates[0]), dates[0], _without(after, dates[1]), dates[1], status, headers
    )


def _date_in(part: bytes) -> int:
    found = part.lower().find(_DATE)
    start = found + len(_DATE)
    return (
        start
        if found >= 0 and len(part) >= start + _DATE_SIZE and b"\r" not in part[start : start + _DATE_SIZE]
        else -1
    )


def _without(part: bytes, cut: int) -> bytes:
    """Where the date is cut out, it must not have been more than a date."""
    if cut < 0:
        return part
    return part[:cut] + part[cut + _DATE_SIZE :] if b"\r" not in part[cut : cut + _DATE_SIZE] else b""
