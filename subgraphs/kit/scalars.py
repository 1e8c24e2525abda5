"""Custom scalars of all subgraphs, and how Python types map to them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Int64 = NewType("Int64", int)

SMALLEST, LARGEST = -(2**63), 2**63 - 1


# What cannot be written is our defect: a ValueError, hidden. What cannot be read is the client's: a GraphQLError, shown.
def _write_int64(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not SMALLEST <= value <= LARGEST:
        raise ValueError(f"Int64 cannot represent {value!r}: expected a whole number of at most 64 bits.")
    return value


def _read_int64(value: object) -> int:
    try:
        return _write_int64(value)
    except ValueError as error:
        raise GraphQLError(str(error)) from None


def _write_datetime(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("DateTime cannot represent a time without an offset.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_datetime(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError(
        f"DateTime cannot represent {value!r}: expected RFC 3339 such as 2026-01-31T09:00:00Z."
    )


SCALARS: Mapping[object, ScalarDefinition] = {
    Int64: strawberry.scalar(
        name="Int64",
        description="A whole number of up to 64 bits, as a JSON number.",
        serialize=_write_int64,
        parse_value=_read_int64,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, as RFC 3339.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_write_datetime,
        parse_value=_read_datetime,
    ),
}
