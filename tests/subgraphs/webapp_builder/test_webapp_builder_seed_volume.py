"""The seed holds together at any size."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from subgraphs.kit.seed_plan import SeedPlan
from subgraphs.webapp_builder import models
from subgraphs.webapp_builder.seed import seed


class Kept:
    """A writer that keeps the rows."""

    def __init__(self) -> None:
        self.rows: dict[Any, list[Mapping[str, Any]]] = {}

    async def copy(self, model: Any, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows[model] = list(rows)


@pytest.mark.parametrize("users", [8, 60, 1000, 20_000])
async def test_every_enrolment_has_its_cohort(users: int) -> None:
    kept: Any = Kept()
    await seed(kept, SeedPlan(users, datetime(2026, 11, 23, 12, tzinfo=UTC)))
    cohorts = {row["id"] for row in kept.rows[models.Cohort]}
    assert {row["cohort_id"] for row in kept.rows[models.Enrollment]} <= cohorts
