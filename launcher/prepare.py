"""Brings the databases of services to where the code wants them: migrated, and with a seed."""

from collections.abc import Mapping, Sequence

from launcher.databases import database_variable
from launcher.display import Display
from subgraphs.kit import seed
from subgraphs.kit.migrate import migrate
from subgraphs.kit.service import Service


async def migrate_all(services: Sequence[Service], environment: Mapping[str, str], display: Display) -> None:
    """One after another: Alembic keeps its context in the module."""
    with display.step("Databases are up to date"):
        for service in services:
            if await migrate(service, environment[database_variable(service.name)]):
                display.console.print(f"  migrated {service.name}")


async def seed_all(
    services: Sequence[Service], environment: Mapping[str, str], users: int, display: Display
) -> Sequence[str]:
    """Seeds those that have no seed yet, and returns their names."""
    urls = {service.name: environment[database_variable(service.name)] for service in services}
    with display.rows(f"Seed for {users:,} users") as count:
        return await seed.run(services, urls, users, count)
