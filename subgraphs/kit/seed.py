"""Fills the databases of services with demo data, each in one transaction, once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import asyncpg

from subgraphs.kit.clock import utc_now
from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.seed_plan import SeedPlan, SeedWriter
from subgraphs.kit.service import Service

Progress: TypeAlias = Callable[[str, str, int], None]
"""Called with service, table and how many of the table's rows are written."""


def ignore_progress(service: str, table: str, rows: int) -> None:
    """For when nobody looks."""


async def run(
    services: Sequence[Service],
    urls: Mapping[str, str],
    users: int,
    progress: Progress = ignore_progress,
    now: datetime | None = None,
) -> Sequence[str]:
    """Seeds migrated databases, all services at once; returns the names of those that were not seeded before."""
    plan = SeedPlan(users, now or utc_now())
    seeded = await asyncio.gather(
        *(_seed(service, urls[service.name], plan, progress) for service in services)
    )
    return [service.name for service, fresh in zip(services, seeded, strict=True) if fresh]


async def _seed(service: Service, url: str, plan: SeedPlan, progress: Progress) -> bool:
    def report(table: str, rows: int) -> None:
        progress(service.name, table, rows)

    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        async with connection.transaction():
            # Two seeds at once: the second one waits here, then finds the row of the first.
            await connection.execute("LOCK TABLE seed_runs IN EXCLUSIVE MODE")
            if await connection.fetchval("SELECT EXISTS (SELECT FROM seed_runs)"):
                return False
            await service.seed(SeedWriter(connection, report), plan)
            await connection.execute("INSERT INTO seed_runs (users) VALUES ($1)", plan.users)
            await _advance_identities(connection, service)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return True


async def _advance_identities(connection: asyncpg.Connection, service: Service) -> None:
    """COPY with explicit ids leaves the sequences behind."""
    for table in service.metadata.sorted_tables:
        if "id" in table.columns:
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) "  # noqa: S608
                f"FROM {table.name} HAVING max(id) IS NOT NULL"
            )
