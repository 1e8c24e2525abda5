"""What is asked is valid, and nothing is asked twice."""

import json
from itertools import islice

import pytest

from benchmarks.cache.queries import distinct
from benchmarks.gateway.graphs import SHARED, Graph, own_graph, shared_graph
from router.federation.supergraph import Supergraph
from router.operation import choose_operation, coerce_variables, parse_document, validate_document

GRAPHS = [own_graph(), *([shared_graph()] if SHARED.exists() else [])]
COUNT = 200


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
def test_queries_are_valid_and_no_two_are_the_same(graph: Graph) -> None:
    supergraph = Supergraph.parse(graph.sdl)
    made = list(islice(distinct(supergraph.api_schema, 1), COUNT))
    for each in made:
        document = parse_document(each.text)
        validate_document(supergraph, document)
        coerce_variables(supergraph, choose_operation(document, None), each.variables)
    bodies = {(each.text.partition("{")[2], json.dumps(each.variables)) for each in made}
    assert len(bodies) == COUNT


def test_they_vary_in_aliases_arguments_and_depth() -> None:
    made = list(islice(distinct(Supergraph.parse(GRAPHS[0].sdl).api_schema, 1), COUNT))
    assert sum(": " in each.text for each in made) > COUNT / 2
    assert len({each.text.count("{") for each in made}) > 5
    assert not any(each.text.endswith("{ __typename }") and each.text.count("{") == 1 for each in made)


def test_a_seed_makes_the_same_ones() -> None:
    schema = Supergraph.parse(GRAPHS[0].sdl).api_schema
    first, second, other = (list(islice(distinct(schema, seed), 20)) for seed in (1, 1, 2))
    assert first == second != other
