"""Whether a list is asked for the keys of its entities and what is never kept, since the rest of them is mostly known."""

from typing import Final

_WEIGHT: Final = 0.3
_WORTH: Final = 0.75


class Skimming:
    """Of one coordinate: lists are asked for as a whole until it turns out that most of what they bring was known already, and
    then again once it is not."""

    __slots__ = ("share",)

    def __init__(self) -> None:
        self.share = 0.0
        """Of the fields of such lists' entities, what was known of late."""

    @property
    def is_worth_it(self) -> bool:
        """The keys are one answer, what is not known another one."""
        return self.share >= _WORTH

    def note(self, known: int, total: int) -> None:
        """How many of the fields of one list's entities were known. Where none is asked for there is nothing to learn."""
        if not total:
            return
        self.share += _WEIGHT * (known / total - self.share)
