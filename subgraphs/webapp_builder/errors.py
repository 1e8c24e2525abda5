"""Errors of webapp_builder.

DomainError
├── CohortStarted     COHORT_STARTED     too late to enrol
├── SeatsGone         SEATS_GONE         the cohort is full; its waiting list is open
└── AlreadyEnrolled   ALREADY_ENROLLED   the student has a running enrolment, or waits for a seat
"""

from subgraphs.kit.errors import DomainError


class CohortStarted(DomainError):
    code = "COHORT_STARTED"

    def __init__(self) -> None:
        super().__init__(
            "This cohort has begun. Choose one of `cohorts(upcomingOnly: true)`.", field="cohortId"
        )


class SeatsGone(DomainError):
    code = "SEATS_GONE"

    def __init__(self) -> None:
        super().__init__(
            "All seats of this cohort are taken. Enrol with `joinWaitingList: true` to wait for one.",
            field="cohortId",
        )


class AlreadyEnrolled(DomainError):
    code = "ALREADY_ENROLLED"

    def __init__(self) -> None:
        super().__init__("You have a running enrolment, or a place on a waiting list. See `myEnrollments`.")
