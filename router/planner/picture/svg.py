"""A query plan as SVG: one file, no scripts, readable in light and dark."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from router.planner.nodes import QueryPlan
from router.planner.picture.layout import BOX, HEAD, LABEL, Arrow, Box, Lane, Layout, Rule, arrange, short
from router.planner.picture.steps import Step, steps

_RADIUS = 5
_HUES = (
    ("#2563eb", "#7aa2ff"),
    ("#c2410c", "#ff9d66"),
    ("#15803d", "#6bd48c"),
    ("#9333ea", "#cf9dff"),
    ("#be123c", "#ff8aa5"),
    ("#0e7490", "#5fd0e6"),
    ("#a16207", "#ecc35a"),
    ("#4d5b7c", "#a9b6d6"),
)
"""For subgraphs in turn: on a light ground and on a dark one."""
_LIGHT = {
    "page": "#ffffff",
    "lane": "#f4f5f8",
    "box": "#ffffff",
    "rule": "#dfe2ea",
    "text": "#1b2030",
    "dim": "#626a80",
}
_DARK = {
    "page": "#11141b",
    "lane": "#191d27",
    "box": "#222734",
    "rule": "#3a4152",
    "text": "#e6e9f2",
    "dim": "#9aa3b8",
}


def draw_svg(plan: QueryPlan, title: str = "Query plan") -> str:
    """The document, with a line break at its end."""
    found = steps(plan.node)
    if not found:
        return _document(480, 84, [*_heading(title, found)])
    layout = arrange(found)
    return _document(layout.width, layout.height, [*_heading(title, found), *_body(layout)])


def _document(width: float, height: float, lines: Sequence[str]) -> str:
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    ground = '<rect class="page" width="100%" height="100%"/>'
    return "\n".join([head, f"<style>{_style()}</style>", ground, *lines, "</svg>", ""])


def _style() -> str:
    """Colours are written out for both grounds: not every renderer knows variables."""
    fonts = (
        'text{font:12px ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}'
        ".title{font-size:16px;font-weight:700}.service,.name{font-weight:700}.arrow{fill:none;stroke-width:1.6}"
        ".turn{stroke-dasharray:5 4}.caption{font-size:10px}.number{font-weight:700;font-size:11px}"
    )
    dark = _colours(_DARK, [hue for _, hue in _HUES])
    return f"{fonts}{_colours(_LIGHT, [hue for hue, _ in _HUES])}@media(prefers-color-scheme:dark){{{dark}}}"


def _colours(ground: dict[str, str], hues: Sequence[str]) -> str:
    rules = [
        f".page{{fill:{ground['page']}}}.lane{{fill:{ground['lane']}}}.box{{fill:{ground['box']}}}",
        f"text{{fill:{ground['text']}}}.at,.note,.dim{{fill:{ground['dim']}}}.number{{fill:{ground['page']}}}",
        f".rule{{stroke:{ground['rule']}}}",
    ]
    for number, hue in enumerate(hues):
        rules.append(f".f{number}{{fill:{hue}}}.s{number}{{stroke:{hue}}}")
    return "".join(rules)


def _heading(title: str, found: Sequence[Step]) -> Iterator[str]:
    yield f"<title>{escape(title)}</title>"
    yield f'<text class="title" x="24" y="32">{escape(title)}</text>'
    columns = 1 + max((step.column for step in found), default=-1)
    services = len({step.service for step in found})
    counts = (
        (len(found), "fetch", "fetches"),
        (services, "subgraph", "subgraphs"),
        (columns, "step", "steps"),
    )
    requests, graphs, stages = (f"{n} {one if n == 1 else many}" for n, one, many in counts)
    text = f"{requests} to {graphs} in {stages}" if found else "Nothing has to be fetched."
    yield f'<text class="dim" x="24" y="52">{text}</text>'


def _body(layout: Layout) -> Iterator[str]:
    for number, x in enumerate(layout.columns):
        yield f'<text class="dim" x="{_n(x)}" y="76">step {number + 1}</text>'
    for number, lane in enumerate(layout.lanes):
        yield from _lane(lane, number, layout.width)
    for arrow in layout.arrows:
        yield _arrow(arrow)
    for box in layout.boxes:
        yield from _box(box)
    yield from _legend(layout)


def _lane(lane: Lane, number: int, width: float) -> Iterator[str]:
    y, height = _n(lane.y), _n(lane.height)
    yield f'<rect class="lane" x="12" y="{y}" width="{_n(width - 24)}" height="{height}" rx="8"/>'
    yield f'<rect class="f{_hue(number)}" x="12" y="{y}" width="4" height="{height}" rx="2"/>'
    yield f'<text class="service f{_hue(number)}" x="{LABEL}" y="{_n(lane.y + 32)}">{escape(short(lane.service))}</text>'


def _arrow(arrow: Arrow) -> str:
    hue = _hue(arrow.source.lane)
    x, y = arrow.points[-1]
    line = _rounded((*arrow.points[:-1], (x - 6, y)))
    turn = " turn" if arrow.target.step.is_in_turn else ""
    head = f"M{_n(x)} {_n(y)}l-8 -4v8z"
    return f'<path class="arrow s{hue}{turn}" d="{line}"/><path class="f{hue}" d="{head}"/>'


def _rounded(points: Sequence[tuple[float, float]]) -> str:
    """A line through the points, its corners rounded as far as their legs are long."""
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        from_x, from_y = _toward((x, y), before)
        to_x, to_y = _toward((x, y), after)
        parts.append(f"L{_n(from_x)} {_n(from_y)}Q{_n(x)} {_n(y)} {_n(to_x)} {_n(to_y)}")
    return "".join([*parts, f"L{_n(points[-1][0])} {_n(points[-1][1])}"])


def _toward(point: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    distance = abs(other[0] - point[0]) + abs(other[1] - point[1])
    share = min(_RADIUS, distance / 2) / distance if distance else 0
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share


def _box(box: Box) -> Iterator[str]:
    hue, step = _hue(box.lane), box.step
    yield f'<g transform="translate({_n(box.x)} {_n(box.y)})">'
    yield f'<rect class="box s{hue}" width="{BOX}" height="{_n(box.height)}" rx="7" stroke-width="1.4"/>'
    yield f'<circle class="f{hue}" cx="20" cy="{HEAD / 2 + 1:g}" r="9.5"/>'
    yield f'<text class="number" x="20" y="{HEAD / 2 + 5:g}" text-anchor="middle">{step.number}</text>'
    yield f'<text class="name" x="38" y="{HEAD / 2 + 5:g}">{escape(step.service)}</text>'
    for rule in box.rules:
        yield from _rule(rule)
    for text in box.texts:
        yield f'<text class="{text.style}" x="{_n(text.x)}" y="{_n(text.y)}">{escape(text.text)}</text>'
    yield "</g>"


def _rule(rule: Rule) -> Iterator[str]:
    if not rule.caption:
        yield f'<path class="rule" d="M0 {_n(rule.y)}h{BOX}"/>'
        return
    yield f'<path class="rule" d="M0 {_n(rule.y)}h{BOX - 50}m42 0h8"/>'
    yield f'<text class="caption dim" x="{BOX - 29}" y="{_n(rule.y + 3)}" text-anchor="middle">{rule.caption}</text>'


def _legend(layout: Layout) -> Iterator[str]:
    y = layout.height - 18
    text = "An arrow leads to a fetch that needs something of the one it comes from; a dashed one only keeps their order."
    yield f'<text class="dim" x="24" y="{_n(y)}">{text}</text>'


def _hue(lane: int) -> int:
    return lane % len(_HUES)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
