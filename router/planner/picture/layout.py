"""Where everything of a picture stands: a row per subgraph, a column per step, and lines that cross no box."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from router.planner.picture.outline import Line, wrap
from router.planner.picture.steps import Part, Step

LINE: Final = 17
CHARACTER: Final = 7.23
"""The width of one in the monospaced font at 12 pixels."""
HEAD: Final = 30
PADDING: Final = 12
BOX: Final = 304
LABEL: Final = 26
"""Where the names of the lanes begin."""
TOP: Final = 84
_LANE_PADDING: Final = 18
_BOX_GAP: Final = 16
_TRACK: Final = 9
_GUTTER: Final = 34
_PORT: Final = 8
_LANE_GAP: Final = 8
_BOTTOM: Final = 44
_LONGEST_NAME: Final = 24


class Rule(NamedTuple):
    """A line across a box; `caption` says what stands below it."""

    y: float
    caption: str = ""


class Text(NamedTuple):
    """A line in a box; `y` from the top of the box, `style` one of needs, at, gives, note."""

    x: float
    y: float
    text: str
    style: str


@dataclass(slots=True, eq=False)
class Box:
    """A fetch as drawn."""

    step: Step
    lane: int
    texts: list[Text]
    rules: list[Rule]
    height: float
    x: float = 0
    y: float = 0
    ports: list["Box"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lane:
    service: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """`points` go right and down, only ever one of both at a time."""

    source: Box
    target: Box
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    columns: tuple[float, ...]
    """The left edge of each."""


def arrange(steps: Sequence[Step]) -> Layout:
    """Subgraphs in the order in which they are first asked."""
    services = list(dict.fromkeys(step.service for step in steps))
    boxes = {step: _box(step, services.index(step.service)) for step in steps}
    tracks = _Tracks(boxes)
    left = LABEL + 24 + 1.1 * CHARACTER * max(len(short(service)) for service in services)
    columns = tracks.place_columns(left, 1 + max(step.column for step in steps))
    lanes = list(_place_lanes(services, list(boxes.values()), tracks))
    for box in boxes.values():
        box.x = columns[box.step.column]
    arrows = tuple(tracks.arrows(lanes))
    bottom = lanes[-1].y + lanes[-1].height + _BOTTOM
    return Layout(columns[-1] + BOX + 24, bottom, tuple(lanes), tuple(boxes.values()), arrows, columns)


def short(service: str) -> str:
    """A name that fits beside the lane."""
    return service if len(service) <= _LONGEST_NAME else service[: _LONGEST_NAME - 1] + "…"


def _box(step: Step, lane: int) -> Box:
    texts: list[Text] = []
    rules: list[Rule] = []
    y = float(HEAD)
    if step.notes:
        rules.append(Rule(y))
        y = _write(texts, wrap(step.notes, separator=" · "), "note", y + 4)
    for number, part in enumerate(step.parts):
        if number or step.notes:
            y += 7
        y = _part(part, texts, rules, y)
    return Box(step, lane, texts, rules, y + PADDING - 2)


def _part(part: Part, texts: list[Text], rules: list[Rule], y: float) -> float:
    rules.append(Rule(y, "needs" if part.needs else "gives"))
    y += 6
    for need in part.needs:
        y = _write(texts, wrap(need.split(" ")), "needs", y)
    for path in part.paths:
        words = [f"{each}." for each in path.split(".")[:-1]] + path.split(".")[-1:]
        y = _write(texts, wrap([f"at {words[0]}", *words[1:]], separator=""), "at", y)
    if part.needs:
        y += 7
        rules.append(Rule(y, "gives"))
        y += 5
    return _write(texts, part.gives, "gives", y)


def _write(texts: list[Text], lines: Iterable[Line], style: str, y: float) -> float:
    for line in lines:
        y += LINE
        texts.append(Text(PADDING + line.indent * CHARACTER, y - 4, line.text, style))
    return y


def _place_lanes(services: list[str], boxes: list[Box], tracks: "_Tracks") -> Iterator[Lane]:
    y = float(TOP)
    for lane, service in enumerate(services):
        channel = tracks.channel_height(lane)
        heights: dict[int, float] = {}
        for box in boxes:
            if box.lane == lane:
                column = box.step.column
                box.y = y + _LANE_PADDING + channel + heights.get(column, 0)
                heights[column] = heights.get(column, 0) + box.height + _BOX_GAP
        height = 2 * _LANE_PADDING + channel + max(heights.values()) - _BOX_GAP
        yield Lane(service, y, height)
        y += height + _LANE_GAP


class _Tracks:
    """Lines go up and down in gutters between columns, and along them in a channel at the top of the target's lane.

    All lines of one source share their track in a gutter or channel.
    """

    def __init__(self, boxes: dict[Step, Box]) -> None:
        self._edges = [(boxes[source], box) for step, box in boxes.items() for source in step.waits_for]
        self._gutters: dict[int, list[Box]] = {}
        self._channels: dict[int, list[Box]] = {}
        self._columns: tuple[float, ...] = ()
        for source, target in self._edges:
            target.ports.append(source)
            self._note(self._gutters, source.step.column, source)
            if target.step.column > source.step.column + 1:
                self._note(self._channels, target.lane, source)
                self._note(self._gutters, target.step.column - 1, source)

    def place_columns(self, left: float, count: int) -> tuple[float, ...]:
        """Columns stand apart as far as the lines between them need."""
        lefts = [left]
        for column in range(count - 1):
            lefts.append(lefts[-1] + BOX + _GUTTER + _TRACK * len(self._gutters.get(column, ())))
        self._columns = tuple(lefts)
        return self._columns

    def channel_height(self, lane: int) -> float:
        return _TRACK * len(self._channels.get(lane, ()))

    def arrows(self, lanes: Sequence[Lane]) -> Iterator[Arrow]:
        for source, target in self._edges:
            start = (source.x + BOX, source.y + HEAD / 2)
            above = min((len(target.ports) - 1) / 2, 1)
            port = target.y + HEAD / 2 + _PORT * (target.ports.index(source) - above)
            out = self._x(source.step.column, source)
            points = [start, (out, start[1])]
            if target.step.column > source.step.column + 1:
                along = lanes[target.lane].y + 10 + _TRACK * self._channels[target.lane].index(source)
                last = self._x(target.step.column - 1, source)
                points += [(out, along), (last, along), (last, port)]
            else:
                points.append((out, port))
            yield Arrow(source, target, (*points, (target.x, port)))

    def _x(self, gutter: int, source: Box) -> float:
        return self._columns[gutter] + BOX + 14 + _TRACK * self._gutters[gutter].index(source)

    @staticmethod
    def _note(tracks: dict[int, list[Box]], key: int, source: Box) -> None:
        found = tracks.setdefault(key, [])
        if source not in found:
            found.append(source)
