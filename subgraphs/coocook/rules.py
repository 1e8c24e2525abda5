"""Rules of coocook that need no database: when and for how much a chef is booked, and what may become of a booking."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

import strawberry

from subgraphs.coocook.errors import (
    ChefInactive,
    InvalidDuration,
    InvalidPeriod,
    InvalidTransition,
    NotYourStep,
    OwnChefProfile,
    StartInThePast,
    StartTooFarAhead,
    TextTooLong,
)
from subgraphs.coocook.models import BookingStatus, Chef
from subgraphs.kit.money import Money

PRODUCT: Final = "coocook"

SHORTEST_MINUTES: Final = 60
LONGEST_MINUTES: Final = 12 * 60
STEP_MINUTES: Final = 15
DAYS_AHEAD: Final = 365
LONGEST_REQUESTS: Final = 1000
LONGEST_PERIOD_DAYS: Final = 31

EASY_MINUTES: Final = 30
MEDIUM_MINUTES: Final = 60


@strawberry.enum(description="By preparation time: up to 30 minutes, up to 60, longer.")
class RecipeDifficulty(enum.Enum):
    EASY = "EASY"
    MEDIUM = "MEDIUM"
    HARD = "HARD"


class Actor(enum.Enum):
    """Who changes a booking."""

    CUSTOMER = "CUSTOMER"
    CHEF = "CHEF"
    PAYMENT = "PAYMENT"


TRANSITIONS: Final[Mapping[tuple[BookingStatus, BookingStatus], frozenset[Actor]]] = {
    (BookingStatus.PENDING, BookingStatus.CONFIRMED): frozenset({Actor.CHEF, Actor.PAYMENT}),
    (BookingStatus.CONFIRMED, BookingStatus.COMPLETED): frozenset({Actor.CHEF}),
    (BookingStatus.PENDING, BookingStatus.CANCELED): frozenset({Actor.CUSTOMER, Actor.CHEF}),
    (BookingStatus.CONFIRMED, BookingStatus.CANCELED): frozenset({Actor.CUSTOMER, Actor.CHEF}),
}
"""Every step a booking can take, and who takes it. COMPLETED and CANCELED are final."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the start up to, and without, the end."""

    start: datetime
    end: datetime


def check_transition(old: BookingStatus, new: BookingStatus, actor: Actor) -> None:
    """Raises InvalidTransition for a step that nobody takes, NotYourStep for another's."""
    actors = TRANSITIONS.get((old, new))
    if actors is None:
        raise InvalidTransition(old.value, new.value)
    if actor not in actors:
        raise NotYourStep(new.value)


def booking_period(starts_at: datetime, minutes: int, now: datetime) -> Period:
    """Raises StartInThePast, StartTooFarAhead or InvalidDuration."""
    if starts_at <= now:
        raise StartInThePast
    if starts_at > now + timedelta(days=DAYS_AHEAD):
        raise StartTooFarAhead(DAYS_AHEAD)
    check_duration(minutes)
    return Period(starts_at, starts_at + timedelta(minutes=minutes))


def check_duration(minutes: int) -> None:
    """Raises InvalidDuration."""
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES or minutes % STEP_MINUTES:
        raise InvalidDuration(SHORTEST_MINUTES, LONGEST_MINUTES, STEP_MINUTES)


def total_price(price_per_session: Money, minutes: int) -> Money:
    """The price of a session is that of an hour; half of a minor unit rounds to even."""
    return price_per_session.times(Fraction(minutes, 60))


def check_bookable(chef: Chef, customer: int) -> None:
    """Raises OwnChefProfile or ChefInactive."""
    if chef.user_id == customer:
        raise OwnChefProfile
    if not chef.is_active:
        raise ChefInactive


def special_requests(text: str | None) -> str | None:
    """Trimmed; None if nothing is left. Raises TextTooLong."""
    trimmed = (text or "").strip()
    if len(trimmed) > LONGEST_REQUESTS:
        raise TextTooLong("specialRequests", LONGEST_REQUESTS)
    return trimmed or None


def availability_period(start: datetime, end: datetime) -> Period:
    """Raises InvalidPeriod."""
    if not timedelta() < end - start <= timedelta(days=LONGEST_PERIOD_DAYS):
        raise InvalidPeriod(LONGEST_PERIOD_DAYS)
    return Period(start, end)


def difficulty(prep_time_minutes: int) -> RecipeDifficulty:
    if prep_time_minutes <= EASY_MINUTES:
        return RecipeDifficulty.EASY
    return RecipeDifficulty.MEDIUM if prep_time_minutes <= MEDIUM_MINUTES else RecipeDifficulty.HARD


def prep_time_range(wanted: RecipeDifficulty) -> tuple[int, int | None]:
    """The preparation times of a difficulty: longer than the first, up to the second."""
    ranges: Mapping[RecipeDifficulty, tuple[int, int | None]] = {
        RecipeDifficulty.EASY: (0, EASY_MINUTES),
        RecipeDifficulty.MEDIUM: (EASY_MINUTES, MEDIUM_MINUTES),
        RecipeDifficulty.HARD: (MEDIUM_MINUTES, None),
    }
    return ranges[wanted]
