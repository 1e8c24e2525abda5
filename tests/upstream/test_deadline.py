"""A client may shorten its request, never lengthen it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.upstream.deadline import deadline_of

CASES: list[tuple[str | None, float]] = [
    (None, 160.0),
    ("1500", 101.5),
    ("0", 100.0),
    ("000000000001", 100.001),
    ("60000", 160.0),
    ("60001", 160.0),
    ("999999999999", 160.0),
    # Not a whole number of milliseconds.
    ("", 160.0),
    ("-1", 160.0),
    ("+1", 160.0),
    ("1.5", 160.0),
    ("1e3", 160.0),
    ("0x10", 160.0),
    (" 1", 160.0),
    ("1, 2", 160.0),
    ("1_000", 160.0),
    ("٣", 160.0),
    ("²", 160.0),
    ("soon", 160.0),
    ("1" * 13, 160.0),
    ("1" * 10_000, 160.0),
]


@pytest.mark.parametrize(("asked", "expected"), CASES)
def test_deadlines(asked: str | None, expected: float) -> None:
    assert deadline_of(100.0, 60.0, asked) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(st.text() | st.integers().map(str), st.floats(0.001, 1e6), st.floats(0, 1e9))
def test_whatever_a_client_sends_it_gets_no_more_than_there_is(
    asked: str, seconds: float, now: float
) -> None:
    deadline = deadline_of(now, seconds, asked)
    assert now <= deadline <= now + seconds
    assert math.isfinite(deadline)
