"""Contracts: variants of a graph by tags."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from graphql import (
    build_schema,
    lexicographic_sort_schema,
    print_schema,
    validate_schema,
)

from router.composition import Composition, CompositionError, Contract, compose
from router.federation.supergraph import Supergraph
from tests.composition.composition_cases import subgraph

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "contracts.yaml").read_text())
ACCEPTED = [case for case in CASES if "api" in case]
REFUSED = [case for case in CASES if "codes" in case]


def composed(case: dict[str, Any]) -> Composition:
    subgraphs = [subgraph(name, case[name]) for name in ("a", "b") if name in case]
    contract = Contract(frozenset(case.get("include", ())), frozenset(case.get("exclude", ())))
    return compose(subgraphs, contract)


def sorted_print(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(sdl)))


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case["why"])
def test_leaves(case: dict[str, Any]) -> None:
    result = composed(case)
    assert sorted_print(result.api_schema_sdl) == sorted_print(case["api"])
    assert validate_schema(build_schema(result.supergraph_sdl)) == []
    read_back = Supergraph.parse(result.supergraph_sdl).api_schema
    assert print_schema(lexicographic_sort_schema(read_back)) == sorted_print(case["api"])
    assert "@inaccessible" in result.supergraph_sdl
    assert result.supergraph_sdl.count("specs.apollo.dev/inaccessible") == 1


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["why"])
def test_refuses(case: dict[str, Any]) -> None:
    with pytest.raises(CompositionError) as caught:
        composed(case)
    assert {problem.code for problem in caught.value.problems} == set(case["codes"])


def test_says_which_tags_there_are() -> None:
    graph = [subgraph("a", 'type Query { x: Int @tag(name: "public") y: Int @tag(name: "internal") }')]
    (hint,) = compose(graph, Contract(exclude=frozenset({"intrenal"}))).hints
    assert (hint.code, "internal and public" in hint.message) == ("CONTRACT_UNKNOWN_TAG", True)


def test_an_empty_contract_is_the_whole_graph() -> None:
    graph = [subgraph("a", 'type Query { x: Int @tag(name: "public") }')]
    assert compose(graph, Contract()).api_schema_sdl == compose(graph).api_schema_sdl


def test_a_feature_of_the_same_name_keeps_its_own() -> None:
    sdl = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag", "@composeDirective"]) '
        '@link(url: "https://example.com/inaccessible/v1.0", import: [{name: "@inaccessible", as: "@gone"}]) '
        '@composeDirective(name: "@gone") directive @gone on FIELD_DEFINITION '
        'type Query { x: Int @gone y: Int @tag(name: "internal") }'
    )
    graph = [subgraph("a", sdl)]
    result = compose(graph, Contract(exclude=frozenset({"internal"})))
    assert sorted_print(result.api_schema_sdl) == sorted_print("type Query { x: Int }")
    assert 'as: "contract_inaccessible", import: ["@inaccessible"]' in result.supergraph_sdl
