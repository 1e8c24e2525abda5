"""When garbage is looked for; what these change is put back."""

import gc
import sys
from collections.abc import Iterator

import pytest

from router.serving.garbage import Garbage, paused


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, seconds = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(seconds)
    gc.unfreeze()


class Circle:
    """Only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


def circles() -> int:
    return sum(type(each) is Circle for each in gc.get_objects())


def test_what_is_left_over_goes_and_what_lasts_is_kept() -> None:
    with paused():
        assert not gc.isenabled()
        lasts = [Circle() for _ in range(10)]
        Circle()

    assert gc.isenabled()
    assert circles() == 0, "kept out of the sight of collections"
    gc.unfreeze()
    assert circles() == len(lasts)


def test_looks_at_the_young_only_beside_a_load() -> None:
    garbage = Garbage()
    garbage.settle()
    usual = gc.get_threshold()

    with garbage.loading():
        beside = gc.get_threshold()

    assert beside[0] < usual[0]
    assert beside[2] > 1_000_000
    assert gc.get_threshold() == usual


def test_has_grown_by_a_quarter() -> None:
    garbage = Garbage()
    assert not garbage.has_grown()

    ballast = [str(number) for number in range(sys.getallocatedblocks())]

    assert garbage.has_grown()
    garbage.sweep()
    assert not garbage.has_grown(), len(ballast)


def test_sweeps_what_was_kept() -> None:
    garbage = Garbage()
    Circle()
    garbage.keep()

    garbage.sweep()
    gc.unfreeze()

    assert circles() == 0
