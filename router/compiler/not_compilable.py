"""The one error of the compiler."""

from router.errors import InternalError


class NotCompilableError(InternalError):
    """The plan has something that only the interpreter can run. The message says what."""

    def __init__(self, message: str) -> None:
        super().__init__("PLAN_NOT_COMPILABLE", message)
