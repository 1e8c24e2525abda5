"""Days until the end, and how far a student has come."""

from datetime import UTC, datetime, timedelta

import pytest

from subgraphs.webapp_builder import rules
from subgraphs.webapp_builder.models import EnrollmentStatus

END = datetime(2026, 8, 31, 10, tzinfo=UTC)
# status, time until the end, days that remain
REMAINING = [
    ("ENROLLED", timedelta(days=70), 70),
    ("IN_PROGRESS", timedelta(days=56), 56),
    ("IN_PROGRESS", timedelta(days=1, seconds=1), 2),
    ("IN_PROGRESS", timedelta(days=1), 1),
    ("IN_PROGRESS", timedelta(microseconds=1), 1),
    ("IN_PROGRESS", timedelta(0), 0),
    ("IN_PROGRESS", timedelta(days=-400), 0),
    ("WAITLISTED", timedelta(days=3), 3),
    ("COMPLETED", timedelta(days=3), 0),
    ("DROPPED", timedelta(days=3), 0),
]


@pytest.mark.parametrize(("status", "left", "days"), REMAINING)
def test_days_remaining(status: str, left: timedelta, days: int) -> None:
    assert rules.days_remaining(EnrollmentStatus(status), END, END - left) == days


@pytest.mark.parametrize(
    ("completed", "total", "percent"), [(0, 20, 0), (7, 20, 35), (2, 3, 66), (20, 20, 100), (0, 0, 0)]
)
def test_progress(completed: int, total: int, percent: int) -> None:
    assert rules.progress(completed, total) == percent
