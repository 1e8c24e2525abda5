"""Rules of webapp_builder that need no database: how long the bootcamp takes, and how far a student has come."""

from datetime import datetime, timedelta
from typing import Final

from subgraphs.webapp_builder.models import EnrollmentStatus

PRODUCT: Final = "webapp-builder"
WEEKS: Final = 8
DURATION: Final = timedelta(weeks=WEEKS)
OVER: Final = frozenset({EnrollmentStatus.COMPLETED, EnrollmentStatus.DROPPED})


def days_remaining(status: EnrollmentStatus, ends_at: datetime, now: datetime) -> int:
    """Until the end, a day that has begun counted whole; 0 when it is over."""
    if status in OVER or now >= ends_at:
        return 0
    return -((now - ends_at) // timedelta(days=1))


def progress(completed: int, total: int) -> int:
    """Percent, rounded down: 100 only when all lessons are completed."""
    return 100 * completed // total if total else 0
