"""The pure rules of coocook: steps of a booking, times, prices, difficulties."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.coocook import rules
from subgraphs.coocook.errors import (
    ChefInactive,
    CurrencyRequired,
    InvalidDuration,
    InvalidPeriod,
    InvalidPriceRange,
    InvalidTransition,
    NotYourStep,
    OwnChefProfile,
    StartInThePast,
    StartTooFarAhead,
    TextTooLong,
)
from subgraphs.coocook.models import BookingStatus, Chef
from subgraphs.coocook.repository import ChefSort
from subgraphs.coocook.rules import Actor, RecipeDifficulty
from subgraphs.coocook.types.catalogue import ChefFilter, PriceRange
from subgraphs.kit.money import Currency, money
from subgraphs.kit.scalars import Int64

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
PENDING, CONFIRMED, COMPLETED, CANCELED = BookingStatus
CUSTOMER, CHEF, PAYMENT = Actor
ALLOWED = {
    (PENDING, CONFIRMED, CHEF),
    (PENDING, CONFIRMED, PAYMENT),
    (CONFIRMED, COMPLETED, CHEF),
    (PENDING, CANCELED, CUSTOMER),
    (PENDING, CANCELED, CHEF),
    (CONFIRMED, CANCELED, CUSTOMER),
    (CONFIRMED, CANCELED, CHEF),
}


@pytest.mark.parametrize(("old", "new", "actor"), list(product(BookingStatus, BookingStatus, Actor)))
def test_every_step_of_a_booking(old: BookingStatus, new: BookingStatus, actor: Actor) -> None:
    if (old, new, actor) in ALLOWED:
        rules.check_transition(old, new, actor)
        return
    somebody_may = any((old, new, other) in ALLOWED for other in Actor)
    with pytest.raises(NotYourStep if somebody_may else InvalidTransition):
        rules.check_transition(old, new, actor)


@pytest.mark.parametrize("final", [COMPLETED, CANCELED])
def test_final_states_stay(final: BookingStatus) -> None:
    assert not [step for step in rules.TRANSITIONS if step[0] is final]


@pytest.mark.parametrize(
    ("ahead", "minutes", "error"),
    [
        (timedelta(), 120, StartInThePast),
        (timedelta(microseconds=-1), 120, StartInThePast),
        (timedelta(days=-400), 120, StartInThePast),
        (timedelta(days=365, microseconds=1), 120, StartTooFarAhead),
        (timedelta(hours=1), 59, InvalidDuration),
        (timedelta(hours=1), 0, InvalidDuration),
        (timedelta(hours=1), -60, InvalidDuration),
        (timedelta(hours=1), 70, InvalidDuration),
        (timedelta(hours=1), 735, InvalidDuration),
        (timedelta(hours=1), 2**31 - 1, InvalidDuration),
    ],
)
def test_times_that_cannot_be_booked(ahead: timedelta, minutes: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        rules.booking_period(NOW + ahead, minutes, NOW)


@pytest.mark.parametrize("minutes", [60, 75, 120, 720])
@pytest.mark.parametrize("ahead", [timedelta(microseconds=1), timedelta(days=365)])
def test_times_that_can_be_booked(ahead: timedelta, minutes: int) -> None:
    period = rules.booking_period(NOW + ahead, minutes, NOW)
    assert (period.start, period.end - period.start) == (NOW + ahead, timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("minor", "currency", "minutes", "expected"),
    [
        (12_000, Currency.USD, 120, 24_000),
        (10_001, Currency.USD, 90, 15_002),  # 15,001.5 to even, up
        (10_003, Currency.USD, 90, 15_004),  # 15,004.5 to even, down
        (12_999, Currency.USD, 75, 16_249),  # 16,248.75
        (50_001, Currency.KRW, 90, 75_002),
        (0, Currency.KRW, 720, 0),
    ],
)
def test_total_price(minor: int, currency: Currency, minutes: int, expected: int) -> None:
    assert rules.total_price(money(minor, currency), minutes) == money(expected, currency)


@given(st.integers(0, 10**12), st.integers(4, 48))
def test_total_price_is_never_off_by_more_than_half(minor: int, quarters: int) -> None:
    total = rules.total_price(money(minor, Currency.USD), 15 * quarters)
    assert abs(total.amount_minor - Fraction(minor * quarters, 4)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("user", "active", "error"),
    [(8, True, OwnChefProfile), (8, False, OwnChefProfile), (9, False, ChefInactive)],
)
def test_chefs_that_cannot_be_booked(user: int, active: bool, error: type[Exception]) -> None:
    with pytest.raises(error):
        rules.check_bookable(Chef(user_id=user, is_active=active), 8)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [(None, None), ("", None), ("  \n", None), (" No nuts. ", "No nuts."), ("x" * 1000, "x" * 1000)],
)
def test_special_requests(given_text: str | None, kept: str | None) -> None:
    assert rules.special_requests(given_text) == kept


def test_special_requests_end_somewhere() -> None:
    with pytest.raises(TextTooLong):
        rules.special_requests("x" * 1001)


@pytest.mark.parametrize("length", [timedelta(), timedelta(seconds=-1), timedelta(days=31, seconds=1)])
def test_periods_that_cannot_be_asked_for(length: timedelta) -> None:
    with pytest.raises(InvalidPeriod):
        rules.availability_period(NOW, NOW + length)


@given(st.integers(1, 10_000))
def test_a_preparation_time_is_in_the_range_of_its_difficulty_only(minutes: int) -> None:
    ranges = {difficulty: rules.prep_time_range(difficulty) for difficulty in RecipeDifficulty}
    fitting = [
        d for d, (over, up_to) in ranges.items() if over < minutes and (up_to is None or minutes <= up_to)
    ]
    assert fitting == [rules.difficulty(minutes)]


@pytest.mark.parametrize(("low", "high"), [(-1, None), (None, -1), (2, 1), (-5, -1)])
def test_price_ranges_that_are_none(low: int | None, high: int | None) -> None:
    wanted = PriceRange(
        currency=Currency.USD,
        at_least=None if low is None else Int64(low),
        at_most=None if high is None else Int64(high),
    )
    with pytest.raises(InvalidPriceRange):
        ChefFilter(price=wanted).selection(ChefSort.RATING)


@pytest.mark.parametrize("sort", [ChefSort.PRICE_LOW, ChefSort.PRICE_HIGH])
def test_prices_are_not_compared_across_currencies(sort: ChefSort) -> None:
    with pytest.raises(CurrencyRequired):
        ChefFilter().selection(sort)
