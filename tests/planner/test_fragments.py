"""Selections that an operation repeats are written once, if that is shorter."""

from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.operation import load_operation
from router.planner import plan
from router.planner.nodes import FetchNode, SequenceNode
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


def test_a_type_of_which_nothing_is_asked_here_leaves_no_trace() -> None:
    """What is asked of books needs their id, which is asked of all media, and otherwise another subgraph."""
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])'
    media = f"""{link}
    type Query {{ first: Media last: Media }}
    interface Media {{ id: ID! author: String published: Int publisher: String }}
    type Book implements Media @key(fields: "id") {{ id: ID! author: String published: Int publisher: String }}
    """
    titles = f'{link} type Book @key(fields: "id") {{ id: ID! title: String }}'
    subgraphs = [
        Subgraph("media", "http://media.invalid", media),
        Subgraph("titles", "http://titles.invalid", titles),
    ]
    supergraph = Supergraph.parse(compose(subgraphs).supergraph_sdl)
    fragment = "fragment M on Media { id ... on Book { title } author published publisher }"

    found = plan(supergraph, load_operation(supergraph, "{ first { ...M } last { ...M } } " + fragment)).node

    assert isinstance(found, SequenceNode)
    assert isinstance(found.nodes[0], FetchNode)
    assert (
        found.nodes[0].operation
        == "{first{...f0} last{...f0}} fragment f0 on Media{__typename id author published publisher}"
    )


def test_plans_are_printed_written_out() -> None:
    assert "..." not in print_plan(plan(SUPERGRAPH, load_operation(SUPERGRAPH, REPEATED)))


async def test_the_answer_is_the_same() -> None:
    found = await compare(SUPERGRAPH, REPEATED)
    assert found.answer == found.expected
