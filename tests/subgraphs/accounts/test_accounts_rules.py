"""The pure rules of accounts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.accounts import rules
from subgraphs.accounts.errors import AccountLocked, InvalidEmail, InvalidName, WeakPassword
from subgraphs.accounts.models import Subscription, SubscriptionStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("password", "unmet"),
    [
        ("Bibimbap-For-2!", []),
        ("김치Jjigae7!", []),
        ("Ab1!", ["at least 8 characters"]),
        ("lower-case-7!", ["an upper-case letter"]),
        ("No-Digit-Here!", ["a digit"]),
        ("NoSpecial77", ["a special sign"]),
        ("No Special 77", ["a special sign"]),
        ("MyPassWord-77!", ["no common word"]),
        ("", ["at least 8 characters", "an upper-case letter", "a digit", "a special sign"]),
        ("A1!" + "x" * 126, ["at most 128 characters"]),
    ],
)
def test_passwords(password: str, unmet: list[str]) -> None:
    if not unmet:
        rules.check_password(password)
        return
    with pytest.raises(WeakPassword) as refused:
        rules.check_password(password)
    assert refused.value.extensions == {"field": "password", "requirements": unmet}


@pytest.mark.parametrize(
    ("email", "normal"),
    [(" Demo@SoftFactory.COM ", "demo@softfactory.com"), ("a+b@c.d.e", "a+b@c.d.e"), ("é@x.fr", "é@x.fr")],
)
def test_email_addresses_are_normalised(email: str, normal: str) -> None:
    assert rules.normal_email(email) == normal


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "@b.c", "a@", "a@b.", "a@.b", "a b@c.d", "a@b@c.d", "a@b.c\0", "x" * 251 + "@b.c"],
)
def test_other_text_is_no_email_address(email: str) -> None:
    with pytest.raises(InvalidEmail):
        rules.normal_email(email)


@given(st.emails())
def test_a_normal_address_stays_as_it_is(email: str) -> None:
    try:
        normal = rules.normal_email(email)
    except InvalidEmail:
        return
    assert rules.normal_email(normal) == normal


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\nb", "a\0b"])
def test_bad_names(name: str) -> None:
    with pytest.raises(InvalidName):
        rules.normal_name(name)


@pytest.mark.parametrize(
    ("status", "end", "access"),
    [
        (SubscriptionStatus.ACTIVE, NOW + HOUR, True),
        (SubscriptionStatus.ACTIVE, None, True),
        (SubscriptionStatus.ACTIVE, NOW, False),
        (SubscriptionStatus.CANCELING, NOW + HOUR, True),
        (SubscriptionStatus.CANCELING, NOW - HOUR, False),
        (SubscriptionStatus.PAST_DUE, NOW + HOUR, False),
        (SubscriptionStatus.CANCELED, NOW + HOUR, False),
        (SubscriptionStatus.EXPIRED, None, False),
    ],
)
def test_what_gives_access(status: SubscriptionStatus, end: datetime | None, access: bool) -> None:
    assert rules.gives_access(Subscription(status=status, current_period_end=end), NOW) is access


@pytest.mark.parametrize(("seconds", "minutes"), [(900, 15), (841, 15), (840, 14), (1, 1), (0.2, 1)])
def test_a_lock_says_how_long_in_whole_minutes(seconds: float, minutes: int) -> None:
    assert f"in {minutes} minute" in AccountLocked(timedelta(seconds=seconds)).message
