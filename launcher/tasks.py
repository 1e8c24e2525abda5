"""The other commands that need the services' databases: those of a running platform, else started for the command."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from launcher import serving, state
from launcher.databases import database_variable, databases
from launcher.display import Display
from launcher.errors import LaunchError
from launcher.prepare import migrate_all, seed_all
from launcher.services import load, routing_port, service_names, settings_of
from router.server import listen, url_of
from subgraphs.kit.app import create_app
from subgraphs.kit.errors import NotFound
from subgraphs.kit.subgraph import Subgraph


def data_folder(config: Path) -> Path:
    """Where the databases and the state of the platform of this supergraph.yaml are."""
    return config.resolve().parent / ".data"


@contextmanager
def service_environment(config: Path, *, replace: bool = False) -> Iterator[Mapping[str, str]]:
    """The environment of the services. `replace` begins with empty databases, and so needs them for itself."""
    names, folder = service_names(config), data_folder(config)
    required = {"JWT_SECRET", "REDIS_URL", *(database_variable(name) for name in names)}
    if not replace and required <= os.environ.keys():
        yield os.environ
        return
    platform = None if replace else state.running(folder)
    if platform:
        yield {**platform.environment, **os.environ}
        return
    with ExitStack() as stack:
        stack.enter_context(state.exclusive(folder))
        environment = stack.enter_context(databases(names, folder, os.environ, replace=replace))
        environment.setdefault("JWT_SECRET", state.jwt_secret(folder))
        state.publish(folder, names, environment)
        yield environment


def migrate(config: Path, display: Display) -> None:
    """Brings every database to the newest revision."""
    services = [load(name) for name in service_names(config)]
    with service_environment(config) as environment:
        serving.run(migrate_all(services, environment, display))


def seed(config: Path, users: int, display: Display, *, replace: bool) -> None:
    """Fills databases that have no seed yet, or all of them anew."""
    services = [load(name) for name in service_names(config)]

    async def fill(environment: Mapping[str, str]) -> None:
        await migrate_all(services, environment, display)
        if not await seed_all(services, environment, users, display):
            raise LaunchError(
                "ALREADY_SEEDED", "Every database has its seed already. Give --replace to empty them first."
            )

    with service_environment(config, replace=replace) as environment:
        serving.run(fill(environment))


def subgraph(config: Path, name: str, host: str, port: int | None, display: Display) -> None:
    """Serves one service over HTTP until Ctrl-C."""
    service = load(name)
    with ExitStack() as stack:
        listener = stack.enter_context(listen(host, routing_port(config, name) if port is None else port))
        environment = _own_environment(name) or stack.enter_context(service_environment(config))
        app = create_app(service, settings_of(name, environment))
        url = url_of(listener)

        async def serve() -> None:
            await migrate_all([service], environment, display)
            await serving.serve(app, listener, lambda: display.console.print(f"{name}: {url}/graphql"))

        serving.run(serve())


def token(config: Path, email: str) -> str:
    """An access token for a user of the running platform."""
    platform = state.running(data_folder(config))
    environment = {**(platform.environment if platform else {}), **os.environ}
    for name in service_names(config):
        service = load(name)
        if service.token_for is not None and environment.get(database_variable(name)):
            settings = settings_of(name, environment)
            return serving.run(_token(Subgraph(service, settings), email))
    raise LaunchError("NOT_RUNNING", "No platform is running here. Start it with `softfactory up` first.")


async def _token(accounts: Subgraph, email: str) -> str:
    async with accounts:
        try:
            return await accounts.token_for(email)
        except NotFound:
            raise LaunchError("USER_UNKNOWN", f"No user has the e-mail address {email}.") from None


def _own_environment(name: str) -> Mapping[str, str] | None:
    """In a container a service has what it needs in its environment, and no supergraph.yaml."""
    needed = (database_variable(name), "JWT_SECRET")
    return os.environ if all(os.environ.get(variable) for variable in needed) else None
