"""What is asked for most: handed from those who know to those who take over, so that nobody waits for plans again."""

from collections.abc import Sequence
from typing import Final, TypeAlias

Operations: TypeAlias = Sequence[tuple[str, str | None]]
"""Texts with the names of their operations, the most popular first."""

_MOST_CHARACTERS: Final = 1_000_000


def at_most(operations: Operations, characters: int = _MOST_CHARACTERS) -> Operations:
    """The first of them, as far as there is room: the supervisor keeps them, and so does each new worker."""
    found, room = [], characters
    for text, name in operations:
        room -= len(text)
        if room < 0:
            break
        found.append((text, name))
    return found
