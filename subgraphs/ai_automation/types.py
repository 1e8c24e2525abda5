"""Types of ai_automation: plans, scenarios, AI employees, and what they add to users."""

from datetime import datetime
from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.ai_automation import models, rules, service
from subgraphs.ai_automation.cache_policy import CATALOGUE, OWN
from subgraphs.ai_automation.loaders import Info
from subgraphs.ai_automation.models import EmployeeStatus, ScenarioCategory, ScenarioComplexity
from subgraphs.ai_automation.rules import EmployeeAction
from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import STUB, from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.money import Money
from subgraphs.kit.pagination import page_request


@strawberry.federation.type(keys=[Key(fields=FieldSet("slug"), resolvable=False)])
class Product:
    """Owned by accounts."""

    slug: str


@strawberry.federation.type(name="SNSAccount", keys=[STUB])
class SnsAccount:
    """Owned by sns_auto."""

    id: strawberry.ID


@strawberry.federation.type(
    name="AIPlan", keys=["id"], directives=[CATALOGUE], description="How much of AI Automation a month buys."
)
class AiPlan:
    id: strawberry.ID
    slug: str
    name: str
    monthly_price: Money
    saved_hours_per_month: int
    scenario_tokens_per_month: int | None = strawberry.field(
        description="How many scenarios may be put to work in a month. Null: unlimited."
    )
    includes_coaching: bool = strawberry.field(description="Whether a coach helps, one to one.")
    created_at: datetime
    updated_at: datetime

    @strawberry.field(description="The product that the plan belongs to.")
    def product(self) -> Product:
        return Product(slug=rules.PRODUCT)

    @classmethod
    def of(cls, row: models.Plan) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.plan.load(ids.decode("AIPlan", id))
        return cls.of(row) if row else None


@strawberry.federation.type(
    keys=["id"], directives=[CATALOGUE], description="Routine work that an AI employee can take over."
)
class Scenario:
    id: strawberry.ID
    name: str
    category: ScenarioCategory
    description: str
    estimated_savings_hours: int = strawberry.field(description="A month.")
    complexity: ScenarioComplexity
    is_premium: bool = strawberry.field(description="Whether it needs a plan.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.Scenario) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.scenario.load(ids.decode("Scenario", id))
        return cls.of(row) if row else None


@strawberry.federation.type(
    name="AIEmployee", keys=["id"], directives=[OWN], description="A scenario put to work for a user."
)
class AiEmployee:
    """Null for everybody but the owner and admins."""

    id: strawberry.ID
    name: str
    description: str
    status: EmployeeStatus
    deployed_at: datetime | None = strawberry.field(description="When its training began.")
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Employee]

    @strawberry.field
    def owner(self) -> "User":
        return User(id=ids.encode("User", self.row.owner_id))

    @strawberry.field
    async def scenario(self, info: Info) -> Scenario:
        return Scenario.of(await _scenario(info, self.row))

    @strawberry.field(description="What its scenario saves in a month, while it is active.")
    async def monthly_savings_hours(self, info: Info) -> int:
        return (await _scenario(info, self.row)).estimated_savings_hours

    @strawberry.field(description="The social account that it drives. Only one for social media may.")
    def drives(self) -> SnsAccount | None:
        key = self.row.sns_account_id
        return None if key is None else SnsAccount(id=ids.encode("SNSAccount", key))

    @strawberry.field(description="What its status allows now.")
    def available_actions(self) -> list[EmployeeAction]:
        return rules.available_actions(self.row.status)

    @classmethod
    def of(cls, row: models.Employee) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.employee.load(ids.decode("AIEmployee", id))
        return cls.of(row) if row and service.owns(info.context, row.owner_id) else None


@strawberry.federation.type(keys=["id"])
class User:
    """Owned by accounts."""

    id: strawberry.ID

    @strawberry.federation.field(
        directives=[OWN],
        description="Newest first. Only the user's own, with a subscription to ai-automation.",
    )
    async def ai_employees(
        self, info: Info, first: int = 20, after: str | None = None, status: EmployeeStatus | None = None
    ) -> Connection[AiEmployee] | None:
        owner = service.require_owner(info.context, ids.decode("User", self.id))
        children = Children(owner, page_request(first, after), status)
        return Connection.of(await info.context.loaders.employees.load(children), AiEmployee.of)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self:
        ids.decode("User", id)
        return cls(id=id)


@strawberry.type(
    name="AIDashboard",
    directives=[OWN],
    description="What the viewer's AI employees do. Only active ones save time.",
)
class AiDashboard:
    employee_count: int
    active_employee_count: int
    monthly_savings_hours: int
    yearly_saving: Money = strawberry.field(description="Twelve months at 15,000 KRW an hour.")

    @classmethod
    def of(cls, savings: service.Savings) -> Self:
        return cls(
            employee_count=savings.workforce.total,
            active_employee_count=savings.workforce.active,
            monthly_savings_hours=savings.workforce.hours,
            yearly_saving=savings.yearly,
        )


async def _scenario(info: Info, employee: models.Employee) -> models.Scenario:
    row = await info.context.loaders.scenario.load(employee.scenario_id)
    if row is None:
        raise LookupError(f"scenario {employee.scenario_id}")  # a foreign key keeps it from happening
    return row
