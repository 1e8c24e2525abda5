"""What a field store counts, for metrics and tests."""

from dataclasses import dataclass
from typing import NamedTuple


class StoreStatistics(NamedTuple):
    """Since the start, but `bytes`, which is now, and known of memory only.

    `reads`, `fills`, `invalidations`: calls. `wanted`, `found`: entries that were asked for, and that were there.
    `refused`: entries that came too late to be kept, or without a stamp. `evicted`: entries that had to make room.
    `failures`: calls that the server did not answer, or not well. `garbage`: entries that no store can have written.
    """

    reads: int
    wanted: int
    found: int
    fills: int
    refused: int
    invalidations: int
    failures: int
    garbage: int
    evicted: int
    bytes: int


@dataclass(slots=True)
class StoreCounts:
    """The same, while it is counted."""

    reads: int = 0
    wanted: int = 0
    found: int = 0
    fills: int = 0
    refused: int = 0
    invalidations: int = 0
    failures: int = 0
    garbage: int = 0
    evicted: int = 0

    def statistics(self, size: int = 0) -> StoreStatistics:
        """As they are now, with the bytes that are held."""
        return StoreStatistics(
            self.reads,
            self.wanted,
            self.found,
            self.fills,
            self.refused,
            self.invalidations,
            self.failures,
            self.garbage,
            self.evicted,
            size,
        )
