"""Loaders of ai_automation: one per key."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.ai_automation import models, repository
from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import Children, children_loader, row_loader
from subgraphs.kit.pagination import Page


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request."""

    plan: DataLoader[int, models.Plan | None]
    scenario: DataLoader[int, models.Scenario | None]
    employee: DataLoader[int, models.Employee | None]
    employees: DataLoader[Children[models.EmployeeStatus | None], Page[models.Employee]]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    return Loaders(
        plan=row_loader(reader, repository.plans, lambda row: row.id),
        scenario=row_loader(reader, repository.scenarios, lambda row: row.id),
        employee=row_loader(reader, repository.employees, lambda row: row.id),
        employees=children_loader(reader, repository.employee_pages),
    )
