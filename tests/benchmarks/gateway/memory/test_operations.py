"""Every operation that is made is one that a router has to answer."""

from itertools import islice

import pytest
from graphql import build_schema

from benchmarks.gateway.graphs import SHARED, Graph, own_graph, shared_graph
from benchmarks.gateway.memory.operations import operations
from router.federation.supergraph import Supergraph
from router.operation import choose_operation, coerce_variables, parse_document, validate_document

GRAPHS = [own_graph(), *([shared_graph()] if SHARED.exists() else [])]
COUNT = 300


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_they_are_valid_with_their_variables(graph: Graph, seed: int) -> None:
    supergraph = Supergraph.parse(graph.sdl)
    for made in islice(operations(supergraph.api_schema, seed), COUNT):
        document = parse_document(made.text)
        validate_document(supergraph, document)
        assert (
            coerce_variables(supergraph, choose_operation(document, None), made.variables) == made.variables
        )


def test_they_differ_and_some_have_variables() -> None:
    made = list(islice(operations(Supergraph.parse(GRAPHS[0].sdl).api_schema, 1), COUNT))
    assert len({each.text for each in made}) == COUNT
    assert COUNT / 4 < sum(bool(each.variables) for each in made) < COUNT


def test_a_seed_makes_the_same_ones() -> None:
    schema = Supergraph.parse(GRAPHS[0].sdl).api_schema
    first, second, other = (list(islice(operations(schema, seed), 20)) for seed in (1, 1, 2))
    assert first == second != other


def test_fields_that_cannot_be_asked_for_are_left_out() -> None:
    schema = build_schema(
        "type Query { a(in: In!): Int b(in: In, n: Int!): Int c: U d: [Int!] } input In { n: Int } union U = Query"
    )
    texts = " ".join(each.text for each in islice(operations(schema, 1), 100))
    assert "b(n: " in texts
    assert "d" in texts
    assert not any(part in texts for part in ("a(", "c {", "in:"))
