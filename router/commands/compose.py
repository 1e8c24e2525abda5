"""`softfactory compose`: subgraph schemas to a supergraph."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
