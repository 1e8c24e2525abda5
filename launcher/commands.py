"""`softfactory up`, `seed`, `migrate`, `token`, `subgraph`, `sdl`: the platform on this machine.

Each command imports what it does when it is called, so that `--help` answers at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

_PANEL = "The platform on this machine"

Config = Annotated[Path, typer.Option(help="Names the services; .data/ is kept beside it.")]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 opens it to the network.")]
Users = Annotated[int, typer.Option(min=8, help="How many users the seed makes; the rest grows with them.")]

_DEFAULT_CONFIG = Path("supergraph.yaml")


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (up, seed, migrate, token, subgraph):
        app.command(rich_help_panel=_PANEL)(command)
    schemas = typer.Typer(no_args_is_help=True, help="The services' schemas as files in schema/subgraphs/.")
    schemas.command("export")(sdl_export)
    schemas.command("check")(sdl_check)
    app.add_typer(schemas, name="sdl", rich_help_panel=_PANEL)


def up(
    config: Config = _DEFAULT_CONFIG,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the graph; 0 takes a free one.")] = 4000,
    users: Users = 1000,
) -> None:
    """Start everything: databases, migrations, seed, all services, and the router on http://127.0.0.1:4000.

    Databases are those of DATABASE_URL_<SERVICE> and REDIS_URL where these are set; the others are started here,
    with their data in .data/. Ctrl-C stops all of it.
    """
    with _reported():
        from launcher.display import Display
        from launcher.up import UpOptions, up

        up(UpOptions(config, host, port, users), Display())


def seed(
    config: Config = _DEFAULT_CONFIG,
    users: Users = 1000,
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop our own databases and begin anew.")
    ] = False,
) -> None:
    """Fill the databases with demo data; the same number of users gives the same data."""
    with _reported():
        from launcher import tasks
        from launcher.display import Display

        tasks.seed(config, users, Display(), replace=replace)


def migrate(config: Config = _DEFAULT_CONFIG) -> None:
    """Bring every service's database to the newest revision."""
    with _reported():
        from launcher import tasks
        from launcher.display import Display

        tasks.migrate(config, Display())


def token(
    email: Annotated[str, typer.Argument(help="Such as demo@softfactory.com")],
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """Print an access token for a user of the graph that `softfactory up` serves."""
    with _reported():
        from launcher import tasks

        typer.echo(tasks.token(config, email))


def subgraph(
    name: Annotated[str, typer.Argument(help="A service of supergraph.yaml, such as coocook")],
    port: Annotated[
        int | None, typer.Option(help="0 takes a free one.", show_default="that of its routing_url")
    ] = None,
    host: Host = "127.0.0.1",
    config: Config = _DEFAULT_CONFIG,
) -> None:
    """Serve one service alone: GraphQL at POST /graphql, /health and /ready."""
    with _reported():
        from launcher import tasks
        from launcher.display import Display

        tasks.subgraph(config, name, host, port, Display())


def sdl_export(config: Config = _DEFAULT_CONFIG) -> None:
    """Write every service's schema to schema/subgraphs/<name>.graphql."""
    with _reported():
        from launcher import schema

        for path in schema.export(config):
            typer.echo(f"changed {path}")


def sdl_check(config: Config = _DEFAULT_CONFIG) -> None:
    """Compare schema/subgraphs/ with the code; fails when they differ."""
    with _reported():
        from launcher import schema

        schema.check(config)


@contextmanager
def _reported() -> Iterator[None]:
    """What can go wrong becomes a sentence and an exit code; Ctrl-C and SIGTERM clean up first."""
    from launcher.errors import LaunchError
    from launcher.interrupts import interruptible
    from router.errors import RouterError

    try:
        with interruptible():
            yield
    except (LaunchError, RouterError) as error:
        typer.secho(f"{error.code}: {error.message}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
