"""Hit ratios over time as lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.gateway.svg import document, line, text

_WIDTH: Final = 900
_HEIGHT: Final = 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 96, 40
_TICKS: Final = 5


def draw(points: Sequence[tuple[int, Mapping[str, float]]], title: str, note: str) -> str:
    """For each number of requests, what each cache had of those since the point before. At least one point."""
    last = points[-1][0]
    caches = list(points[0][1])
    elements = [text(24, 32, title, "title"), text(24, 52, note, "dim"), *_grid(last)]
    for number, cache in enumerate(caches):
        elements.append(text(_LEFT + 10 + 220 * number, 78, cache, f"f{number} head"))
        places = [(_x(requests, last), _y(ratios[cache])) for requests, ratios in points]
        elements.append(line(places, f"s{number}"))
    return document(_WIDTH, _HEIGHT, elements)


def _grid(last: int) -> Iterator[str]:
    for number in range(_TICKS + 1):
        share = number / _TICKS
        yield line([(_LEFT, _y(share)), (_WIDTH - _RIGHT, _y(share))], "rule")
        yield text(_LEFT - 8, _y(share) + 4, f"{share:.0%}", "dim", "end")
        requests = round(last * share)
        yield text(_x(requests, last), _HEIGHT - _BOTTOM + 18, f"{requests:,}", "dim", "middle")


def _x(requests: int, last: int) -> float:
    return _LEFT + requests / last * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
