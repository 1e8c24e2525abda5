"""A query plan as a Mermaid flowchart, for pages that draw such text: pull requests, issues, wikis."""

from collections.abc import Iterator

from router.planner.nodes import QueryPlan
from router.planner.picture.steps import Part, Step, steps

_NBSP = "&nbsp;"
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "#": "&num;", "`": "&grave;"}
"""By name: Mermaid itself reads what begins with a number sign."""
_HEAD = '%%{init: {"flowchart": {"wrappingWidth": 600}}}%%'


def draw_mermaid(plan: QueryPlan) -> str:
    """The text, with a line break at its end."""
    found = steps(plan.node)
    return "\n".join(
        [_HEAD, "flowchart LR", *_lanes(found), *_arrows(found), "  classDef default text-align:left", ""]
    )


def _lanes(found: list[Step]) -> Iterator[str]:
    for number, service in enumerate(dict.fromkeys(step.service for step in found)):
        yield f'  subgraph lane{number}["{_text(service)}"]'
        for step in found:
            if step.service == service:
                yield f'    fetch{step.number}["{_label(step)}"]'
        yield "  end"


def _label(step: Step) -> str:
    notes = "".join(f" · {_text(note)}" for note in step.notes)
    lines = [f"<b>{step.number}</b>{notes}"]
    for part in step.parts:
        lines += _part(part)
    return "<br>".join(lines)


def _part(part: Part) -> Iterator[str]:
    for need in part.needs:
        yield f"needs <b>{_text(need)}</b>"
    for path in part.paths:
        yield f"<i>at {_text(path)}</i>"
    for line in part.gives:
        yield _NBSP * line.indent + _text(line.text)


def _arrows(found: list[Step]) -> Iterator[str]:
    for step in found:
        arrow = "-.->" if step.is_in_turn else "-->"
        for source in step.waits_for:
            yield f"  fetch{source.number} {arrow} fetch{step.number}"


def _text(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)
