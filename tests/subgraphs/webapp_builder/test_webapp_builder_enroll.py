"""Enrolling: seats, waiting lists, one enrolment a user, under real concurrency."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from subgraphs.kit import ids
from subgraphs.kit.clock import utc_now
from subgraphs.kit.testing import Client, FakeClock

ENROLL = """
mutation($cohort: ID!, $wait: Boolean! = false) {
  enroll(cohortId: $cohort, joinWaitingList: $wait) {
    id status progress daysRemaining waitingPosition startsAt endsAt student { id } cohort { id seatsLeft waitingCount }
  }
}
"""


async def seats_taken(connection: asyncpg.Connection, cohort: str) -> int:
    taken: int = await connection.fetchval(
        "SELECT seats_taken FROM cohorts WHERE id = $1", ids.decode("Cohort", cohort)
    )
    return taken


async def enroll(client: Client, student: int, cohort: str, *, wait: bool = False) -> Any:
    return (await client.as_user(student).data(ENROLL, cohort=cohort, wait=wait))["enroll"]


async def test_a_seat(
    client: Client, clock: FakeClock, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    (student,) = students(1)
    cohort = await make_cohort(3, clock.now + timedelta(days=10))
    with client.statements() as seen:
        enrollment = await enroll(client, student, cohort)
    # Seat, waiting list, enrolment, events; then cohort, lessons, two about waiting.
    assert seen.count == 8
    assert enrollment.pop("id")
    assert (enrollment.pop("startsAt"), enrollment.pop("endsAt")) == tuple(
        (clock.now + timedelta(days=days)).isoformat().replace("+00:00", "Z") for days in (10, 66)
    )
    assert enrollment == {
        "status": "ENROLLED",
        "progress": 0,
        "daysRemaining": 66,
        "waitingPosition": None,
        "student": {"id": ids.encode("User", student)},
        "cohort": {"id": cohort, "seatsLeft": 2, "waitingCount": 0},
    }


async def test_an_event_is_written(
    client: Client, connection: asyncpg.Connection, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    (student,) = students(1)
    cohort = await make_cohort(1)
    enrollment = await enroll(client, student, cohort)
    events = await connection.fetch(
        "SELECT kind, entity_type FROM outbox_events WHERE entity_key = ANY($1) ORDER BY id",
        [cohort, enrollment["id"]],
    )
    assert sorted(tuple(event) for event in events) == [("created", "Enrollment"), ("seat_taken", "Cohort")]


async def test_seats_gone(
    client: Client, connection: asyncpg.Connection, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    first, second = students(2)
    cohort = await make_cohort(1)
    await enroll(client, first, cohort)
    assert await client.as_user(second).codes(ENROLL, cohort=cohort) == ["SEATS_GONE"]
    assert await connection.fetchval("SELECT count(*) FROM enrollments WHERE student_id = $1", second) == 0


async def test_the_waiting_list(
    client: Client, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    cohort = await make_cohort(0)
    places = [await enroll(client, student, cohort, wait=True) for student in students(2)]
    assert [(place["status"], place["waitingPosition"]) for place in places] == [
        ("WAITLISTED", 1),
        ("WAITLISTED", 2),
    ]
    assert places[1]["cohort"] == {"id": cohort, "seatsLeft": 0, "waitingCount": 2}


async def test_a_free_seat_is_taken_by_those_who_would_wait(
    client: Client, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    (student,) = students(1)
    assert (await enroll(client, student, await make_cohort(1), wait=True))["status"] == "ENROLLED"


async def test_a_seat_ends_the_waiting_elsewhere(
    client: Client, connection: asyncpg.Connection, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    student, other = students(2)
    full, free = await make_cohort(0), await make_cohort(1)
    waiting = await enroll(client, student, full, wait=True)
    await enroll(client, other, full, wait=True)
    assert (await enroll(client, student, free))["status"] == "ENROLLED"
    statuses = await connection.fetch(
        "SELECT status FROM enrollments WHERE student_id = $1 ORDER BY id", student
    )
    assert [row["status"] for row in statuses] == ["DROPPED", "ENROLLED"]
    dropped = "SELECT count(*) FROM outbox_events WHERE entity_key = $1 AND kind = 'dropped'"
    assert await connection.fetchval(dropped, waiting["id"]) == 1
    left = "SELECT count(*) FROM outbox_events WHERE entity_key = $1 AND kind = 'waiting_list_left'"
    assert await connection.fetchval(left, full) == 1
    positions = await client.as_user(other).data("{ myEnrollments { nodes { waitingPosition } } }")
    assert positions == {"myEnrollments": {"nodes": [{"waitingPosition": 1}]}}


@pytest.mark.parametrize("wait", [False, True])
async def test_one_enrolment_a_user(
    client: Client,
    connection: asyncpg.Connection,
    make_cohort: Any,
    students: Callable[[int], list[int]],
    wait: bool,
) -> None:
    (student,) = students(1)
    await enroll(client, student, await make_cohort(1))
    other = await make_cohort(1)
    assert await client.as_user(student).codes(ENROLL, cohort=other, wait=wait) == ["ALREADY_ENROLLED"]
    assert await seats_taken(connection, other) == 0


async def test_one_place_to_wait_a_user(
    client: Client, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    (student,) = students(1)
    cohort = await make_cohort(0)
    await enroll(client, student, cohort, wait=True)
    for again in (cohort, await make_cohort(0)):
        assert await client.as_user(student).codes(ENROLL, cohort=again, wait=True) == ["ALREADY_ENROLLED"]


async def test_after_the_bootcamp_one_may_come_again(
    client: Client, connection: asyncpg.Connection, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    (student,) = students(1)
    await enroll(client, student, await make_cohort(1))
    for status in ("COMPLETED", "DROPPED"):
        await connection.execute("UPDATE enrollments SET status = $1 WHERE student_id = $2", status, student)
        assert (await enroll(client, student, await make_cohort(1)))["status"] == "ENROLLED"


@pytest.mark.parametrize("seats", [0, 3])
@pytest.mark.parametrize("wait", [False, True])
async def test_a_cohort_that_has_begun_is_closed(
    client: Client,
    clock: FakeClock,
    make_cohort: Any,
    students: Callable[[int], list[int]],
    seats: int,
    wait: bool,
) -> None:
    before, student = students(2)
    start = utc_now().replace(microsecond=0) + timedelta(days=500, seconds=student)
    cohort = await make_cohort(seats, start)
    clock.now = start - timedelta(microseconds=1)
    assert (await enroll(client, before, cohort, wait=True))["status"] == (
        "ENROLLED" if seats else "WAITLISTED"
    )
    clock.now = start
    assert await client.as_user(student).codes(ENROLL, cohort=cohort, wait=wait) == ["COHORT_STARTED"]


async def test_who_may_enrol(client: Client, make_cohort: Any, students: Callable[[int], list[int]]) -> None:
    (student,) = students(1)
    cohort = await make_cohort(1)
    assert await client.codes(ENROLL, cohort=cohort) == ["UNAUTHENTICATED"]
    without = client.as_user(student, products=frozenset({"coocook"}))
    assert await without.codes(ENROLL, cohort=cohort) == ["SUBSCRIPTION_REQUIRED"]


@pytest.mark.parametrize(
    ("cohort", "code"),
    [
        (ids.encode("Cohort", 10**9), "NOT_FOUND"),
        (ids.encode("User", 1), "INVALID_ID"),
        ("", "INVALID_ID"),
    ],
)
async def test_no_such_cohort(client: Client, cohort: str, code: str) -> None:
    assert await client.as_user(2).codes(ENROLL, cohort=cohort) == [code]


async def attempt(client: Client, student: int, cohort: str, wait: bool) -> str:
    """The status of the enrolment, or the code of the error."""
    response = await client.as_user(student).execute(ENROLL, cohort=cohort, wait=wait)
    errors = response.get("errors")
    outcome: str = errors[0]["extensions"]["code"] if errors else response["data"]["enroll"]["status"]
    return outcome


@pytest.mark.parametrize(("wait", "others"), [(False, "SEATS_GONE"), (True, "WAITLISTED")])
async def test_thirty_at_once_on_three_seats(
    client: Client,
    connection: asyncpg.Connection,
    make_cohort: Any,
    students: Callable[[int], list[int]],
    wait: bool,
    others: str,
) -> None:
    cohort = await make_cohort(3)
    crowd = students(30)
    outcomes = await asyncio.gather(*(attempt(client, student, cohort, wait) for student in crowd))
    assert Counter(outcomes) == {"ENROLLED": 3, others: 27}
    assert await seats_taken(connection, cohort) == 3
    rows = await connection.fetch(
        "SELECT status, count(*) FROM enrollments WHERE cohort_id = $1 GROUP BY status",
        ids.decode("Cohort", cohort),
    )
    assert dict(map(tuple, rows)) == {"ENROLLED": 3, **({others: 27} if wait else {})}


async def test_one_user_many_times_at_once_gets_one_seat(
    client: Client, connection: asyncpg.Connection, make_cohort: Any, students: Callable[[int], list[int]]
) -> None:
    (student,) = students(1)
    cohorts = [await make_cohort(3) for _ in range(4)]
    outcomes = await asyncio.gather(
        *(attempt(client, student, cohort, True) for cohort in cohorts for _ in range(4))
    )
    assert Counter(outcomes) == {"ENROLLED": 1, "ALREADY_ENROLLED": 15}
    assert sum([await seats_taken(connection, cohort) for cohort in cohorts]) == 1
