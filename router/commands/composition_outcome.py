"""Composes what a configuration names, and shows what came of it: coloured text for people, JSON for machines."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.text import Text

from router.composition import (
    Composition,
    CompositionError,
    CompositionProblem,
    Contract,
    Hint,
    ProblemLocation,
    compose,
)
from router.composition.config import ConfigError, SchemaFile, load_config
from router.composition.fixes import FIXES
from router.errors import JsonValue

EXCERPT_LOCATIONS = 3
Stamp: TypeAlias = tuple[int, int] | None
"""When a file was written, and its size; None where there is no file."""


class OutputFormat(StrEnum):
    """For whom the result is."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Source:
    """A subgraph's SDL, and where it came from: a file, or only the subgraph's name."""

    origin: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`composition` is None where something stands against it, which is then in `errors`."""

    composition: Composition | None = None
    errors: tuple[CompositionProblem, ...] = ()
    hints: tuple[Hint, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    stamps: Mapping[Path, Stamp] = field(default_factory=dict)
    """All files that were read, or should have been, as they were just before."""


def compose_config(path: Path, contract: Contract | None = None) -> Outcome:
    """Never raises for what is wrong with the files or with the schemas in them."""
    # Only here: it imports aiohttp, which takes 11 MB, and this module is loaded with the command that serves.
    from router.composition.load import load_subgraphs

    stamps = {path.resolve(): stamp(path)}
    try:
        config = load_config(path)
        files = [each.schema.path for each in config.subgraphs if isinstance(each.schema, SchemaFile)]
        stamps |= {file: stamp(file) for file in files}
        subgraphs = asyncio.run(load_subgraphs(config))
    except ConfigError as error:
        return Outcome(errors=(CompositionProblem(error.code, error.message),), stamps=stamps)
    origins = {
        each.name: str(each.schema.path) if isinstance(each.schema, SchemaFile) else each.name
        for each in config.subgraphs
    }
    sources = {each.name: Source(origins[each.name], each.sdl.splitlines()) for each in subgraphs}
    try:
        result = compose(subgraphs, contract)
    except CompositionError as error:
        return Outcome(errors=error.problems, sources=sources, stamps=stamps)
    return Outcome(result, hints=result.hints, sources=sources, stamps=stamps)


def stamp(file: Path) -> Stamp:
    """Differs when the file has changed."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def to_json(outcome: Outcome) -> dict[str, JsonValue]:
    """`ok`, `errors` and `hints`, each with its code, its message, and its places in files."""
    return {
        "ok": outcome.composition is not None,
        "errors": [_to_json(outcome, each) for each in outcome.errors],
        "hints": [_to_json(outcome, each) for each in outcome.hints],
    }


def show(outcome: Outcome) -> None:
    """On standard error: each error and hint with the lines of SDL that it is about, and what usually helps."""
    console = Console(stderr=True, soft_wrap=True)
    explained: set[str] = set()
    for problem in outcome.errors:
        _show(console, problem, outcome.sources)
        if problem.code in FIXES and problem.code not in explained:
            console.print(Text.assemble(("  usual fix: ", "bold green"), FIXES[problem.code]))
            explained.add(problem.code)
    for hint in outcome.hints:
        _show(console, hint, outcome.sources)
    count = len(outcome.errors)
    if outcome.sources and count:
        message = f"The subgraphs do not compose: {count} error{'s' if count > 1 else ''}."
        console.print(Text(message, style="red"))


def _to_json(outcome: Outcome, problem: CompositionProblem | Hint) -> dict[str, JsonValue]:
    return {
        "code": problem.code,
        "message": problem.message,
        "locations": [
            {
                "subgraph": at.subgraph,
                "source": outcome.sources[at.subgraph].origin,
                "line": at.line,
                "column": at.column,
            }
            for at in problem.locations
        ],
        "fix": FIXES.get(problem.code),
    }


def _show(console: Console, problem: CompositionProblem | Hint, sources: Mapping[str, Source]) -> None:
    kind, color = ("hint ", "yellow") if isinstance(problem, Hint) else ("", "red")
    console.print(Text.assemble((f"{kind}{problem.code}", f"bold {color}"), f" {problem.message}"))
    for at in problem.locations[:EXCERPT_LOCATIONS]:
        _show_excerpt(console, at, sources[at.subgraph], color)
    more = len(problem.locations) - EXCERPT_LOCATIONS
    if more > 0:
        console.print(Text(f"  and {more} more", style="dim"))


def _show_excerpt(console: Console, at: ProblemLocation, source: Source, color: str) -> None:
    console.print(Text(f"  {source.origin}:{at.line}:{at.column}", style="cyan"))
    if at.line <= len(source.lines):
        number = f"{at.line:>6} | "
        console.print(Text.assemble((number, "dim"), source.lines[at.line - 1]))
        console.print(Text(" " * (len(number) + at.column - 1) + "^", style=color))
