"""The seed of webapp_builder: plans and courses as they are sold, the demo user's bootcamp, and students for volume."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from subgraphs.kit.money import Currency, money_from_major
from subgraphs.kit.seed_plan import DEMO, SeedPlan, SeedWriter
from subgraphs.webapp_builder import models
from subgraphs.webapp_builder.models import BootcampPlanType, CourseLevel, EnrollmentStatus, WebAppStatus
from subgraphs.webapp_builder.rules import DURATION

WEEKDAY, WEEKEND = 1, 2
# type, name, schedule, seats of a cohort
PLANS: Final = (
    (BootcampPlanType.WEEKDAY, "Weekday evenings", "Monday to Friday, 19:00 to 21:00", 3),
    (BootcampPlanType.WEEKEND, "Weekend mornings", "Saturday and Sunday, 10:00 to 14:00", 0),
)
PRICE: Final = money_from_major(590_000, Currency.KRW)
# title, description, level, lessons
COURSES: Final = (
    (
        "Automation 1",
        "From a chore to a workflow that does it.",
        CourseLevel.BEGINNER,
        (
            "What is worth automating",
            "Triggers and actions",
            "Tables as a database",
            "Mail and messages",
            "A workflow of your own",
        ),
    ),
    (
        "Automation 2",
        "Workflows that talk to other services.",
        CourseLevel.INTERMEDIATE,
        ("Calling an API", "Reading JSON", "Webhooks", "When something fails", "Secrets and access"),
    ),
    (
        "Automation 3",
        "Language models as a part of a workflow.",
        CourseLevel.INTERMEDIATE,
        ("Prompts that hold", "Structured answers", "Knowledge from documents", "Checking answers", "Costs"),
    ),
    (
        "Web app",
        "An app of your own, on the web.",
        CourseLevel.ADVANCED,
        ("Pages and forms", "Data and users", "Signing in", "Testing", "Going live"),
    ),
)
WEEKS_OF_A_COURSE: Final = 2
LESSONS: Final = sum(len(course[3]) for course in COURSES)
LESSONS_A_WEEK: Final = 2.5

# plan, weeks from the next first day to the start; the demo user is in 1 and 2, and 3 to 5 are open
COHORTS: Final = ((WEEKDAY, -4), (WEEKDAY, -22), (WEEKDAY, 2), (WEEKEND, 3), (WEEKDAY, 10))
DEMO_COHORTS: Final = ((2, EnrollmentStatus.COMPLETED), (1, EnrollmentStatus.IN_PROGRESS))
# The first generated users wait for a weekend, and one has a seat in the next weekday cohort.
WAITING: Final = ((4, 3), (3, 1))
VOLUME_EVERY: Final = 10
# name, description, url, status
DEMO_APPS: Final = (
    (
        "Bibimbap Planner",
        "Plans a week of lunches.",
        "https://bibimbap.apps.softfactory.com",
        WebAppStatus.LIVE,
    ),
    ("Rent Splitter", "Splits the rent of a shared flat.", None, WebAppStatus.DRAFT),
)


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """See kit.seed_plan for which user has which id."""
    enrollments = list(_enrollments(plan))
    # A cohort that everybody has dropped out of is still there.
    taken: Counter[int] = Counter({row["cohort_id"]: 0 for row in enrollments})
    taken.update(
        row["cohort_id"]
        for row in enrollments
        if row["status"] not in (EnrollmentStatus.WAITLISTED, EnrollmentStatus.DROPPED)
    )
    await writer.copy(models.Plan, _plans(plan))
    await writer.copy(models.Course, _courses(plan))
    await writer.copy(models.Lesson, _lessons(plan))
    await writer.copy(models.Cohort, _cohorts(plan, taken))
    await writer.copy(models.Enrollment, enrollments)
    await writer.copy(models.LessonCompletion, _completions(plan, enrollments))
    await writer.copy(models.WebApp, _web_apps(plan, enrollments))


def _plans(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (plan_type, name, schedule, _) in enumerate(PLANS, start=1):
        yield {
            "id": number,
            "plan_type": plan_type,
            "name": name,
            "schedule": schedule,
            "price": PRICE,
            "created_at": plan.ago(days=500),
        }


def _courses(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (title, description, level, _) in enumerate(COURSES, start=1):
        yield {
            "id": number,
            "position": number,
            "title": title,
            "description": description,
            "level": level,
            "weeks": WEEKS_OF_A_COURSE,
            "created_at": plan.ago(days=500),
        }


def _lessons(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    number = 0
    for course, (_, _, _, titles) in enumerate(COURSES, start=1):
        for position, title in enumerate(titles, start=1):
            number += 1
            yield {
                "id": number,
                "course_id": course,
                "position": position,
                "title": title,
                "created_at": plan.ago(days=500),
            }


def _cohorts(plan: SeedPlan, taken: Counter[int]) -> Iterator[dict[str, Any]]:
    cohorts = [(number, plan_id, weeks) for number, (plan_id, weeks) in enumerate(COHORTS, start=1)]
    cohorts += [(number, WEEKDAY, _volume_weeks(number)) for number in sorted(taken) if number > len(COHORTS)]
    for number, plan_id, weeks in cohorts:
        starts = _first_day(plan, plan_id) + timedelta(weeks=weeks)
        yield {
            "id": number,
            "plan_id": plan_id,
            "starts_at": starts,
            "ends_at": starts + DURATION,
            "seats": PLANS[plan_id - 1][3],
            "seats_taken": taken[number],
            "created_at": starts - timedelta(weeks=12),
        }


def _volume_weeks(cohort: int) -> int:
    """One cohort a week, back from before the demo user's first one."""
    return -23 - (cohort - len(COHORTS))


def _first_day(plan: SeedPlan, plan_id: int) -> datetime:
    """The next Monday 19:00 or Saturday 10:00 in Seoul, which has no summer time."""
    weekday, hour = (0, 10) if plan_id == WEEKDAY else (5, 1)
    today = plan.now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _enrollments(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    wanted = [(DEMO, cohort, status) for cohort, status in DEMO_COHORTS]
    generated = iter(plan.generated_user_ids())
    for cohort, number in WAITING:
        status = EnrollmentStatus.WAITLISTED if cohort == 4 else EnrollmentStatus.ENROLLED
        wanted += [(user, cohort, status) for _, user in zip(range(number), generated, strict=False)]
    students = [user for user in generated if user % VOLUME_EVERY == 0]
    for place, user in enumerate(students):
        dropped = plan.random("enrollment", user).random() < 0.15
        status = EnrollmentStatus.DROPPED if dropped else EnrollmentStatus.COMPLETED
        wanted.append((user, len(COHORTS) + 1 + place // PLANS[WEEKDAY - 1][3], status))
    for number, (user, cohort, status) in enumerate(wanted, start=1):
        plan_id, weeks = COHORTS[cohort - 1] if cohort <= len(COHORTS) else (WEEKDAY, _volume_weeks(cohort))
        starts = _first_day(plan, plan_id) + timedelta(weeks=weeks)
        created = min(starts - timedelta(weeks=2), plan.ago(days=1)) + timedelta(minutes=number % 600)
        yield {
            "id": number,
            "student_id": user,
            "cohort_id": cohort,
            "status": status,
            "created_at": created,
        }


def _completions(plan: SeedPlan, enrollments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    number = 0
    for row in enrollments:
        cohort = row["cohort_id"]
        weeks = COHORTS[cohort - 1][1] if cohort <= len(COHORTS) else _volume_weeks(cohort)
        starts = _first_day(plan, WEEKDAY) + timedelta(weeks=weeks)
        for lesson in range(1, _lessons_done(plan, row) + 1):
            number += 1
            completed = starts + timedelta(days=7 * (lesson - 1) / LESSONS_A_WEEK, hours=2)
            yield {
                "id": number,
                "enrollment_id": row["id"],
                "lesson_id": lesson,
                "completed_at": completed,
                "created_at": completed,
            }


def _lessons_done(plan: SeedPlan, enrollment: dict[str, Any]) -> int:
    if enrollment["status"] is EnrollmentStatus.COMPLETED:
        return LESSONS
    if enrollment["status"] is EnrollmentStatus.IN_PROGRESS:
        return 7
    if enrollment["status"] is EnrollmentStatus.DROPPED:
        return plan.random("lessons", enrollment["id"]).randrange(LESSONS // 2)
    return 0


def _web_apps(plan: SeedPlan, enrollments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    wanted: list[tuple[int, str, str, str | None, WebAppStatus]] = [(DEMO, *app) for app in DEMO_APPS]
    for row in enrollments:
        if row["status"] is EnrollmentStatus.COMPLETED and row["student_id"] != DEMO:
            user = row["student_id"]
            host = f"https://app-{user}.apps.softfactory.com"
            wanted.append((user, f"App of student {user}", "Made in the bootcamp.", host, WebAppStatus.LIVE))
    for number, (user, name, description, url, status) in enumerate(wanted, start=1):
        created = plan.ago(days=20 + number % 60, minutes=number)
        yield {
            "id": number,
            "owner_id": user,
            "name": name,
            "description": description,
            "url": url,
            "code_repo": f"https://git.softfactory.com/apps/{number}",
            "status": status,
            "deployed_at": created + timedelta(days=3) if status is WebAppStatus.LIVE else None,
            "created_at": created,
        }
