"""Money: whole minor units of one currency. Never a float, never two currencies in one sum."""

import enum
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import strawberry
from sqlalchemy import BigInteger, Enum
from sqlalchemy.orm import Composite, composite, mapped_column

from subgraphs.kit.cache_control import INHERITED
from subgraphs.kit.errors import InvalidInput
from subgraphs.kit.scalars import Int64


@strawberry.enum(description="ISO 4217.")
class Currency(enum.Enum):
    KRW = "KRW"
    USD = "USD"

    @property
    def decimals(self) -> int:
        """Digits of the minor unit: the won has none."""
        return 0 if self is Currency.KRW else 2


class CurrencyMismatch(InvalidInput):
    code = "CURRENCY_MISMATCH"

    def __init__(self, one: Currency, other: Currency) -> None:
        super().__init__(f"Cannot combine {one.value} with {other.value}.")


@strawberry.federation.type(
    shareable=True,
    directives=[INHERITED],
    description="An amount in minor units: cents for USD, won for KRW.",
)
class Money:
    amount_minor: Int64
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        self._check(other)
        return money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._check(other)
        return money(self.amount_minor - other.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._check(other)
        return self.amount_minor < other.amount_minor

    def __hash__(self) -> int:
        return hash((self.amount_minor, self.currency))

    def times(self, factor: int | Fraction | Decimal) -> "Money":
        """Rounds half to even, once: give shares and prorations as one exact factor, such as Fraction(13, 30)."""
        return money(round(Fraction(self.amount_minor) * Fraction(factor)), self.currency)

    def __composite_values__(self) -> tuple[int, Currency]:
        """For SQLAlchemy, when a Money attribute of a model is set: see money_columns."""
        return self.amount_minor, self.currency

    def _check(self, other: "Money") -> None:
        if self.currency is not other.currency:
            raise CurrencyMismatch(self.currency, other.currency)


def money(amount_minor: int, currency: Currency) -> Money:
    """Money from minor units."""
    return Money(amount_minor=Int64(amount_minor), currency=currency)


def money_from_major(amount: Decimal | int | str, currency: Currency) -> Money:
    """Money from units as people write them, such as "29.90" USD; half of a minor unit rounds to even."""
    minor = Decimal(amount).scaleb(currency.decimals).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return money(int(minor), currency)


def total(amounts: list[Money], currency: Currency) -> Money:
    """The sum, also of nothing. Raises CurrencyMismatch."""
    return sum(amounts, start=money(0, currency))


def money_columns(prefix: str, *, nullable: bool = False) -> Composite[Any]:
    """Two columns, `<prefix>_minor` and `<prefix>_currency`, as one Money attribute of a model."""
    return composite(
        _from_columns,
        mapped_column(f"{prefix}_minor", BigInteger, nullable=nullable),
        mapped_column(f"{prefix}_currency", currency_type(f"{prefix}_currency"), nullable=nullable),
    )


def currency_type(name: str) -> Enum:
    """The type of a currency column; `name` becomes part of its CHECK constraint's name."""
    return Enum(Currency, native_enum=False, create_constraint=True, length=3, name=name)


def _from_columns(amount_minor: int | None, currency: Currency | None) -> Money | None:
    if amount_minor is None or currency is None:
        return None
    return money(amount_minor, currency)
