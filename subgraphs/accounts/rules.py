"""Rules of accounts that need no database: what a password, an e-mail address and a name must be; who has access."""

import re
from datetime import datetime, timedelta
from typing import Final

from subgraphs.accounts.errors import InvalidEmail, InvalidName, WeakPassword
from subgraphs.accounts.models import Subscription, SubscriptionStatus

FAILURES_TO_LOCK: Final = 5
FAILURE_WINDOW: Final = timedelta(minutes=1)
LOCK_TIME: Final = timedelta(minutes=15)

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 128  # argon2 reads all of it, so an endless one would be an attack
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 120
COMMON_WORDS: Final = (
    "password",
    "passwort",
    "qwerty",
    "letmein",
    "welcome",
    "admin",
    "iloveyou",
    "12345678",
    "softfactory",
)
EMAIL: Final = re.compile(r"[^@\s\x00]+@[^@\s\x00.]+(\.[^@\s\x00.]+)+")


def normal_email(email: str) -> str:
    """Lower-cased and trimmed. Raises InvalidEmail."""
    normal = email.strip().lower()
    if len(normal) > LONGEST_EMAIL or not EMAIL.fullmatch(normal):
        raise InvalidEmail
    return normal


def normal_name(name: str) -> str:
    """Trimmed. Raises InvalidName."""
    normal = name.strip()
    if not 1 <= len(normal) <= LONGEST_NAME or not normal.isprintable():
        raise InvalidName(LONGEST_NAME)
    return normal


def check_password(password: str) -> None:
    """Raises WeakPassword, which lists every requirement that is not met."""
    lowered = password.lower()
    unmet = [
        requirement
        for requirement, met in (
            (f"at least {SHORTEST_PASSWORD} characters", len(password) >= SHORTEST_PASSWORD),
            (f"at most {LONGEST_PASSWORD} characters", len(password) <= LONGEST_PASSWORD),
            ("an upper-case letter", any(char.isupper() for char in password)),
            ("a digit", any(char.isdigit() for char in password)),
            ("a special sign", any(not char.isalnum() and not char.isspace() for char in password)),
            ("no common word", not any(word in lowered for word in COMMON_WORDS)),
        )
        if not met
    ]
    if unmet:
        raise WeakPassword(unmet)


def gives_access(subscription: Subscription, now: datetime) -> bool:
    """Whether it opens its product now. A period that has passed counts, whatever the status says."""
    running = subscription.status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.CANCELING)
    end = subscription.current_period_end
    return running and (end is None or now < end)
