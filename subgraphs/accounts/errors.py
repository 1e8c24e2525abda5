"""Errors of accounts.

DomainError
├── InvalidCredentials      INVALID_CREDENTIALS   e-mail and password do not go together, for whatever reason
├── AccountLocked           ACCOUNT_LOCKED        too many failed sign-ins; `retryAfter` seconds
├── EmailTaken              EMAIL_TAKEN
└── InvalidInput
    ├── WeakPassword        WEAK_PASSWORD         `requirements` lists what is missing
    ├── InvalidEmail        INVALID_EMAIL
    └── InvalidName         INVALID_NAME
"""

from datetime import timedelta

from subgraphs.kit.errors import DomainError, InvalidInput


class InvalidCredentials(DomainError):
    code = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("E-mail address or password is wrong.")


class AccountLocked(DomainError):
    code = "ACCOUNT_LOCKED"

    def __init__(self, remaining: timedelta) -> None:
        seconds = max(1, round(remaining.total_seconds()))
        super().__init__(
            f"Too many failed sign-ins. Try again in {-(-seconds // 60)} minutes.", retryAfter=seconds
        )


class EmailTaken(DomainError):
    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("There is an account with this e-mail address. Sign in instead.")


class WeakPassword(InvalidInput):
    code = "WEAK_PASSWORD"

    def __init__(self, requirements: list[str]) -> None:
        super().__init__(
            f"The password needs {', '.join(requirements)}.", field="password", requirements=requirements
        )


class InvalidEmail(InvalidInput):
    code = "INVALID_EMAIL"

    def __init__(self) -> None:
        super().__init__("This is not an e-mail address.", field="email")


class InvalidName(InvalidInput):
    code = "INVALID_NAME"

    def __init__(self, longest: int) -> None:
        super().__init__(f"A name has from 1 to {longest} characters.", field="name")
