"""`softfactory check`: what a change of the subgraphs means for clients, before it is published."""

import json
from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLError, build_schema
from rich.console import Console
from rich.text import Text

from router.commands.composition_outcome import OutputFormat, compose_config, show, to_json
from router.commands.failure import fail
from router.composition.check import (
    CheckError,
    CheckResult,
    FailedOperation,
    check,
    read_api_schema,
    read_operations,
)
from router.composition.schema_changes import Severity
from router.errors import JsonValue

COLORS = {Severity.BREAKING: "red", Severity.DANGEROUS: "yellow", Severity.SAFE: "green"}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("check")(check_command)


def check_command(
    against: Annotated[
        Path,
        typer.Option(
            "--against", "-a", help="The supergraph or API schema in use.", exists=True, dir_okay=False
        ),
    ],
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The subgraphs, in the format of rover.")
    ] = Path("supergraph.yaml"),
    operations: Annotated[
        Path | None,
        typer.Option(
            "--operations", "-o", help="A folder of recorded operations.", exists=True, file_okay=False
        ),
    ] = None,
    format_: Annotated[
        OutputFormat, typer.Option("--format", "-f", help="json for machines.")
    ] = OutputFormat.TEXT,
) -> None:
    """Composes the subgraphs, and says what of the result breaks clients of the graph that is in use.

    Changes are breaking (operations that worked fail), dangerous (they go on, and may meet a value they do not
    expect), or safe. With --operations, it also says which recorded operations fail, and why.

        softfactory check --against schema/supergraph.graphql

        softfactory check --against schema/supergraph.graphql --operations examples --format json

    Exit codes: 0 nothing breaks; 1 something does, or the subgraphs do not compose; 2 the command line is wrong.
    """
    outcome = compose_config(config)
    if outcome.composition is None:
        if format_ is OutputFormat.JSON:
            typer.echo(json.dumps(to_json(outcome), indent=2, ensure_ascii=False))
        else:
            show(outcome)
        raise typer.Exit(1)
    try:
        recorded = read_operations(operations) if operations is not None else []
        old = read_api_schema(against)
    except CheckError as error:
        fail(f"{error.code}: {error.message}")
    result = check(old, build_schema(outcome.composition.api_schema_sdl), recorded)
    if format_ is OutputFormat.JSON:
        typer.echo(json.dumps(_to_json(result), indent=2, ensure_ascii=False))
    else:
        _show(result)
    if result.is_breaking:
        raise typer.Exit(1)


def _show(result: CheckResult) -> None:
    console = Console(soft_wrap=True)
    for change in result.changes:
        label = f"{change.severity.upper():<9} "
        line = Text.assemble((label, f"bold {COLORS[change.severity]}"), (f"{change.code} ", "dim"))
        console.print(line.append(change.message))
    for failed in result.failed:
        _show_failed(console, failed)
    counts = ", ".join(f"{len(result.of(severity))} {severity}" for severity in Severity)
    summary = f"{counts} changes."
    if result.checked:
        summary += f" {len(result.broken)} of {result.checked} operations break."
    console.print(Text(summary, style="red" if result.is_breaking else "green"))


def _show_failed(console: Console, failed: FailedOperation) -> None:
    label, color = ("BREAKS    ", "bold red") if failed.was_valid else ("FAILS     ", "dim")
    note = "" if failed.was_valid else " (and did before)"
    console.print(Text.assemble((label, color), f"{failed.name}{note}"))
    for error in failed.errors:
        console.print(Text(f"          {_place(error)}{error.message}"))


def _place(error: GraphQLError) -> str:
    return "".join(f"{at.line}:{at.column} " for at in (error.locations or ())[:1])


def _to_json(result: CheckResult) -> dict[str, JsonValue]:
    changes: dict[str, JsonValue] = {
        severity.value: [{"code": each.code, "message": each.message} for each in result.of(severity)]
        for severity in Severity
    }
    return {
        "ok": not result.is_breaking,
        **changes,
        "operations": {
            "checked": result.checked,
            "failed": [_failed_to_json(each) for each in result.failed],
        },
    }


def _failed_to_json(failed: FailedOperation) -> dict[str, JsonValue]:
    return {
        "file": failed.name,
        "was_valid": failed.was_valid,
        "errors": [
            {
                "message": error.message,
                "locations": [{"line": at.line, "column": at.column} for at in error.locations or ()],
            }
            for error in failed.errors
        ],
    }
