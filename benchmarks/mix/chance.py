"""What is popular: the first of many is asked for most, as in what web servers and shops log."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, Generic, TypeVar

T = TypeVar("T")

EXPONENT: Final = 0.8
"""Between those of six logs: Breslau and others, Web caching and Zipf-like distributions, INFOCOM 1999."""


class Popular(Generic[T]):
    """The n-th of `things` is drawn n^-EXPONENT times as often as the first."""

    def __init__(self, things: Sequence[T]) -> None:
        self._things = things
        self._weights = list(accumulate(rank**-EXPONENT for rank in range(1, len(things) + 1)))

    def draw(self, source: random.Random) -> T:
        [found] = source.choices(self._things, cum_weights=self._weights)
        return found
