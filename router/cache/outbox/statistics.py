"""What a consumer counts, for metrics and tests."""

from dataclasses import dataclass
from typing import NamedTuple


class ConsumerStatistics(NamedTuple):
    """Since the start, but `is_reading` and `lag`.

    `is_reading`: this process reads the stream now, and not another one for it. `applied`: events whose invalidation is in
    force. `unknown`: those of them that named nothing the graph has. `malformed`: entries that are no events. `gaps`: how
    often events were lost, so that everything was dropped. `failures`: attempts that ended because Redis, or the store, did
    not answer. `lag`: seconds from the last event's creation until it was in force, or None where it did not say; `lags`: of all together.
    """

    is_reading: bool
    applied: int
    unknown: int
    malformed: int
    gaps: int
    failures: int
    lag: float | None
    lags: float


@dataclass(slots=True)
class ConsumerCounts:
    """The same, while it is counted."""

    is_reading: bool = False
    applied: int = 0
    unknown: int = 0
    malformed: int = 0
    gaps: int = 0
    failures: int = 0
    lag: float | None = None
    lags: float = 0.0

    def lagged(self, seconds: float) -> None:
        """One event. Clocks of machines differ, so it may be negative."""
        self.lag = max(0.0, seconds)
        self.lags += self.lag

    def statistics(self) -> ConsumerStatistics:
        """As they are now."""
        return ConsumerStatistics(
            self.is_reading,
            self.applied,
            self.unknown,
            self.malformed,
            self.gaps,
            self.failures,
            self.lag,
            self.lags,
        )
