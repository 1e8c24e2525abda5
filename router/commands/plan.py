"""`softfactory plan`: the query plan of an operation, as text."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
