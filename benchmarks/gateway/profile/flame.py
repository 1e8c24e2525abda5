"""A flame graph as SVG: a frame is as wide as the share of samples in which it was on the stack, its callees stand below it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from benchmarks.gateway.profile.stacks import Stacks
from benchmarks.gateway.svg import document, n, text

_WIDTH: Final = 1400
_MARGIN: Final = 10
_TOP: Final = 84
_ROW: Final = 17
_NARROWEST: Final = 0.4
_CHARACTER: Final = 6.7
"""Of width, in the font of the labels."""
_STYLE: Final = ".flame text{font-size:11px;fill:#1b2030}.flame rect{stroke:#fff;stroke-width:.4}"
_COLOURS: Final = {"router": "#f6a04d", "python": "#f7d070", "c": "#8fb8de"}


@dataclass(slots=True)
class _Frame:
    name: str
    samples: int = 0
    callees: dict[str, "_Frame"] = field(default_factory=dict)

    def called(self, name: str) -> "_Frame":
        return self.callees.setdefault(name, _Frame(name))


def draw(stacks: Stacks, title: str, note: str) -> str:
    """The document. Move the pointer over a frame for its whole name and share."""
    root = _Frame("all")
    deepest = max((len(stack) for stack in stacks), default=0)
    for stack, count in stacks.items():
        frame = root
        frame.samples += count
        for name in stack:
            frame = frame.called(name)
            frame.samples += count
    legend = "orange: router; yellow: other Python; blue: C"
    elements = [
        text(_MARGIN, 26, title, "title"),
        text(_MARGIN, 48, note, "dim"),
        text(_MARGIN, 68, f"{root.samples} samples; {legend}", "dim"),
        '<g class="flame">',
        *(_frames(root, _MARGIN, 0, root.samples) if root.samples else ()),
        "</g>",
    ]
    return document(_WIDTH, _TOP + (deepest + 1) * _ROW + _MARGIN, elements, _STYLE)


def _frames(frame: _Frame, x: float, depth: int, total: int) -> Iterator[str]:
    width = frame.samples / total * (_WIDTH - 2 * _MARGIN)
    if width < _NARROWEST:
        return
    yield from _box(frame, x, width, depth, total)
    for callee in sorted(frame.callees.values(), key=lambda each: each.name):
        yield from _frames(callee, x, depth + 1, total)
        x += callee.samples / total * (_WIDTH - 2 * _MARGIN)


def _box(frame: _Frame, x: float, width: float, depth: int, total: int) -> Iterator[str]:
    y = _TOP + depth * _ROW
    share = f"{frame.samples / total:.1%}"
    size = f'x="{x:.2f}" y="{n(y)}" width="{width:.2f}" height="{_ROW - 1}"'
    yield f'<g><title>{escape(frame.name)}, {share}</title><rect {size} fill="{_COLOURS[_kind(frame.name)]}"/>'
    characters = int((width - 6) / _CHARACTER)
    if characters >= 3:
        shown = frame.name if len(frame.name) <= characters else f"{frame.name[: characters - 1]}…"
        yield text(x + 3, y + 12, shown)
    yield "</g>"


def _kind(name: str) -> str:
    if "(router/" in name:
        return "router"
    return "python" if ".py" in name or "<string>" in name or "<attrs" in name else "c"
