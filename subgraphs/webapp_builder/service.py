"""Use cases of webapp_builder: each one unit of work."""

from dataclasses import dataclass

from subgraphs.kit.context import Context
from subgraphs.kit.database import WriteSession, violations
from subgraphs.kit.errors import Forbidden, NotFound
from subgraphs.kit.viewer import Viewer
from subgraphs.webapp_builder import repository, rules
from subgraphs.webapp_builder.cache_policy import DASHBOARDS
from subgraphs.webapp_builder.errors import AlreadyEnrolled, CohortStarted, SeatsGone
from subgraphs.webapp_builder.loaders import Loaders
from subgraphs.webapp_builder.models import Enrollment, EnrollmentStatus


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A user's open enrolment, and web apps in numbers."""

    enrollment: Enrollment | None
    web_apps: repository.WebAppCount


def require_customer(context: Context[Loaders]) -> Viewer:
    """The viewer, with a subscription. Raises Unauthenticated or SubscriptionRequired."""
    viewer = context.require_viewer()
    viewer.require_product(rules.PRODUCT)
    return viewer


def require_owner(context: Context[Loaders], user: int) -> int:
    """The key of the user whose things are asked for. Raises also Forbidden."""
    if not context.require_viewer().may_see(user):
        raise Forbidden
    require_customer(context)
    return user


def owns(context: Context[Loaders], user: int) -> bool:
    """Whether the viewer may see what is this user's, and has a subscription."""
    viewer = context.viewer
    return viewer is not None and viewer.may_see(user) and viewer.has_product(rules.PRODUCT)


async def dashboard(context: Context[Loaders]) -> Dashboard:
    """Of the viewer. Raises Unauthenticated or SubscriptionRequired."""
    viewer = require_customer(context)
    async with context.read(fresh=True) as session:
        return Dashboard(
            enrollment=await repository.open_enrollment(session, viewer.user_id),
            web_apps=await repository.web_app_count(session, viewer.user_id),
        )


async def enroll(context: Context[Loaders], cohort: int, *, join_waiting_list: bool) -> Enrollment:
    """A seat, which ends the student's waiting elsewhere; or a place on the waiting list, if all seats are taken and
    the student wants one. Raises NotFound, CohortStarted, SeatsGone or AlreadyEnrolled."""
    student = require_customer(context).user_id
    async with context.write() as work:
        has_seat = await repository.take_seat(work.session, cohort, context.now)
        if has_seat:
            left = await repository.leave_waiting_list(work.session, student)
        else:
            await _check_waiting_list(context, work.session, cohort, wanted=join_waiting_list)
            left = None
        status = EnrollmentStatus.ENROLLED if has_seat else EnrollmentStatus.WAITLISTED
        enrollment = Enrollment(student_id=student, cohort_id=cohort, status=status)
        with violations({"uq_enrollments_open": AlreadyEnrolled()}):
            work.session.add(enrollment)
            await work.session.flush()
        work.record("Enrollment", enrollment.id, "created", status=status.value, cacheInvalidation=DASHBOARDS)
        work.record("Cohort", cohort, "seat_taken" if has_seat else "waiting_list_joined")
        if left is not None:
            work.record("Enrollment", left.enrollment, "dropped", status=EnrollmentStatus.DROPPED.value)
            if left.cohort != cohort:
                work.record("Cohort", left.cohort, "waiting_list_left")
    return enrollment


async def _check_waiting_list(
    context: Context[Loaders], session: WriteSession, cohort: int, *, wanted: bool
) -> None:
    """Says why there was no seat, unless the student wants to wait for one and may."""
    found = await repository.cohorts(session, [cohort])
    if not found:
        raise NotFound("Cohort")
    if found[0].starts_at <= context.now:
        raise CohortStarted
    if not wanted:
        raise SeatsGone
