"""`softfactory compose`: subgraph schemas to a supergraph, once or whenever they change."""

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from watchfiles import watch

from router.commands.composition_outcome import Outcome, OutputFormat, compose_config, show, stamp, to_json
from router.commands.failure import fail
from router.composition import Composition, Contract

CHECK_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Targets:
    """Where results go; without `supergraph`, to standard output."""

    supergraph: Path | None
    api_schema: Path | None
    format: OutputFormat


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
    format_: Annotated[
        OutputFormat, typer.Option("--format", "-f", help="json: errors and hints for machines.")
    ] = OutputFormat.TEXT,
    watching: Annotated[
        bool, typer.Option("--watch", "-w", help="Compose again whenever a file changes. Needs --output.")
    ] = False,
) -> None:
    """Makes one supergraph of the subgraphs that a configuration names, or says all that stands against it.

    Each subgraph has a routing_url and a schema: a file beside the configuration, the subgraph_url of a running
    service, or the sdl itself.

        softfactory compose --config supergraph.yaml --output supergraph.graphql

    A contract is a variant of the graph for some clients: what the tags leave out becomes @inaccessible.

        softfactory compose --include-tag partner --exclude-tag experimental --output partner.graphql

    Errors and hints go to standard error, or with --format json to standard output as one document, which has the
    supergraph too where no --output is given. The exit code is 1 where the subgraphs do not compose.
    """
    contract = _contract(include_tag, exclude_tag)
    targets = Targets(output, api_output, format_)
    if watching:
        if output is None:
            raise typer.BadParameter("--watch needs a file to write: add --output supergraph.graphql.")
        with suppress(KeyboardInterrupt):
            watch_config(config, contract, targets)
        return
    outcome = compose_config(config, contract)
    _report(outcome, targets)
    if outcome.composition is None:
        raise typer.Exit(1)


def watch_config(config: Path, contract: Contract | None, targets: Targets) -> None:
    """Composes, waits for a change of what was read, and so on until it is interrupted."""
    while True:
        started = time.perf_counter()
        outcome = compose_config(config, contract)
        _report(outcome, targets)
        if outcome.composition is not None:
            seconds = time.perf_counter() - started
            typer.echo(f"Composed {len(outcome.sources)} subgraphs in {seconds:.2f} s.", err=True)
        typer.echo(f"Watching {len(outcome.stamps)} files. Ctrl-C ends it.", err=True)
        _wait(outcome)


def _wait(outcome: Outcome) -> None:
    """Until there is a change.

    Folders are watched rather than files, which editors replace. What counts is that a file differs from the one that was
    read: it may have changed before the watch began.
    """
    folders = {folder for file in outcome.stamps if (folder := file.parent).is_dir()}
    changes = watch(
        *folders,
        recursive=False,
        rust_timeout=CHECK_MILLISECONDS,
        yield_on_timeout=True,
    )
    for _ in changes:
        if any(stamp(file) != read for file, read in outcome.stamps.items()):
            return


def _contract(include: list[str] | None, exclude: list[str] | None) -> Contract | None:
    if not include and not exclude:
        return None
    return Contract(frozenset(include or ()), frozenset(exclude or ()))


def _report(outcome: Outcome, targets: Targets) -> None:
    if outcome.composition is not None:
        _write_files(outcome.composition, targets)
    if targets.format is OutputFormat.JSON:
        document = to_json(outcome)
        if outcome.composition is not None and targets.supergraph is None:
            document["supergraph"] = outcome.composition.supergraph_sdl
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    show(outcome)
    if outcome.composition is not None and targets.supergraph is None:
        typer.echo(outcome.composition.supergraph_sdl, nl=False)


def _write_files(composition: Composition, targets: Targets) -> None:
    if targets.supergraph is not None:
        _write(composition.supergraph_sdl, targets.supergraph)
    if targets.api_schema is not None:
        _write(composition.api_schema_sdl, targets.api_schema)


def _write(sdl: str, output: Path) -> None:
    """All at once, since a router may be watching the file; and not at all where nothing has changed."""
    try:
        if output.is_file() and output.read_text(encoding="utf-8") == sdl:
            return
        if output.exists() and not output.is_file():
            output.write_text(sdl, encoding="utf-8")
            return
        draft = output.with_name(f".{output.name}.{os.getpid()}")
        draft.write_text(sdl, encoding="utf-8")
        draft.replace(output)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}.")
