"""`softfactory plan`: the query plan of an operation, as text, as JSON, or as a picture."""

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from router.commands.failure import fail
from router.compiler.compile import compile_plan
from router.compiler.conditions import condition_variables
from router.errors import ClientErrors, RouterError
from router.federation.supergraph import Supergraph
from router.operation import Operation, load_operation
from router.planner import plan
from router.planner.nodes import QueryPlan
from router.planner.picture import draw_mermaid, draw_svg
from router.planner.print_json import plan_to_json
from router.planner.printer import print_plan


class Format(StrEnum):
    """What a plan can be shown as."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


def _program(found: QueryPlan, operation: Operation, graph: Supergraph, true: list[str]) -> str:
    """The code that the plan is compiled to, where the named Boolean variables are true and the others are not."""
    names = condition_variables(operation.definition, operation.fragments)
    unknown = sorted(set(true) - set(names))
    if unknown:
        known = ", ".join(f"${name}" for name in names) or "none"
        fail(f"The operation has no condition ${unknown[0]}. Its conditions are: {known}.")
    conditions = {name: name in true for name in names}
    return compile_plan(found, operation.definition, operation.fragments, graph, conditions).text


_WRITERS: dict[Format, Callable[[QueryPlan, str], str]] = {
    Format.TEXT: lambda found, _: print_plan(found) + "\n",
    Format.JSON: lambda found, _: json.dumps(plan_to_json(found), indent=2, ensure_ascii=False) + "\n",
    Format.MERMAID: lambda found, _: draw_mermaid(found),
    Format.SVG: draw_svg,
}


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
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="json is Apollo's form; svg and mermaid are pictures.")
    ] = Format.TEXT,
    program: Annotated[
        bool,
        typer.Option("--program", help="Show the Python code that the router runs, instead of the plan."),
    ] = False,
    true: Annotated[
        list[str] | None,
        typer.Option(
            "--true", help="A variable of @include or @skip that is true for --program. May be repeated."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="The file to write; without it, standard output.")
    ] = None,
) -> None:
    """Shows which subgraphs an operation is fetched from, in which order, and with which keys.

    Fetches inside Parallel run side by side, those inside Sequence one after another. Flatten says which objects of
    the answer a fetch is for: what is sent of each stands before =>, what is asked after it. A picture has a lane per
    subgraph, a box per fetch with what it needs and gives, and arrows to the fetches that wait for it. --program shows
    the code that a plan is compiled to.

        softfactory plan --operation examples/one-graph.graphql

        softfactory plan --operation examples/one-graph.graphql --format svg --output plan.svg

        softfactory plan --operation examples/chef.graphql --program

        softfactory plan --supergraph other.graphql --operation query.graphql
    """
    try:
        graph = Supergraph.parse(_read(supergraph, "supergraph"))
        found = load_operation(graph, _read(operation, "operation"), operation_name)
        title = f"Query plan of {found.name or operation.name}"
        planned = plan(graph, found, frozenset(label or ()))
        if program:
            _write(_program(planned, found, graph, true or []), output)
        else:
            _write(_WRITERS[format_](planned, title), output)
    except ClientErrors as errors:
        fail(*(f"{each.code}: {each.message}{_at(each.locations)}" for each in errors.errors))
    except RouterError as error:
        fail(f"{error.code}: {error.message}")


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"The {what} {path} cannot be read: {getattr(error, 'strerror', None) or error}.")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")


def _at(locations: tuple[object, ...]) -> str:
    return "".join(f" (line {at.line}, column {at.column})" for at in locations[:1])  # type: ignore[attr-defined]
