"""Advice by what was compared, against changes that are drawn."""

import random

import pytest

from router.cache.advice import ENOUGH, advise
from router.cache.coordinates import AGES, Coordinate

NOTHING = [0] * (len(AGES) + 1)


def observed(rate: float, kept: float, count: int) -> Coordinate:
    """Values of any age up to `kept` seconds, which change so many times a second by chance."""
    source = random.Random(7)
    found = Coordinate("Chef.rating")
    for _ in range(count):
        age = source.uniform(0, kept)
        found.compared(int(age * 1000), is_wrong=source.expovariate(rate) < age)
    return found


@pytest.mark.parametrize(
    ("rate", "kept", "least", "most"),
    [(1 / 3600, 600, 30, 120), (1 / 86_400, 3600, 900, 1800), (1 / 60, 300, 1, 2), (1.0, 60, 0, 0)],
)
def test_what_changes_by_chance_is_kept_so_long_that_one_in_a_hundred_is_wrong(
    rate: float, kept: float, least: int, most: int
) -> None:
    """About a fiftieth of the time between changes: half of it is the average age."""
    found = observed(rate, kept, 20_000)
    advice = advise(found.right, found.wrong, 0.01)
    assert advice.compared == 20_000
    assert advice.seconds is not None
    assert least <= advice.seconds <= most
    assert not advice.is_least


def test_more_may_be_wrong_where_more_is_allowed() -> None:
    found = observed(1 / 3600, 600, 20_000)
    times = [advise(found.right, found.wrong, share).seconds or 0 for share in (0.001, 0.01, 0.1, 0.5)]
    assert times == sorted(times)
    assert times[0] < times[-1]


def test_what_never_changes_may_be_kept_for_long() -> None:
    few, many = (observed(1e-12, 600, count) for count in (100, 10_000))
    first, second = (advise(each.right, each.wrong, 0.01) for each in (few, many))
    assert first.is_least
    assert second.is_least
    assert first.seconds is not None
    assert second.seconds is not None
    assert second.seconds > first.seconds > 0


def test_too_little_says_nothing() -> None:
    right = [ENOUGH - 1, *NOTHING[1:]]
    assert advise(right, NOTHING, 0.01).seconds is None
    assert advise([ENOUGH, *NOTHING[1:]], NOTHING, 0.01).seconds is not None


def test_what_is_always_wrong_is_not_kept() -> None:
    assert advise(NOTHING, [ENOUGH, *NOTHING[1:]], 0.01).seconds == 0
    assert advise([1, *NOTHING[1:]], [10**6, *NOTHING[1:]], 0.01).seconds == 0
