"""Remembers what short values mean that come again and again: headers of clients, tags of entries."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")

_VALUES: Final = 256
_LONGEST: Final = 256
"""Bytes. Longer values are seldom habits, and would let a client fill the memory."""


def remembered(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """`read`, with the latest few hundred answers at hand. What raises is not remembered."""
    known = lru_cache(maxsize=_VALUES)(read)

    @wraps(read)
    def look_up(value: bytes) -> T:
        return known(value) if len(value) <= _LONGEST else read(value)

    return look_up
