"""`softfactory up`, `seed`, `token`, `subgraph`: the platform on this machine."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
