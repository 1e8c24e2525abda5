"""The schema of webapp_builder: root fields, thin over repository, loaders and service."""

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.errors import NotFound
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request
from subgraphs.webapp_builder import repository, service
from subgraphs.webapp_builder.cache_policy import CATALOGUE, COHORT, OWN
from subgraphs.webapp_builder.loaders import Info
from subgraphs.webapp_builder.models import BootcampPlanType, EnrollmentStatus, WebAppStatus
from subgraphs.webapp_builder.types.catalogue import BootcampPlan, Cohort, Course
from subgraphs.webapp_builder.types.student import BuilderDashboard, Enrollment, User, WebApp


@strawberry.type
class Query:
    @strawberry.federation.field(directives=[CATALOGUE])
    async def bootcamp_plans(self, info: Info) -> list[BootcampPlan]:
        async with info.context.read() as session:
            return [BootcampPlan.of(row) for row in await repository.all_plans(session)]

    @strawberry.federation.field(directives=[CATALOGUE], description="What a cohort learns, in this order.")
    async def courses(self, info: Info) -> list[Course]:
        async with info.context.read() as session:
            return [Course.of(row) for row in await repository.all_courses(session)]

    @strawberry.federation.field(
        directives=[COHORT], description="Earliest first. Upcoming: those that can still be enrolled in."
    )
    async def cohorts(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        plan_type: BootcampPlanType | None = None,
        upcoming_only: bool = False,
    ) -> Connection[Cohort]:
        since = info.context.now if upcoming_only else None
        async with info.context.read(fresh=True) as session:
            page = await repository.cohort_page(session, page_request(first, after), plan_type, since)
        return Connection.of(page, Cohort.of)

    @strawberry.federation.field(directives=[COHORT])
    async def cohort(self, info: Info, id: strawberry.ID) -> Cohort | None:
        return await Cohort.resolve_reference(info, id)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def my_enrollments(
        self, info: Info, first: int = 20, after: str | None = None, status: EnrollmentStatus | None = None
    ) -> Connection[Enrollment] | None:
        viewer = service.require_customer(info.context)
        children = Children(viewer.user_id, page_request(first, after), status)
        return Connection.of(await info.context.loaders.enrollments.load(children), Enrollment.of)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def web_apps(
        self, info: Info, first: int = 20, after: str | None = None, status: WebAppStatus | None = None
    ) -> Connection[WebApp] | None:
        viewer = service.require_customer(info.context)
        children = Children(viewer.user_id, page_request(first, after), status)
        return Connection.of(await info.context.loaders.web_apps.load(children), WebApp.of)

    @strawberry.federation.field(
        directives=[OWN], description="One of the viewer's. NOT_FOUND for what is not."
    )
    async def web_app(self, info: Info, id: strawberry.ID) -> WebApp | None:
        service.require_customer(info.context)
        web_app = await WebApp.resolve_reference(info, id)
        if web_app is None:
            raise NotFound("WebApp")
        return web_app

    @strawberry.federation.field(directives=[OWN])
    async def builder_dashboard(self, info: Info) -> BuilderDashboard | None:
        return BuilderDashboard.of(await service.dashboard(info.context))


@strawberry.type
class Mutation:
    @strawberry.field(
        description="Takes a seat in a cohort that has not begun. If all are taken, SEATS_GONE, or with "
        "`joinWaitingList` a place on its waiting list. A seat ends the waiting for another."
    )
    async def enroll(
        self, info: Info, cohort_id: strawberry.ID, join_waiting_list: bool = False
    ) -> Enrollment:
        cohort = ids.decode("Cohort", cohort_id)
        return Enrollment.of(await service.enroll(info.context, cohort, join_waiting_list=join_waiting_list))


schema = Schema(query=Query, mutation=Mutation, types=[User])
