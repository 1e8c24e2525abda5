"""Memory over time: samples as CSV, and what they come to."""

import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

_WARM_SHARE: Final = 0.25
_LAST: Final = 5
_HEADER: Final = "seconds,rss_bytes,pss_bytes,requests"


class Sample(NamedTuple):
    """`requests` counts those sent since the beginning."""

    seconds: float
    rss: int
    pss: int
    requests: int


class Trend(NamedTuple):
    """PSS in bytes: before any load, after the first quarter, at the end, and bytes per minute between the last two."""

    start: float
    warm: float
    end: float
    slope: float


def trend(samples: Sequence[Sample]) -> Trend:
    """Raises ValueError for fewer than three samples."""
    if len(samples) < 3:
        raise ValueError("three samples are the least that has a trend")
    warm = after_warm_up(samples)
    minutes = [sample.seconds / 60 for sample in warm]
    sizes = [float(sample.pss) for sample in warm]
    slope = statistics.linear_regression(minutes, sizes).slope
    return Trend(float(samples[0].pss), sizes[0], statistics.mean(sizes[-_LAST:]), slope)


def after_warm_up(samples: Sequence[Sample]) -> Sequence[Sample]:
    """At least two."""
    first = min(int(len(samples) * _WARM_SHARE), len(samples) - 2)
    return samples[first:]


def to_csv(samples: Sequence[Sample]) -> str:
    """With a line of names."""
    rows = (f"{each.seconds:.1f},{each.rss},{each.pss},{each.requests}" for each in samples)
    return "\n".join([_HEADER, *rows, ""])
