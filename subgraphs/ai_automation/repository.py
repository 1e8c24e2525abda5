"""All SQL of ai_automation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from subgraphs.ai_automation.models import Employee, EmployeeStatus, Plan, Scenario, ScenarioCategory
from subgraphs.kit.database import ReadSession
from subgraphs.kit.loaders import is_one_of
from subgraphs.kit.pagination import Order, Page, PageRequest, paginate_children

EMPLOYEES_NEWEST = Order("ai_employees", Employee.created_at, Employee.id, datetime)


@dataclass(frozen=True, slots=True)
class Workforce:
    """A user's employees in numbers; `hours` are those that the active ones save in a month."""

    total: int
    active: int
    hours: int


async def plans(session: ReadSession, ids: Sequence[int]) -> Sequence[Plan]:
    return await session.all(select(Plan).where(is_one_of(Plan.id, ids)))


async def scenarios(session: ReadSession, ids: Sequence[int]) -> Sequence[Scenario]:
    return await session.all(select(Scenario).where(is_one_of(Scenario.id, ids)))


async def employees(session: ReadSession, ids: Sequence[int]) -> Sequence[Employee]:
    return await session.all(select(Employee).where(is_one_of(Employee.id, ids)))


async def all_plans(session: ReadSession) -> Sequence[Plan]:
    return await session.all(select(Plan).order_by(Plan.monthly_price_minor, Plan.id))  # type: ignore[attr-defined]


async def all_scenarios(session: ReadSession, category: ScenarioCategory | None) -> Sequence[Scenario]:
    statement = select(Scenario).order_by(Scenario.id)
    if category is not None:
        statement = statement.where(Scenario.category == category)
    return await session.all(statement)


async def employee_pages(
    session: ReadSession, owners: Sequence[int], page: PageRequest, status: EmployeeStatus | None
) -> Mapping[int, Page[Employee]]:
    statement = select(Employee)
    if status is not None:
        statement = statement.where(Employee.status == status)
    return await paginate_children(session, statement, Employee.owner_id, owners, EMPLOYEES_NEWEST, page)


async def workforce(session: ReadSession, owner: int) -> Workforce:
    is_active = Employee.status == EmployeeStatus.ACTIVE
    statement = (
        select(
            func.count().label("total"),
            func.count().filter(is_active).label("active"),
            func.coalesce(func.sum(Scenario.estimated_savings_hours).filter(is_active), 0).label("hours"),
        )
        .join_from(Employee, Scenario, Scenario.id == Employee.scenario_id)
        .where(Employee.owner_id == owner)
    )
    (row,) = await session.rows(statement)
    return Workforce(row.total, row.active, int(row.hours))
