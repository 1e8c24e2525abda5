"""How a command ends that cannot do what it was asked."""

import sys
from typing import NoReturn

import typer


def fail(*lines: str) -> NoReturn:
    """Writes the lines to stderr and exits with 1. A line says what is wrong, and if it can, what to do next."""
    for line in lines:
        typer.secho(line, err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
    raise typer.Exit(1)
