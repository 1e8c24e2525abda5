"""Money: exact, one currency, half to even."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit.money import (
    Currency,
    CurrencyMismatch,
    Money,
    money,
    money_columns,
    money_from_major,
    total,
)

AMOUNTS = st.integers(-(10**15), 10**15)


@given(AMOUNTS, AMOUNTS)
def test_addition_and_subtraction_are_inverse(one: int, other: int) -> None:
    a, b = money(one, Currency.KRW), money(other, Currency.KRW)
    assert a + b - b == a
    assert total([a, b], Currency.KRW) == b + a


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__"])
def test_two_currencies_do_not_mix(operation: str) -> None:
    with pytest.raises(CurrencyMismatch):
        getattr(money(1, Currency.KRW), operation)(money(1, Currency.USD))


def test_the_sum_of_nothing_is_zero_of_the_currency() -> None:
    assert total([], Currency.USD) == money(0, Currency.USD)


@pytest.mark.parametrize(
    ("amount", "factor", "expected"),
    [
        (5, Fraction(1, 2), 2),
        (15, Fraction(1, 10), 2),
        (25, Fraction(1, 10), 2),
        (-15, Fraction(1, 10), -2),
        (1000, Fraction(1, 3), 333),
        (2900, Fraction(13, 30), 1257),
        (100, Decimal("0.105"), 10),
    ],
)
def test_shares_round_half_to_even_once(amount: int, factor: Fraction, expected: int) -> None:
    assert money(amount, Currency.USD).times(factor) == money(expected, Currency.USD)


@given(AMOUNTS, st.integers(1, 1000))
def test_a_share_is_never_off_by_more_than_half_a_minor_unit(amount: int, parts: int) -> None:
    share = money(amount, Currency.USD).times(Fraction(1, parts)).amount_minor
    assert abs(Fraction(amount, parts) - share) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [
        (29, Currency.USD, 2900),
        ("29.90", Currency.USD, 2990),
        ("0.005", Currency.USD, 0),
        (590_000, Currency.KRW, 590_000),
    ],
)
def test_major_units_become_minor_units(major: int | str, currency: Currency, minor: int) -> None:
    assert money_from_major(major, currency) == money(minor, currency)


def test_money_is_hashable_by_value() -> None:
    assert len({money(1, Currency.KRW), money(1, Currency.KRW), money(1, Currency.USD)}) == 2


class Base(DeclarativeBase):
    """Tables that are never made."""


class Ware(Base):
    __tablename__ = "wares"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[Money | None] = money_columns("price", nullable=True)


@pytest.mark.parametrize("price", [money(2990, Currency.USD), None])
def test_a_model_keeps_money_in_two_columns(price: Money | None) -> None:
    state: Any = Ware(price=price)
    assert state.price == price
    expected = (price.amount_minor, price.currency) if price else (None, None)
    assert (state.price_minor, state.price_currency) == expected
