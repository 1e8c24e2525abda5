"""Selections that an operation repeats are written once, if that is shorter."""

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.planner import plan
from router.planner.nodes import FetchNode
from router.planner.printer import print_plan
from tests.planner.harness import compare

SDL = """
type Query { best: Review worst: Review latest: [Review] }
type Review { text: String rating: Int author: Author }
type Author { firstName: String lastName: String }
"""
SUPERGRAPH = Supergraph.parse(compose([Subgraph("reviews", "http://reviews.invalid", SDL)]).supergraph_sdl)
REPEATED = "{ best { ...R } worst { ...R } latest { ...R } } fragment R on Review { text rating author { firstName lastName } }"


def sent(operation: str) -> str:
    node = plan(SUPERGRAPH, load_operation(SUPERGRAPH, operation)).node
    assert isinstance(node, FetchNode)
    return node.operation


def test_long_repeated_selections_become_a_fragment() -> None:
    assert sent(REPEATED) == (
        "{best{...f0} worst{...f0} latest{...f0}} fragment f0 on Review{text rating author{firstName lastName}}"
    )


def test_short_ones_stay_where_they_are() -> None:
    assert sent("{ best { text rating } worst { text rating } }") == "{best{text rating} worst{text rating}}"


def test_a_fragment_within_a_fragment() -> None:
    found = sent(
        "{ best { text author { ...A } } worst { rating author { ...A } } latest { author { ...A } } }"
        " fragment A on Author { long1: firstName long2: firstName long3: lastName long4: lastName }"
    )
    assert found == (
        "{best{text author{...f0}} worst{rating author{...f0}} latest{author{...f0}}}"
        " fragment f0 on Author{long1:firstName long2:firstName long3:lastName long4:lastName}"
    )


def test_plans_are_printed_written_out() -> None:
    assert "..." not in print_plan(plan(SUPERGRAPH, load_operation(SUPERGRAPH, REPEATED)))


async def test_the_answer_is_the_same() -> None:
    found = await compare(SUPERGRAPH, REPEATED)
    assert found.answer == found.expected
