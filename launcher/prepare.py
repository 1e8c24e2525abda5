"""Brings the databases of services to where the code wants them: migrated, and with a seed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError

from launcher.databases import database_variable
from launcher.display import Display
from launcher.errors import LaunchError
from subgraphs.kit import seed
from subgraphs.kit.migrate import migrate
from subgraphs.kit.service import Service


async def migrate_all(services: Sequence[Service], environment: Mapping[str, str], display: Display) -> None:
    """One after another: Alembic keeps its context in the module."""
    with display.step("Databases are up to date"):
        for service in services:
            with _explained(service):
                migrated = await migrate(service, environment[database_variable(service.name)])
            if migrated:
                display.console.print(f"  migrated {service.name}")


async def seed_all(
    services: Sequence[Service], environment: Mapping[str, str], users: int, display: Display
) -> Sequence[str]:
    """Seeds those that have no seed yet, and returns their names."""
    urls = {service.name: environment[database_variable(service.name)] for service in services}
    with display.rows(f"Seed for {users:,} users") as count:
        return await seed.run(services, urls, users, count)


@contextmanager
def _explained(service: Service) -> Iterator[None]:
    """What a database of somebody else's may answer; ours are reachable, and know the password."""
    variable = database_variable(service.name)
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise LaunchError(
            "DATABASE_UNREACHABLE",
            f"The database of {service.name} cannot be used: {error}. Check {variable}.",
        ) from None
    except DBAPIError as error:
        raise LaunchError(
            "MIGRATION_FAILED", f"The database of {service.name} could not be migrated: {error.orig}"
        ) from error
