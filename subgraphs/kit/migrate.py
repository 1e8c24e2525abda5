"""Alembic for all services: `migrate` upgrades a database, `python -m subgraphs.kit.migrate` writes a revision.

.venv/bin/python -m subgraphs.kit.migrate accounts "Create users" --url postgresql://...   (an empty database)
"""

import argparse
import asyncio
import importlib
from pathlib import Path
from typing import Any, Final

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from subgraphs.kit.database import asyncpg_url
from subgraphs.kit.service import Service

SCRIPTS: Final = Path(__file__).with_name("migrations")
# Any number will do, as long as every process takes the same: only one may migrate a database at a time.
ADVISORY_LOCK: Final = 72_110_020


async def migrate(service: Service, url: str) -> bool:
    """Upgrades to the head; False when the database was there already, which costs one query."""
    config = _config(service)
    if await _revision(url) == ScriptDirectory.from_config(config).get_current_head():
        return False

    def upgrade(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    await _run(url, upgrade)
    return True


async def differences(service: Service, url: str) -> list[Any]:
    """What the models have and the migrated database has not, or the other way round."""
    found: list[Any] = []

    def compare(connection: Connection) -> None:
        found.extend(compare_metadata(MigrationContext.configure(connection), service.metadata))

    await _run(url, compare)
    return found


async def write_revision(service: Service, url: str, message: str) -> None:
    """Upgrades the database, then writes the difference to the models into a new file of migrations/versions."""
    await migrate(service, url)
    config = _config(service)

    def autogenerate(connection: Connection) -> None:
        config.attributes["connection"] = connection
        number = len(list((service.migrations / "versions").glob("[0-9]*.py"))) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")

    await _run(url, autogenerate)


async def _run(url: str, function: Any) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(function)
    finally:
        await engine.dispose()


async def _revision(url: str) -> str | None:
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()


def _config(service: Service) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(service.migrations / "versions"))
    config.attributes["metadata"] = service.metadata
    return config


def _main() -> None:
    parser = argparse.ArgumentParser(
        description="Write a revision from the difference between models and database."
    )
    parser.add_argument("service")
    parser.add_argument("message")
    parser.add_argument("--url", required=True, help="an empty database, or one of this service")
    arguments = parser.parse_args()
    service: Service = importlib.import_module(f"subgraphs.{arguments.service}").SERVICE
    asyncio.run(write_revision(service, arguments.url, arguments.message))


if __name__ == "__main__":
    _main()
