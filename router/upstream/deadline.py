"""When a client's request ends: the deadline that goes with it to all subgraphs."""

from typing import Final

HEADER: Final = "x-request-timeout-ms"
"""Milliseconds that are left, as a whole number; from clients and to subgraphs."""
_MOST_DIGITS: Final = 12


def deadline_of(now: float, seconds: float, asked: str | None) -> float:
    """In seconds of the clock that `now` is of. A client may ask for less time than `seconds`, and never gets more.

    What it asks counts only if it is a whole number of milliseconds.
    """
    if asked is not None and len(asked) <= _MOST_DIGITS and asked.isascii() and asked.isdecimal():
        return now + min(seconds, int(asked) / 1000)
    return now + seconds
