"""How errors look to clients: the one place that turns exceptions into GraphQL errors."""

import logging
from collections.abc import Iterable
from typing import Final
from uuid import uuid4

from graphql import GraphQLError, GraphQLSyntaxError
from sqlalchemy.exc import DBAPIError

from subgraphs.kit.errors import DomainError, InvalidInput, JsonValue

# PostgreSQL's text holds every character but this one, so wherever a client's text goes, this is the answer.
NUL_IN_TEXT: Final = "22021"

logger = logging.getLogger("subgraphs")


def render(errors: Iterable[GraphQLError], service: str, *, executed: bool) -> list[JsonValue]:
    """Errors as the response format has them, each with a code in its extensions."""
    without_cause = "BAD_USER_INPUT" if executed else "GRAPHQL_VALIDATION_FAILED"
    incidents = _Incidents(service)
    return [_render(error, incidents, without_cause) for error in errors]


class _Incidents:
    """A loader that fails does so for every field that waits for it: one number, and one line in the log."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._numbers: dict[int, str] = {}

    def number(self, cause: BaseException) -> str:
        if id(cause) not in self._numbers:
            self._numbers[id(cause)] = uuid4().hex
            logger.error("%s failed, incident %s", self._service, self._numbers[id(cause)], exc_info=cause)
        return self._numbers[id(cause)]


def request_error(code: str, message: str) -> dict[str, JsonValue]:
    """The answer to a request that is not GraphQL."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _render(error: GraphQLError, incidents: _Incidents, without_cause: str) -> JsonValue:
    rendered: JsonValue = dict(error.formatted)
    cause = _cause(error)
    if isinstance(cause, DomainError):
        rendered["message"] = cause.message
        rendered["extensions"] = {"code": cause.code, **cause.extensions}
    elif isinstance(error, GraphQLSyntaxError):
        rendered["extensions"] = {"code": "GRAPHQL_PARSE_FAILED"}
    elif cause is None:
        rendered["extensions"] = {"code": without_cause}
    else:
        incident = incidents.number(cause)
        rendered["message"] = f"Something went wrong on our side. Quote {incident} when you report it."
        rendered["extensions"] = {"code": "INTERNAL_SERVER_ERROR", "incident": incident}
    return rendered


def _cause(error: GraphQLError) -> BaseException | None:
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) == NUL_IN_TEXT:
        return InvalidInput("Text cannot hold the character U+0000.")
    return cause
