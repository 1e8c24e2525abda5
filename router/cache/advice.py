"""How long a field may be kept, by how often it was found to have changed at which age.

Changes are taken to come by chance, so many a second: then a value of age `a` is wrong with the probability 1 - exp(-rate x a).
The rate is the most likely one for what was compared; where nothing was wrong, the highest one that is not unlikely (95 %).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from router.cache.coordinates import AGES

_MIDDLES: Final = tuple((low + high) / 2 for low, high in zip((0, *AGES), (*AGES, 2 * AGES[-1]), strict=True))
_UNLIKELY: Final = 3.0
"""With so many changes expected, none is seen in one of 20 cases."""
_ROUND: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
ENOUGH: Final = 30
"""Comparisons, before anything is advised."""
_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Advice:
    """Of one coordinate. `seconds`: None where too little was compared. `is_least`: no change was seen, so it may be more."""

    compared: int
    wrong: int
    seconds: int | None
    is_least: bool = False


def advise(right: Sequence[int], wrong: Sequence[int], share: float) -> Advice:
    """The longest time at which no more than this share of what is found is wrong. Numbers are by age: see `AGES`."""
    compared, mistaken = sum(right) + sum(wrong), sum(wrong)
    if compared < ENOUGH:
        return Advice(compared, mistaken, None)
    exposure = sum(count * age for count, age in zip(right, _MIDDLES, strict=True))
    if not mistaken:
        return Advice(compared, 0, _rounded(_longest(_UNLIKELY / exposure, share)), is_least=True)
    if not exposure:
        return Advice(compared, mistaken, 0)
    rate = _rate(exposure, wrong)
    return Advice(compared, mistaken, _rounded(_longest(rate, share)))


def _rate(exposure: float, wrong: Sequence[int]) -> float:
    """Where the likelihood is highest, its logarithm does not rise any more."""

    def rises(rate: float) -> bool:
        seen = sum(
            count * age / math.expm1(min(rate * age, 700.0))
            for count, age in zip(wrong, _MIDDLES, strict=True)
            if count
        )
        return seen > exposure

    return _border(rises, 1e-12, 1e6)


def _longest(rate: float, share: float) -> float:
    """What is found is of any age up to its time with the same chance."""

    def is_right_enough(seconds: float) -> bool:
        changes = rate * seconds
        return 1 + math.expm1(-changes) / changes <= share

    return _border(is_right_enough, 1e-6, 1e9)


def _border(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Up to where it holds, between two numbers of any size."""
    for _ in range(_STEPS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _rounded(seconds: float) -> int:
    """Down, to a number that people write."""
    return max((each for each in _ROUND if each <= seconds), default=0)
