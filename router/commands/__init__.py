"""The subcommands of `softfactory` that belong to the router, one per module."""
