"""Errors that a subgraph raises on purpose. A domain adds a subclass per case in its own errors.py.

DomainError
├── Unauthenticated           UNAUTHENTICATED         nobody is signed in
│   ├── TokenExpired          TOKEN_EXPIRED           sign in again
│   └── InvalidToken          INVALID_TOKEN           not a token of ours
├── Forbidden                 FORBIDDEN               signed in, but not allowed
│   └── SubscriptionRequired  SUBSCRIPTION_REQUIRED   no active subscription to the product
├── NotFound                  NOT_FOUND               does not exist, or is not the viewer's to see
└── InvalidInput              BAD_USER_INPUT          a value breaks a rule; `field` names the argument
    ├── InvalidId             INVALID_ID
    ├── InvalidCursor         INVALID_CURSOR
    ├── InvalidPageSize       INVALID_PAGE_SIZE
    └── InvalidRepresentation INVALID_REPRESENTATION  what a router sent to `_entities`

Whatever else leaves a resolver is a defect: logged with an id, shown as INTERNAL_SERVER_ERROR with that id.
"""

from typing import Any, ClassVar, TypeAlias

JsonValue: TypeAlias = Any


class DomainError(Exception):
    """`code` is part of the API; message and extensions are shown to the client as they are."""

    code: ClassVar[str]

    def __init__(self, message: str, **extensions: JsonValue) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = extensions


class Unauthenticated(DomainError):
    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in first: send `Authorization: Bearer <access token>`.") -> None:
        super().__init__(message)


class TokenExpired(Unauthenticated):
    code = "TOKEN_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The access token has expired. Sign in again.")


class InvalidToken(Unauthenticated):
    code = "INVALID_TOKEN"

    def __init__(self) -> None:
        super().__init__("The access token is not valid. Sign in again.")


class Forbidden(DomainError):
    code = "FORBIDDEN"

    def __init__(self, message: str = "You are not allowed to do this.") -> None:
        super().__init__(message)


class SubscriptionRequired(Forbidden):
    code = "SUBSCRIPTION_REQUIRED"

    def __init__(self, product: str) -> None:
        DomainError.__init__(self, f"This needs an active subscription to {product}.", product=product)


class NotFound(DomainError):
    """Also for what exists but is not the viewer's: the two must look the same."""

    code = "NOT_FOUND"

    def __init__(self, type_name: str) -> None:
        super().__init__(f"There is no such {type_name}.")


class InvalidInput(DomainError):
    code = "BAD_USER_INPUT"


class InvalidId(InvalidInput):
    code = "INVALID_ID"

    def __init__(self, type_name: str) -> None:
        super().__init__(f"This is not the id of a {type_name}.")


class InvalidCursor(InvalidInput):
    code = "INVALID_CURSOR"

    def __init__(self) -> None:
        super().__init__("This cursor does not belong to this list. Take `after` from `pageInfo.endCursor`.")


class InvalidPageSize(InvalidInput):
    code = "INVALID_PAGE_SIZE"

    def __init__(self, largest: int) -> None:
        super().__init__(f"`first` must be from 1 to {largest}.")


class InvalidRepresentation(InvalidInput):
    code = "INVALID_REPRESENTATION"
