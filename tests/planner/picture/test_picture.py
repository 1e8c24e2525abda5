"""Pictures of plans: whole ones beside snapshots, and what each kind of node looks like.

`UPDATE_PLANS=1 pytest tests/planner/picture` draws the snapshots anew: look at them before they are committed.
"""

import os
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import pytest
from graphql import OperationType

from router.operation import load_operation
from router.planner import plan
from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    DeferredNode,
    EntityInput,
    FetchNode,
    InputField,
    InputFragment,
    ParallelNode,
    PlanNode,
    QueryPlan,
    SequenceNode,
    SubscriptionNode,
)
from router.planner.picture import draw_mermaid, draw_svg
from router.planner.picture.layout import BOX, arrange
from router.planner.picture.steps import steps
from tests.planner.test_plans import Case

SNAPSHOTS = Path(__file__).parent / "snapshots"
CASES = Path(__file__).parents[1] / "cases"
_SVG = "{http://www.w3.org/2000/svg}"


def root(
    service: str, text: str, kind: OperationType = OperationType.QUERY, id: int | None = None
) -> FetchNode:
    return FetchNode(service, text, kind, (), id=id)


def entities(service: str, path: str, needs: str, gives: str, id: int | None = None) -> FetchNode:
    sent = InputFragment("User", frozenset({"User"}), (InputField(needs, needs, (), True),), "User")
    keys = tuple(path.split("."))
    text = f"query($representations:[_Any!]!){{_entities(representations:$representations){{...on User{{{gives}}}}}}}"
    entity = EntityInput("_entities", "representations", (keys,), (sent,))
    return FetchNode(service, text, OperationType.QUERY, (), (entity,), id=id)


def waits(node: PlanNode) -> dict[int, list[int]]:
    return {step.number: [each.number for each in step.waits_for] for step in steps(node)}


@pytest.mark.parametrize("name", ["batch", "conditions", "key_chain", "mutation", "requires"])
@pytest.mark.parametrize("kind", ["svg", "mmd"])
def test_snapshot(name: str, kind: str) -> None:
    case = Case.read(CASES / f"{name}.md")
    found = plan(case.supergraph, load_operation(case.supergraph, case.operation))
    drawn = draw_svg(found, f"Query plan of {name}") if kind == "svg" else draw_mermaid(found)
    file = SNAPSHOTS / f"{name}.{kind}"
    if os.environ.get("UPDATE_PLANS"):
        file.write_text(drawn)
    assert drawn == file.read_text()


@pytest.mark.parametrize("path", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_no_line_crosses_a_box_and_no_text_leaves_one(path: Path) -> None:
    case = Case.read(path)
    found = arrange(steps(plan(case.supergraph, load_operation(case.supergraph, case.operation)).node))
    for arrow in found.arrows:
        for one, other in pairwise(arrow.points):
            assert one[0] == other[0] or one[1] == other[1]
            for box in found.boxes:
                inside_x = max(one[0], other[0]) > box.x and min(one[0], other[0]) < box.x + BOX
                inside_y = max(one[1], other[1]) > box.y and min(one[1], other[1]) < box.y + box.height
                assert not (inside_x and inside_y), (arrow, box.step.number)
    for box in found.boxes:
        assert all(0 < text.y < box.height for text in box.texts)
        lane = found.lanes[box.lane]
        assert lane.y < box.y
        assert box.y + box.height < lane.y + lane.height


def test_an_arrow_comes_from_whoever_gives_what_is_needed() -> None:
    node = SequenceNode(
        (
            ParallelNode((root("a", "{user{__typename id}}"), root("b", "{other}"))),
            entities("c", "user", "id", "name"),
            entities("d", "user", "name", "greeting"),
        )
    )
    assert waits(node) == {1: [], 2: [], 3: [1], 4: [3]}
    assert [step.column for step in steps(node)] == [0, 0, 1, 2]


def test_fetches_that_only_wait_for_their_turn_have_dashed_arrows() -> None:
    first, second = (root(name, "mutation{do}", OperationType.MUTATION) for name in ("a", "b"))
    drawn = QueryPlan(SequenceNode((first, second)))
    assert [step.is_in_turn for step in steps(drawn.node)] == [False, True]
    assert 'class="arrow s0 turn"' in draw_svg(drawn)
    assert "fetch1 -.-> fetch2" in draw_mermaid(drawn)


def test_conditions_stand_in_their_boxes() -> None:
    node = ConditionNode("more", root("a", "{x}"), ConditionNode("less", None, root("b", "{y}")))
    assert [step.notes for step in steps(node)] == [("if $more",), ("unless $more", "unless $less")]


def test_a_deferred_part_waits_for_the_fetches_that_it_names() -> None:
    primary = SequenceNode((root("a", "{user{__typename id}}", id=0), entities("b", "user", "id", "name")))
    later = DeferredNode((0,), ("user",), "slow", "{ age }", entities("c", "user", "id", "age"))
    nothing_more = DeferredNode((0,), ("user",), None, "{ id }", None)
    node = DeferNode("{ user { name } }", primary, (later, nothing_more))
    assert waits(node) == {1: [], 2: [1], 3: [1]}
    last = steps(node)[-1]
    assert (last.column, last.notes) == (1, ('deferred "slow"',))


def test_what_completes_an_event_waits_for_it() -> None:
    primary = root("a", "subscription{changed{__typename id}}", OperationType.SUBSCRIPTION)
    node = SubscriptionNode(primary, entities("b", "changed", "id", "name"))
    assert [step.notes for step in steps(node)] == [("events",), ("for each event",)]
    assert waits(node) == {1: [], 2: [1]}
    assert waits(SubscriptionNode(primary, None)) == {1: []}


def test_a_plan_without_fetches_is_a_picture_too() -> None:
    assert "Nothing has to be fetched." in draw_svg(QueryPlan(None))
    assert "\nflowchart LR\n" in draw_mermaid(QueryPlan(None))


def test_text_of_clients_cannot_leave_its_place() -> None:
    hostile = QueryPlan(root("a", '{x(a:"</text><script>\\"]|`#@&")}'))
    drawn = draw_svg(hostile, "</title><script>")
    texts = [each.text for each in ElementTree.fromstring(drawn).iter(f"{_SVG}text")]  # noqa: S314 - our own
    assert "<script" not in drawn
    assert any('x(a: "</text><script>' in (text or "") for text in texts)
    label = next(line for line in draw_mermaid(hostile).splitlines() if "fetch1[" in line)
    assert label.count('"') == 2
    assert "<script" not in label


def test_long_names_and_lines_are_wrapped() -> None:
    fields = " ".join(f"fieldNumber{number}" for number in range(12))
    chain = "anObjectWithALongName{anotherObjectWithALongName{yetAnotherObject{leaf}}}"
    [box] = arrange(steps(root("service_" * 5, f"{{{fields} {chain}}}"))).boxes
    assert max(len(text.text) for text in box.texts) <= 38
    assert [text.text for text in box.texts[-4:]] == [
        "anObjectWithALongName",
        "anotherObjectWithALongName",
        "yetAnotherObject",
        "leaf",
    ]
