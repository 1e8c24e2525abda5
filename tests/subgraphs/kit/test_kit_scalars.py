"""DateTime and Int64: strict in, uniform out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.scalars import SCALARS, Int64

DATETIME, INT64 = SCALARS[datetime], SCALARS[Int64]


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_survive_the_wire(moment: datetime) -> None:
    written = DATETIME.serialize(moment)
    assert written.endswith("Z")
    assert DATETIME.parse_value(written) == moment


def test_moments_are_written_in_utc() -> None:
    seoul = timezone(timedelta(hours=9))
    assert DATETIME.serialize(datetime(2026, 1, 1, 9, tzinfo=seoul)) == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "value", ["2026-01-01T09:00:00", "2026-01-01", "soon", 1, None, "0001-01-01T00:00:00+23:00"]
)
def test_moments_without_an_offset_are_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        DATETIME.parse_value(value)


def test_a_naive_moment_is_never_written() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        DATETIME.serialize(datetime(2026, 1, 1))


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, True, 1.0, "1", None])
def test_int64_refuses_what_is_no_64_bit_number(value: object) -> None:
    with pytest.raises(GraphQLError):
        INT64.parse_value(value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_int64_survives_the_wire(value: int) -> None:
    assert INT64.parse_value(INT64.serialize(value)) == value
