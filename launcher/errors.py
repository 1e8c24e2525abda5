"""What can go wrong while the platform starts, each with the next step to take."""


class LaunchError(Exception):
    """Shown to the person at the terminal as it is. `code` is stable, so that scripts can tell cases apart."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
