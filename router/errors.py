"""Every error that the router raises on purpose, and which of them a client may read.

RouterError
├── ClientError      the message is safe to show, the code is stable
└── InternalError    shown as a generic text with an id; the message goes to the log
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from graphql import SourceLocation

JsonValue: TypeAlias = Any


class RouterError(Exception):
    """`code` is part of the API: clients and dashboards compare it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ClientError(RouterError):
    """Something the client sent or asked for. `status` is the HTTP status when nothing else was answered."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        locations: Sequence[SourceLocation] = (),
        path: Sequence[str | int] = (),
        extensions: Mapping[str, JsonValue] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.locations = tuple(locations)
        self.path = tuple(path)
        self.extensions = dict(extensions or {})

    def to_json(self) -> dict[str, JsonValue]:
        """The error as GraphQL's response format has it: https://spec.graphql.org/October2021/#sec-Errors"""
        error: dict[str, JsonValue] = {"message": self.message}
        if self.locations:
            error["locations"] = [{"line": at.line, "column": at.column} for at in self.locations]
        if self.path:
            error["path"] = list(self.path)
        error["extensions"] = {"code": self.code, **self.extensions}
        return error


class ClientErrors(ClientError):
    """Several errors of one request, such as all that validation found. Has the code of the first."""

    def __init__(self, errors: Sequence[ClientError]) -> None:
        first = errors[0]
        super().__init__(first.code, first.message, status=first.status)
        self.errors = tuple(errors)


class InternalError(RouterError):
    """Something that is not the client's to know or to mend."""
