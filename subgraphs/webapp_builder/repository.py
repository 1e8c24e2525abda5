"""All SQL of webapp_builder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from subgraphs.kit.database import ReadSession, WriteSession
from subgraphs.kit.loaders import is_one_of
from subgraphs.kit.pagination import Order, Page, PageRequest, paginate, paginate_children
from subgraphs.webapp_builder.models import (
    BootcampPlanType,
    Cohort,
    Course,
    Enrollment,
    EnrollmentStatus,
    Lesson,
    LessonCompletion,
    Plan,
    WebApp,
    WebAppStatus,
)

COHORTS_EARLIEST = Order("cohorts", Cohort.starts_at, Cohort.id, datetime, descending=False)
ENROLLMENTS_NEWEST = Order("enrollments", Enrollment.created_at, Enrollment.id, datetime)
WEB_APPS_NEWEST = Order("web_apps", WebApp.created_at, WebApp.id, datetime)
OPEN = (EnrollmentStatus.WAITLISTED, EnrollmentStatus.ENROLLED, EnrollmentStatus.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class LessonCount:
    """How many of all lessons a student has completed."""

    completed: int
    total: int


@dataclass(frozen=True, slots=True)
class WebAppCount:
    """A user's web apps in numbers."""

    total: int
    live: int


@dataclass(frozen=True, slots=True)
class Place:
    """An enrolment and its cohort, by keys."""

    enrollment: int
    cohort: int


async def plans(session: ReadSession, ids: Sequence[int]) -> Sequence[Plan]:
    return await session.all(select(Plan).where(is_one_of(Plan.id, ids)))


async def courses(session: ReadSession, ids: Sequence[int]) -> Sequence[Course]:
    return await session.all(select(Course).where(is_one_of(Course.id, ids)))


async def lessons(session: ReadSession, ids: Sequence[int]) -> Sequence[Lesson]:
    return await session.all(select(Lesson).where(is_one_of(Lesson.id, ids)))


async def cohorts(session: ReadSession, ids: Sequence[int]) -> Sequence[Cohort]:
    return await session.all(select(Cohort).where(is_one_of(Cohort.id, ids)))


async def enrollments(session: ReadSession, ids: Sequence[int]) -> Sequence[Enrollment]:
    return await session.all(select(Enrollment).where(is_one_of(Enrollment.id, ids)))


async def web_apps(session: ReadSession, ids: Sequence[int]) -> Sequence[WebApp]:
    return await session.all(select(WebApp).where(is_one_of(WebApp.id, ids)))


async def all_plans(session: ReadSession) -> Sequence[Plan]:
    return await session.all(select(Plan).order_by(Plan.id))


async def all_courses(session: ReadSession) -> Sequence[Course]:
    return await session.all(select(Course).order_by(Course.position))


async def lessons_of_courses(session: ReadSession, courses: Sequence[int]) -> Mapping[int, list[Lesson]]:
    statement = select(Lesson).where(is_one_of(Lesson.course_id, courses)).order_by(Lesson.position)
    found: dict[int, list[Lesson]] = {course: [] for course in courses}
    for lesson in await session.all(statement):
        found[lesson.course_id].append(lesson)
    return found


async def cohort_page(
    session: ReadSession, page: PageRequest, plan_type: BootcampPlanType | None, after: datetime | None
) -> Page[Cohort]:
    """`after`: only those that start later."""
    statement = select(Cohort)
    if plan_type is not None:
        statement = statement.join(Plan, Plan.id == Cohort.plan_id).where(Plan.plan_type == plan_type)
    if after is not None:
        statement = statement.where(Cohort.starts_at > after)
    return await paginate(session, statement, COHORTS_EARLIEST, page)


async def cohort_pages(
    session: ReadSession, plans: Sequence[int], page: PageRequest, after: datetime | None
) -> Mapping[int, Page[Cohort]]:
    """`after`: only those that start later."""
    statement = select(Cohort)
    if after is not None:
        statement = statement.where(Cohort.starts_at > after)
    return await paginate_children(session, statement, Cohort.plan_id, plans, COHORTS_EARLIEST, page)


async def waiting_counts(session: ReadSession, cohorts: Sequence[int]) -> Mapping[int, int]:
    """Cohorts that nobody waits for are left out."""
    statement = (
        select(Enrollment.cohort_id, func.count().label("waiting"))
        .where(is_one_of(Enrollment.cohort_id, cohorts), Enrollment.status == EnrollmentStatus.WAITLISTED)
        .group_by(Enrollment.cohort_id)
    )
    return {row.cohort_id: row.waiting for row in await session.rows(statement)}


async def waiting_positions(session: ReadSession, enrollments: Sequence[int]) -> Mapping[int, int]:
    """Places on waiting lists, from 1. Enrolments that do not wait are left out."""
    asked = select(Enrollment.cohort_id).where(is_one_of(Enrollment.id, enrollments))
    position = func.row_number().over(partition_by=Enrollment.cohort_id, order_by=Enrollment.id)
    lists = (
        select(Enrollment.id, position.label("position"))
        .where(Enrollment.status == EnrollmentStatus.WAITLISTED, Enrollment.cohort_id.in_(asked))
        .subquery()
    )
    statement = select(lists).join(Enrollment, Enrollment.id == lists.c.id)
    rows = await session.rows(statement.where(is_one_of(Enrollment.id, enrollments)))
    return {row.id: row.position for row in rows}


async def lesson_counts(session: ReadSession, enrollments: Sequence[int]) -> Mapping[int, LessonCount]:
    total = select(func.count()).select_from(Lesson).scalar_subquery()
    statement = (
        select(Enrollment.id, func.count(LessonCompletion.id).label("completed"), total.label("total"))
        .join(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id, isouter=True)
        .where(is_one_of(Enrollment.id, enrollments))
        .group_by(Enrollment.id)
    )
    return {row.id: LessonCount(row.completed, row.total) for row in await session.rows(statement)}


async def completed_lessons(session: ReadSession, enrollments: Sequence[int]) -> Mapping[int, list[Lesson]]:
    """In the order of the curriculum."""
    statement = (
        select(LessonCompletion.enrollment_id, Lesson)
        .join(Lesson, Lesson.id == LessonCompletion.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(is_one_of(LessonCompletion.enrollment_id, enrollments))
        .order_by(Course.position, Lesson.position)
    )
    found: dict[int, list[Lesson]] = {enrollment: [] for enrollment in enrollments}
    for enrollment, lesson in await session.rows(statement):
        found[enrollment].append(lesson)
    return found


async def enrollment_pages(
    session: ReadSession, students: Sequence[int], page: PageRequest, status: EnrollmentStatus | None
) -> Mapping[int, Page[Enrollment]]:
    statement = select(Enrollment)
    if status is not None:
        statement = statement.where(Enrollment.status == status)
    return await paginate_children(
        session, statement, Enrollment.student_id, students, ENROLLMENTS_NEWEST, page
    )


async def web_app_pages(
    session: ReadSession, owners: Sequence[int], page: PageRequest, status: WebAppStatus | None
) -> Mapping[int, Page[WebApp]]:
    statement = select(WebApp)
    if status is not None:
        statement = statement.where(WebApp.status == status)
    return await paginate_children(session, statement, WebApp.owner_id, owners, WEB_APPS_NEWEST, page)


async def open_enrollment(session: ReadSession, student: int) -> Enrollment | None:
    """The one that runs, or that waits for a seat: there is one at most."""
    return await session.first(
        select(Enrollment).where(Enrollment.student_id == student, Enrollment.status.in_(OPEN))
    )


async def web_app_count(session: ReadSession, owner: int) -> WebAppCount:
    is_live = WebApp.status == WebAppStatus.LIVE
    statement = select(func.count().label("total"), func.count().filter(is_live).label("live"))
    (row,) = await session.rows(statement.where(WebApp.owner_id == owner))
    return WebAppCount(row.total, row.live)


async def take_seat(session: WriteSession, cohort: int, now: datetime) -> bool:
    """Takes one of the seats that are left before the start, in one statement: whoever comes at the same time waits
    for the row and finds its new count. False if there is none, or it is too late, or no such cohort."""
    statement = (
        update(Cohort)
        .where(Cohort.id == cohort, Cohort.seats_taken < Cohort.seats, Cohort.starts_at > now)
        .values(seats_taken=Cohort.seats_taken + 1)
        .returning(Cohort.id)
    )
    return bool(await session.rows(statement))


async def leave_waiting_list(session: WriteSession, student: int) -> Place | None:
    """Gives up the student's place on a waiting list; which it was, if there was one."""
    statement = (
        update(Enrollment)
        .where(Enrollment.student_id == student, Enrollment.status == EnrollmentStatus.WAITLISTED)
        .values(status=EnrollmentStatus.DROPPED)
        .returning(Enrollment.id, Enrollment.cohort_id)
    )
    rows = await session.rows(statement)
    return Place(rows[0].id, rows[0].cohort_id) if rows else None
