"""Pictures as SVG: one file, no scripts, readable in light and dark."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

HUES: Final = (
    ("#2563eb", "#7aa2ff"),
    ("#c2410c", "#ff9d66"),
    ("#15803d", "#6bd48c"),
    ("#9333ea", "#cf9dff"),
    ("#4d5b7c", "#a9b6d6"),
)
"""As classes `f0`, `f1`, … for what is filled and `s0`, `s1`, … for lines: on a light ground and on a dark one."""
_LIGHT: Final = {"page": "#ffffff", "rule": "#dfe2ea", "text": "#1b2030", "dim": "#626a80"}
_DARK: Final = {"page": "#11141b", "rule": "#3a4152", "text": "#e6e9f2", "dim": "#9aa3b8"}
_FONTS: Final = (
    'text{font:12px ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}'
    ".title{font-size:16px;font-weight:700}.head{font-weight:700}.line{fill:none;stroke-width:1.6}"
)


def document(width: float, height: float, elements: Iterable[str], style: str = "") -> str:
    """The whole file, with a line break at its end."""
    size = f'width="{n(width)}" height="{n(height)}" viewBox="0 0 {n(width)} {n(height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    dark = _colours(_DARK, [hue for _, hue in HUES])
    light = _colours(_LIGHT, [hue for hue, _ in HUES])
    sheet = f"<style>{_FONTS}{light}{style}@media(prefers-color-scheme:dark){{{dark}}}</style>"
    ground = '<rect class="page" width="100%" height="100%"/>'
    return "\n".join([head, sheet, ground, *elements, "</svg>", ""])


def text(x: float, y: float, content: str, style: str = "", anchor: str = "start") -> str:
    """`anchor` is which part of the text is at x: start, middle or end."""
    return f'<text class="{style}" x="{n(x)}" y="{n(y)}" text-anchor="{anchor}">{escape(content)}</text>'


def rectangle(x: float, y: float, width: float, height: float, style: str) -> str:
    """With corners."""
    return f'<rect class="{style}" x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"/>'


def line(points: Iterable[tuple[float, float]], style: str) -> str:
    """Through all points, straight from each to the next."""
    path = "L".join(f"{n(x)} {n(y)}" for x, y in points)
    return f'<path class="line {style}" d="M{path}"/>'


def n(value: float) -> str:
    """A number with at most one digit after the point."""
    return f"{value:.1f}".removesuffix(".0")


def _colours(ground: dict[str, str], hues: Iterable[str]) -> str:
    """Colours are written out for both grounds: not every renderer knows variables."""
    rules = [
        f".page{{fill:{ground['page']}}}text{{fill:{ground['text']}}}.dim{{fill:{ground['dim']}}}",
        f".rule{{stroke:{ground['rule']};stroke-width:1}}",
    ]
    rules += [f".f{number}{{fill:{hue}}}.s{number}{{stroke:{hue}}}" for number, hue in enumerate(hues)]
    return "".join(rules)
