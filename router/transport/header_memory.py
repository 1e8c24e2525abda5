"""Remembers what values of headers mean: clients send the same few again and again."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")

_VALUES: Final = 256
_LONGEST: Final = 256
"""Bytes. Longer values are nobody's habit, and would let a client fill the memory."""


def remembered(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """`read` for the values of one header. What raises is not remembered."""
    known = lru_cache(maxsize=_VALUES)(read)

    @wraps(read)
    def look_up(value: bytes) -> T:
        return known(value) if len(value) <= _LONGEST else read(value)

    return look_up
