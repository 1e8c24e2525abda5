"""What an entity takes, as bars: one for each store, in parts."""

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.cache_memory.figures import BYTES_OF_PARTS, Size
from benchmarks.gateway.svg import document, rectangle, text

_WIDTH: Final = 900
_LEFT, _RIGHT, _TOP, _BAR, _STEP = 130, 90, 96, 22, 36
_LABELS: Final = ("values", "keys, ids and tags", "heads, with tags", "structure")


def draw(sizes: Sequence[Size], title: str, note: str) -> str:
    """Of each store its largest. At least one."""
    largest = list({each.store: each for each in sorted(sizes, key=lambda size: size.entities)}.values())
    most = max(each.per_entity for each in largest)
    elements = [text(24, 32, title, "title"), text(24, 52, note, "dim"), *_legend()]
    for number, each in enumerate(largest):
        elements += _bar(each, _TOP + number * _STEP, most)
    return document(_WIDTH, _TOP + len(largest) * _STEP + 12, elements)


def _legend() -> Iterator[str]:
    x = float(_LEFT)
    for number, label in enumerate(_LABELS):
        yield text(x, 78, label, f"f{number} head")
        x += 8 * len(label) + 20


def _bar(size: Size, y: float, most: float) -> Iterator[str]:
    yield text(_LEFT - 10, y + 15, size.store, "head", "end")
    x = float(_LEFT)
    for number, part in enumerate(BYTES_OF_PARTS):
        width = size.parts[part] / most * (_WIDTH - _LEFT - _RIGHT)
        yield rectangle(x, y, width, _BAR, f"f{number}")
        x += width
    yield text(x + 8, y + 15, f"{size.per_entity:,.0f} bytes", "dim")
