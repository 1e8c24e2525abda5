"""The environment that services read: databases as given in the environment, or started here where none is given."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from launcher.postgres import PostgresCluster, PostgresOptions
from launcher.valkey import ValkeyServer

_CONNECTIONS = 400


def database_variable(service: str) -> str:
    """Where a service reads the URL of its database."""
    return f"DATABASE_URL_{service.upper()}"


@contextmanager
def databases(
    services: Sequence[str], folder: Path, given: Mapping[str, str], *, replace: bool = False
) -> Iterator[dict[str, str]]:
    """`given` with a database for every service and REDIS_URL. What was started here ends with the context.

    `replace` drops databases of our own, never those that were given.
    """
    environment = dict(given)
    missing = [service for service in services if not given.get(database_variable(service))]
    with ExitStack() as stack:
        if missing:
            options = PostgresOptions(max_connections=_CONNECTIONS)
            cluster = stack.enter_context(PostgresCluster(folder / "postgres", options))
            existing = cluster.database_names()
            for service in missing:
                if replace:
                    cluster.drop_database(service)
                if replace or service not in existing:
                    cluster.create_database(service)
                environment[database_variable(service)] = cluster.url(service)
        if not given.get("REDIS_URL"):
            environment["REDIS_URL"] = stack.enter_context(ValkeyServer(folder / "valkey")).url
        yield environment
