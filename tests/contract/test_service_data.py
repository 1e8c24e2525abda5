"""Every service: migrations make its models, and the seed is the same each time, once."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg

from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.migrate import differences, migrate
from subgraphs.kit.seed import run
from subgraphs.kit.service import Service

# Written by the database at seeding time.
VOLATILE = {"updated_at", "seeded_at"}


async def contents(service: Service, url: str) -> dict[str, list[dict[str, Any]]]:
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        rows = {}
        for table in service.metadata.sorted_tables:
            found = await connection.fetch(f"SELECT * FROM {table.name} ORDER BY 1")  # noqa: S608
            rows[table.name] = [_stable(row) for row in found]
        return rows
    finally:
        await connection.close()


def _stable(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in VOLATILE}


def test_migrations_make_the_models(service: Service, url: str) -> None:
    assert asyncio.run(differences(service, url)) == []


def test_a_migrated_database_is_left_alone(service: Service, url: str) -> None:
    assert asyncio.run(migrate(service, url)) is False


def test_a_seeded_database_is_left_alone(service: Service, url: str) -> None:
    before = asyncio.run(contents(service, url))
    assert asyncio.run(run([service], {service.name: url}, users=80)) == []
    assert asyncio.run(contents(service, url)) == before


def test_a_seed_is_the_same_each_time(
    service: Service, url: str, seed_new: Callable[[Service, str], str]
) -> None:
    assert asyncio.run(contents(service, seed_new(service, "again"))) == asyncio.run(contents(service, url))


async def tables_behind(service: Service, url: str) -> list[str]:
    """Tables whose next id is taken already."""
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        behind = []
        for table in service.metadata.sorted_tables:
            if "id" in table.columns:
                sequence = await connection.fetchval("SELECT pg_get_serial_sequence($1, 'id')", table.name)
                used = await connection.fetchval("SELECT pg_sequence_last_value($1::regclass)", sequence)
                largest = await connection.fetchval(f"SELECT max(id) FROM {table.name}")  # noqa: S608
                if largest is not None and largest > (used or 0):
                    behind.append(table.name)
        return behind
    finally:
        await connection.close()


def test_new_rows_get_ids_after_those_of_the_seed(service: Service, url: str) -> None:
    assert asyncio.run(tables_behind(service, url)) == []
