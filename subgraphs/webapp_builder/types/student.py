"""Enrolments and web apps: their user's alone, and what they add to users."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.webapp_builder import models, rules, service
from subgraphs.webapp_builder.cache_policy import OWN, PLACE
from subgraphs.webapp_builder.loaders import Info
from subgraphs.webapp_builder.models import EnrollmentStatus, WebAppStatus
from subgraphs.webapp_builder.types.catalogue import Cohort, Lesson


@strawberry.federation.type(
    keys=["id"], directives=[OWN], description="A student's place in a cohort, or on its waiting list."
)
class Enrollment:
    """Null for everybody but the student and admins."""

    id: strawberry.ID
    status: EnrollmentStatus
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Enrollment]

    @strawberry.field
    def student(self) -> "User":
        return User(id=ids.encode("User", self.row.student_id))

    @strawberry.field
    async def cohort(self, info: Info) -> Cohort:
        return Cohort.of(await _cohort(info, self.row))

    @strawberry.field(description="When the cohort starts.")
    async def starts_at(self, info: Info) -> datetime:
        return (await _cohort(info, self.row)).starts_at

    @strawberry.field(description="Eight weeks after the start.")
    async def ends_at(self, info: Info) -> datetime:
        return (await _cohort(info, self.row)).ends_at

    @strawberry.field(description="Until the end. 0 when it is over.")
    async def days_remaining(self, info: Info) -> int:
        ends_at = (await _cohort(info, self.row)).ends_at
        return rules.days_remaining(self.row.status, ends_at, info.context.now)

    @strawberry.field(description="Percent of all lessons that are completed.")
    async def progress(self, info: Info) -> int:
        count = await info.context.loaders.lesson_count.load(self.row.id)
        return rules.progress(count.completed, count.total)

    @strawberry.field(description="In the order of the courses.")
    async def completed_lessons(self, info: Info) -> list[Lesson]:
        return [Lesson.of(row) for row in await info.context.loaders.completed_lessons.load(self.row.id)]

    @strawberry.federation.field(
        directives=[PLACE], description="The place on the waiting list, from 1. Null unless it is WAITLISTED."
    )
    async def waiting_position(self, info: Info) -> int | None:
        return await info.context.loaders.waiting_position.load(self.row.id)

    @classmethod
    def of(cls, row: models.Enrollment) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.enrollment.load(ids.decode("Enrollment", id))
        return cls.of(row) if row and service.owns(info.context, row.student_id) else None


@strawberry.federation.type(keys=["id"], directives=[OWN])
class WebApp:
    """Null for everybody but the owner and admins."""

    id: strawberry.ID
    name: str
    description: str
    url: str | None
    code_repo: str | None = strawberry.field(description="Where its source code is.")
    status: WebAppStatus
    deployed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.WebApp]

    @strawberry.field
    def owner(self) -> "User":
        return User(id=ids.encode("User", self.row.owner_id))

    @classmethod
    def of(cls, row: models.WebApp) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.web_app.load(ids.decode("WebApp", id))
        return cls.of(row) if row and service.owns(info.context, row.owner_id) else None


@strawberry.federation.type(keys=["id"])
class User:
    """Owned by accounts."""

    id: strawberry.ID

    @strawberry.federation.field(
        directives=[OWN],
        description="Newest first. Only the user's own, with a subscription to webapp-builder.",
    )
    async def enrollments(
        self, info: Info, first: int = 20, after: str | None = None, status: EnrollmentStatus | None = None
    ) -> Connection[Enrollment] | None:
        student = service.require_owner(info.context, ids.decode("User", self.id))
        children = Children(student, page_request(first, after), status)
        return Connection.of(await info.context.loaders.enrollments.load(children), Enrollment.of)

    @strawberry.federation.field(
        directives=[OWN],
        description="Newest first. Only the user's own, with a subscription to webapp-builder.",
    )
    async def web_apps(
        self, info: Info, first: int = 20, after: str | None = None, status: WebAppStatus | None = None
    ) -> Connection[WebApp] | None:
        owner = service.require_owner(info.context, ids.decode("User", self.id))
        children = Children(owner, page_request(first, after), status)
        return Connection.of(await info.context.loaders.web_apps.load(children), WebApp.of)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self:
        ids.decode("User", id)
        return cls(id=id)


@strawberry.type(directives=[OWN])
class BuilderDashboard:
    enrollment: Enrollment | None = strawberry.field(
        description="The one that runs, or that waits for a seat: there is one at most."
    )
    web_app_count: int
    live_web_app_count: int

    @classmethod
    def of(cls, dashboard: service.Dashboard) -> Self:
        return cls(
            enrollment=Enrollment.of(dashboard.enrollment) if dashboard.enrollment else None,
            web_app_count=dashboard.web_apps.total,
            live_web_app_count=dashboard.web_apps.live,
        )


async def _cohort(info: Info, enrollment: models.Enrollment) -> models.Cohort:
    row = await info.context.loaders.cohort.load(enrollment.cohort_id)
    if row is None:
        raise LookupError(f"cohort {enrollment.cohort_id}")  # a foreign key keeps it from happening
    return row
