"""What follows from the figures: with a cache beside without, and ours beside others."""

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.gateway.results import Comparison, Ratio, Sample, cpu_per_request, per_second

_CACHED: Final = (
    ("softfactory-memory", "softfactory-off"),
    ("softfactory-fields", "softfactory-off"),
    ("softfactory-redis", "softfactory-off"),
    ("softfactory-far", "softfactory-off"),
    ("hive-cache", "hive-off"),
    ("hive-rust-cache", "hive-rust-off"),
)
_BESIDE_UNCACHED: Final = ("apollo-off", "hive-off", "hive-rust-off")
_BESIDE_CACHED: Final = ("hive-cache", "hive-rust-cache")
_OURS: Final = ("softfactory-memory", "softfactory-fields", "softfactory-redis", "softfactory-far")


def cache_ratios(samples: Sequence[Sample]) -> list[Ratio]:
    """Those for which both sides were measured."""
    return [ratio for ratio in _ratios(samples) if ratio is not None]


def _ratios(samples: Sequence[Sample]) -> Iterator[Ratio | None]:
    compare = Comparison(samples)
    for cell in compare.cells:
        for sides in _CACHED:
            yield compare("requests/s", sides, cell, per_second)
        for sides in _CACHED:
            yield compare("CPU of a request", sides, cell, cpu_per_request)
        for peer in _BESIDE_UNCACHED:
            yield compare("requests/s", ("softfactory-off", peer), cell, per_second)
        for ours in _OURS:
            for peer in (*_BESIDE_UNCACHED, *_BESIDE_CACHED):
                yield compare("requests/s", (ours, peer), cell, per_second)
