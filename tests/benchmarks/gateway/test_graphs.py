import json
import subprocess
import sys

import pytest

from benchmarks.gateway.graphs import FULL, ROOT, SHARED, Graph, choose_graph, own_graph, shared_graph
from router.federation.supergraph import Supergraph
from router.operation import parse_document, validate_document

OWN = own_graph()
GRAPHS = [OWN, *([shared_graph()] if SHARED.exists() else [])]


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
def test_queries_are_of_the_graph_and_what_is_expected_has_no_errors(graph: Graph) -> None:
    supergraph = Supergraph.parse(graph.sdl)
    for query in graph.queries.values():
        validate_document(supergraph, parse_document(json.loads(query.body)["query"]))
        assert list(json.loads(query.expected)) == ["data"]


def test_the_full_answer_is_the_one_in_the_file() -> None:
    assert OWN.queries[FULL].expected == (ROOT / "benchmarks" / "graph" / "expected.json").read_bytes()


@pytest.mark.parametrize(("query", "fetches"), [("full", 7), ("two-fetch", 2), ("one-fetch", 1)])
def test_queries_need_as_many_fetches_as_they_say(query: str, fetches: int) -> None:
    text = json.loads(OWN.queries[query].body)["query"]
    supergraph = str(ROOT / "benchmarks" / "graph" / "supergraph.graphql")
    command = [
        sys.executable,
        "-c",
        "from router.cli import main; main()",
        "plan",
        "--supergraph",
        supergraph,
    ]
    printed = subprocess.run(
        [*command, "--operation", "/dev/stdin"], input=text, capture_output=True, text=True, check=True
    )
    assert printed.stdout.count("Fetch(") == fetches


def test_the_own_graph_is_there_by_name() -> None:
    assert choose_graph("own").name == "own"
    assert choose_graph(None).name == GRAPHS[-1].name
