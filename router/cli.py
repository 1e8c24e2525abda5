"""The `softfactory` command: gathers the subcommands of the router and of the launcher."""

import typer

from launcher import commands as launcher_commands
from router.commands import cache, check, compose, plan, serve

app = typer.Typer(
    name="softfactory",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="One graph over many services: compose it, look into its plans, serve it.",
)
compose.register(app)
check.register(app)
plan.register(app)
serve.register(app)
cache.register(app)
launcher_commands.register(app)


def main() -> None:
    """The console script."""
    app()
