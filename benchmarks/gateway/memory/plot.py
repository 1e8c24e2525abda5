"""Memory over time as a picture."""

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.gateway.memory.trend import Sample, after_warm_up, trend
from benchmarks.gateway.svg import document, line, text

_WIDTH: Final = 900
_HEIGHT: Final = 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 76, 40
_STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_TICKS: Final = 7
_MEGABYTE: Final = 1e6


class _Axes:
    """From seconds and megabytes to places."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.seconds = max(samples[-1].seconds, 1.0)
        self.megabytes = max(sample.rss for sample in samples) / _MEGABYTE * 1.1

    def x(self, seconds: float) -> float:
        return _LEFT + seconds / self.seconds * (_WIDTH - _LEFT - _RIGHT)

    def y(self, megabytes: float) -> float:
        return _HEIGHT - _BOTTOM - megabytes / self.megabytes * (_HEIGHT - _TOP - _BOTTOM)


def draw(samples: Sequence[Sample], title: str, note: str) -> str:
    """RSS, PSS, and the straight line through the latter after the first quarter. Raises ValueError as `trend` does."""
    axes = _Axes(samples)
    found = trend(samples)
    warm = after_warm_up(samples)
    middle = sum(sample.pss for sample in warm) / len(warm) / _MEGABYTE
    first, last = warm[0].seconds, warm[-1].seconds
    rise = found.slope / _MEGABYTE * (last - first) / 60
    fit = [(axes.x(first), axes.y(middle - rise / 2)), (axes.x(last), axes.y(middle + rise / 2))]
    elements = [
        text(24, 32, title, "title"),
        text(24, 52, note, "dim"),
        *_grid(axes),
        line([(axes.x(each.seconds), axes.y(each.rss / _MEGABYTE)) for each in samples], "s4"),
        line([(axes.x(each.seconds), axes.y(each.pss / _MEGABYTE)) for each in samples], "s0"),
        line(fit, "s1 fit"),
        *_legend(found.slope),
    ]
    return document(_WIDTH, _HEIGHT, elements, ".fit{stroke-dasharray:6 4}")


def _grid(axes: _Axes) -> Iterator[str]:
    step = _step(axes.megabytes)
    for number in range(int(axes.megabytes / step) + 1):
        y = axes.y(number * step)
        yield line([(_LEFT, y), (_WIDTH - _RIGHT, y)], "rule")
        yield text(_LEFT - 8, y + 4, f"{number * step:,}", "dim", "end")
    yield text(_LEFT - 8, _TOP - 8, "MB", "dim", "end")
    step = _step(axes.seconds)
    for number in range(int(axes.seconds / step) + 1):
        yield text(axes.x(number * step), _HEIGHT - _BOTTOM + 18, f"{number * step} s", "dim", "middle")


def _legend(slope: float) -> Iterator[str]:
    labels = (("RSS", "f4"), ("PSS", "f0"), (f"{slope / _MEGABYTE:+.2f} MB per minute", "f1"))
    x = float(_LEFT + 10)
    for label, style in labels:
        yield text(x, _TOP + 10, label, f"{style} head")
        x += 9 * len(label) + 20


def _step(length: float) -> int:
    return next((step for step in _STEPS if length / step <= _TICKS), _STEPS[-1])
