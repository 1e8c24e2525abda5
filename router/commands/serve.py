"""`softfactory router`: serves a supergraph over HTTP."""

import json
import signal
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

_PANEL = "The router"

_EPILOG = """
Examples:

    softfactory router --supergraph schema/supergraph.graphql

    softfactory router --supergraph supergraph.graphql --host 0.0.0.0 --port 8080 --no-introspection

    softfactory router --config router.yaml

    ROUTER__UPSTREAM__TIMEOUT_SECONDS=5 softfactory router --supergraph supergraph.graphql

Every setting can be written in three ways, and later ones win: in router.yaml (`limits: {max_depth: 20}`), as a variable
(`ROUTER__LIMITS__MAX_DEPTH=20`), or, for some, as an option here. `softfactory router --settings-schema` describes them all.
"""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("router", rich_help_panel=_PANEL, epilog=_EPILOG)(router)


def router(
    supergraph: Annotated[
        Path | None,
        typer.Option(help="Supergraph SDL, composed by `softfactory compose`, rover or others."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings, such as router.yaml.")] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on, 127.0.0.1 by default; 0.0.0.0 opens it to the network."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="4000 by default; 0 takes a free one.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that share the port, 1 by default: one for each core.")
    ] = None,
    watch: Annotated[
        bool | None,
        typer.Option(
            "--watch/--no-watch",
            help="Whether changed files are taken in, as they are by default. SIGHUP does so in any case.",
        ),
    ] = None,
    introspection: Annotated[
        bool | None,
        typer.Option(
            "--introspection/--no-introspection",
            help="Whether clients may query the schema; they may by default.",
        ),
    ] = None,
    explorer: Annotated[
        bool | None,
        typer.Option("--explorer/--no-explorer", help="Whether GraphiQL is served at /; it is by default."),
    ] = None,
    compiled: Annotated[
        bool | None,
        typer.Option(
            "--compile/--no-compile",
            help="Whether plans are compiled to programs, as they are by default, or interpreted.",
        ),
    ] = None,
    single_flight: Annotated[
        Literal["off", "subgraphs", "all"] | None,
        typer.Option(
            help="What equal queries at the same time share: nothing, requests to subgraphs (the default), or the whole answer."
        ),
    ] = None,
    cache: Annotated[
        str | None,
        typer.Option(
            metavar="[off|memory|URL]",
            help="Where fields of entities are kept: nowhere (the default), in each process, or in the Redis, or Redis Cluster, at a URL.",
        ),
    ] = None,
    settings_schema: Annotated[
        bool, typer.Option("--settings-schema", help="Print the JSON Schema of router.yaml and exit.")
    ] = False,
) -> None:
    """Serve a supergraph: GraphQL at /graphql, GraphiQL at /, /health and /ready.

    The subgraphs are called over HTTP, at the URLs that the supergraph has for them or router.yaml gives. Headers such as
    Authorization go on to them. Ctrl-C and SIGTERM finish what is under way, and then stop; SIGHUP takes in what has
    changed, and SIGUSR2 does so with new workers.
    """
    if settings_schema:
        typer.echo(json.dumps(_schema(), indent=2))
        return
    given = {
        "supergraph": supergraph,
        "server": {"host": host, "port": port, "workers": workers},
        "reload": {"watch": watch},
        "introspection": introspection,
        "explorer": {"enabled": explorer},
        "compile": compiled,
        "traffic": {"single_flight": single_flight},
        "cache": {"store": cache},
    }
    _serve(config, _without_none(given))


def _serve(config: Path | None, given: dict[str, Any]) -> None:
    for number in (signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)  # nothing has been read yet that could have changed
    from router.errors import RouterError
    from router.server import serve
    from router.serving.release import Source

    try:
        serve(Source(config, given), typer.echo)
    except RouterError as error:
        typer.secho(f"{error.code}: {error.message}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None


def _schema() -> dict[str, Any]:
    from router.settings import RouterSettings

    return RouterSettings.model_json_schema()


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    given = {
        name: _without_none(value) if isinstance(value, dict) else value for name, value in values.items()
    }
    return {name: value for name, value in given.items() if value is not None and value != {}}
