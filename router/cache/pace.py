"""How long a subgraph takes of late, and how much earlier what is asked for again and again is fetched anew."""

import math
import random
from typing import Final

_WEIGHT: Final = 0.1


class Pace:
    """Of the fetches from one subgraph."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        """On average, where the last ones count most."""

    def note(self, seconds: float) -> None:
        """A fetch has taken so long."""
        taken = seconds * 1000
        weight = _WEIGHT if self.milliseconds else 1.0
        self.milliseconds += weight * (taken - self.milliseconds)


def haste(eagerness: float) -> float:
    """How many times as long as a fetch takes a value must still hold, or it is fetched anew ahead of its end.

    Drawn for each request, so the more there are, the earlier one of them does it, and what nobody asks for just ends:
    "Optimal Probabilistic Cache Stampede Prevention", Vattani, Chierichetti, Lowenstein, VLDB 2015.
    """
    return -eagerness * math.log(1.0 - random.random())  # noqa: S311 - no secret
