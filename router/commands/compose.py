"""`softfactory compose`: subgraph schemas to a supergraph."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from router.commands.failure import fail
from router.composition import CompositionError, CompositionProblem, Contract, Hint, compose
from router.composition.config import ConfigError, SchemaFile, SupergraphConfig, load_config
from router.composition.load import load_subgraphs
from router.federation.subgraph import Subgraph

EXCERPT_LOCATIONS = 3


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("compose")(compose_command)


def compose_command(
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The subgraphs, in the format of rover.")
    ] = Path("supergraph.yaml"),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; without it, standard output.")
    ] = None,
    api_output: Annotated[
        Path | None, typer.Option("--api-output", help="A file for the API schema: what clients see.")
    ] = None,
    include_tag: Annotated[
        list[str] | None,
        typer.Option("--include-tag", help="Only what has this @tag, for a contract. May be repeated."),
    ] = None,
    exclude_tag: Annotated[
        list[str] | None,
        typer.Option("--exclude-tag", help="Not what has this @tag; goes before --include-tag."),
    ] = None,
) -> None:
    """Makes one supergraph of the subgraphs that a configuration names, or says all that stands against it.

    Each subgraph has a routing_url and a schema: a file beside the configuration, the subgraph_url of a running
    service, or the sdl itself.

        softfactory compose --config supergraph.yaml --output supergraph.graphql

    A contract is a variant of the graph for some clients: what the tags leave out becomes @inaccessible.

        softfactory compose --include-tag partner --exclude-tag experimental --output partner.graphql

    Errors and hints go to standard error. The exit code is 1 where the subgraphs do not compose.
    """
    try:
        found = load_config(config)
        subgraphs = asyncio.run(load_subgraphs(found))
    except ConfigError as error:
        fail(f"{error.code}: {error.message}")
    reporter = Reporter(found, subgraphs)
    try:
        result = compose(subgraphs, _contract(include_tag, exclude_tag))
    except CompositionError as error:
        for problem in error.problems:
            reporter.show(problem, "red")
        count = len(error.problems)
        fail(f"The subgraphs do not compose: {count} error{'s' if count > 1 else ''}.")
    for hint in result.hints:
        reporter.show(hint, "yellow")
    _write(result.supergraph_sdl, output)
    if api_output is not None:
        _write(result.api_schema_sdl, api_output)


def _contract(include: list[str] | None, exclude: list[str] | None) -> Contract | None:
    if not include and not exclude:
        return None
    return Contract(frozenset(include or ()), frozenset(exclude or ()))


def _write(sdl: str, output: Path | None) -> None:
    if output is None:
        typer.echo(sdl, nl=False)
        return
    try:
        output.write_text(sdl, encoding="utf-8")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")


class Reporter:
    """Shows problems with the lines of SDL that they are about."""

    def __init__(self, config: SupergraphConfig, subgraphs: list[Subgraph]) -> None:
        self._console = Console(stderr=True, soft_wrap=True)
        self._lines = {each.name: each.sdl.splitlines() for each in subgraphs}
        self._files = {
            each.name: str(each.schema.path) if isinstance(each.schema, SchemaFile) else each.name
            for each in config.subgraphs
        }

    def show(self, problem: CompositionProblem | Hint, color: str) -> None:
        """Code and message, then each place with its line of SDL."""
        kind = "hint " if isinstance(problem, Hint) else ""
        self._console.print(Text.assemble((f"{kind}{problem.code}", f"bold {color}"), f" {problem.message}"))
        for at in problem.locations[:EXCERPT_LOCATIONS]:
            self._console.print(Text(f"  {self._files[at.subgraph]}:{at.line}:{at.column}", style="cyan"))
            lines = self._lines[at.subgraph]
            if at.line <= len(lines):
                number = f"{at.line:>6} | "
                self._console.print(Text.assemble((number, "dim"), lines[at.line - 1]))
                self._console.print(Text(" " * (len(number) + at.column - 1) + "^", style=color))
        more = len(problem.locations) - EXCERPT_LOCATIONS
        if more > 0:
            self._console.print(Text(f"  and {more} more", style="dim"))
