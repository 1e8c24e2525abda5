"""`softfactory plan`: the query plan of an operation, as text."""

from pathlib import Path
from typing import Annotated

import typer

from router.commands.failure import fail
from router.errors import ClientErrors, RouterError
from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.planner import plan
from router.planner.printer import print_plan


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("plan")(plan_command)


def plan_command(
    operation: Annotated[
        Path, typer.Option("--operation", "-o", help="The file with the GraphQL document.", dir_okay=False)
    ],
    supergraph: Annotated[
        Path, typer.Option("--supergraph", "-s", help="The supergraph SDL.", dir_okay=False)
    ] = Path("schema/supergraph.graphql"),
    operation_name: Annotated[
        str | None, typer.Option("--name", help="Which operation, where the document has several.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", help="A label of a progressive @override that is on. May be repeated."),
    ] = None,
) -> None:
    """Shows which subgraphs an operation is fetched from, in which order, and with which keys.

    Fetches inside Parallel run side by side, those inside Sequence one after another. Flatten says which objects of
    the answer a fetch is for: what is sent of each stands before =>, what is asked after it.

        softfactory plan --operation examples/one-graph.graphql

        softfactory plan --supergraph other.graphql --operation query.graphql
    """
    try:
        graph = Supergraph.parse(_read(supergraph, "supergraph"))
        found = load_operation(graph, _read(operation, "operation"), operation_name)
        typer.echo(print_plan(plan(graph, found, frozenset(label or ()))))
    except ClientErrors as errors:
        fail(*(f"{each.code}: {each.message}{_at(each.locations)}" for each in errors.errors))
    except RouterError as error:
        fail(f"{error.code}: {error.message}")


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"The {what} {path} cannot be read: {getattr(error, 'strerror', None) or error}.")


def _at(locations: tuple[object, ...]) -> str:
    return "".join(f" (line {at.line}, column {at.column})" for at in locations[:1])  # type: ignore[attr-defined]
