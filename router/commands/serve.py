"""`softfactory router`: serves a supergraph over HTTP."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
