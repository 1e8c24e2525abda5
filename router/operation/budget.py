"""How much work an operation may be: counted, not timed, so that it is refused everywhere or nowhere."""

from typing import Final

from router.errors import ClientError

MAX_WORK: Final = 20_000
"""Some 40 units take a millisecond. The largest plans of the reference's test cases, and of a graph of 2,000 types, take 400."""


class WorkCancelled(Exception):
    """Nobody waits for the result any more."""


class Budget:
    """Counts selections that are normalised, weighed and written. One per operation; may be cancelled from another thread."""

    __slots__ = ("_is_cancelled", "limit", "spent")

    def __init__(self, limit: int = MAX_WORK) -> None:
        self.limit = limit
        self.spent = 0
        self._is_cancelled = False

    def spend(self, units: int) -> None:
        """Raises ClientError QUERY_PLAN_TOO_COMPLEX where that is too much, and WorkCancelled where nobody waits any more."""
        self.spent += units
        if self.spent > self.limit:
            raise ClientError(
                "QUERY_PLAN_TOO_COMPLEX",
                "Planning the operation is too much work: it selects too many fields, or too many on interfaces and unions "
                "of many types. Split it into several.",
            )
        if self._is_cancelled:
            raise WorkCancelled

    def cancel(self) -> None:
        """Lets the work end at its next step."""
        self._is_cancelled = True
