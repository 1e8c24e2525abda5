"""The schema of ai_automation: root fields, thin over repository, loaders and service."""

import strawberry

from subgraphs.ai_automation import repository, service
from subgraphs.ai_automation.cache_policy import CATALOGUE, OWN
from subgraphs.ai_automation.loaders import Info
from subgraphs.ai_automation.models import EmployeeStatus, ScenarioCategory
from subgraphs.ai_automation.types import AiDashboard, AiEmployee, AiPlan, Scenario, User
from subgraphs.kit.connection import Connection
from subgraphs.kit.errors import NotFound
from subgraphs.kit.federation import Schema
from subgraphs.kit.loaders import Children
from subgraphs.kit.pagination import page_request


@strawberry.type
class Query:
    @strawberry.federation.field(directives=[CATALOGUE], description="Cheapest first.")
    async def ai_plans(self, info: Info) -> list[AiPlan]:
        async with info.context.read() as session:
            return [AiPlan.of(row) for row in await repository.all_plans(session)]

    @strawberry.federation.field(directives=[CATALOGUE])
    async def scenarios(self, info: Info, category: ScenarioCategory | None = None) -> list[Scenario]:
        async with info.context.read() as session:
            return [Scenario.of(row) for row in await repository.all_scenarios(session, category)]

    @strawberry.federation.field(directives=[CATALOGUE])
    async def scenario(self, info: Info, id: strawberry.ID) -> Scenario | None:
        return await Scenario.resolve_reference(info, id)

    @strawberry.federation.field(directives=[OWN], description="The viewer's, newest first.")
    async def ai_employees(
        self, info: Info, first: int = 20, after: str | None = None, status: EmployeeStatus | None = None
    ) -> Connection[AiEmployee] | None:
        viewer = service.require_customer(info.context)
        children = Children(viewer.user_id, page_request(first, after), status)
        return Connection.of(await info.context.loaders.employees.load(children), AiEmployee.of)

    @strawberry.federation.field(
        directives=[OWN], description="One of the viewer's. NOT_FOUND for what is not."
    )
    async def ai_employee(self, info: Info, id: strawberry.ID) -> AiEmployee | None:
        service.require_customer(info.context)
        employee = await AiEmployee.resolve_reference(info, id)
        if employee is None:
            raise NotFound("AIEmployee")
        return employee

    @strawberry.federation.field(directives=[OWN])
    async def ai_dashboard(self, info: Info) -> AiDashboard | None:
        return AiDashboard.of(await service.savings(info.context))


schema = Schema(query=Query, types=[User])
