"""What holds of composition whatever the subgraphs are."""

import random
from pathlib import Path

import pytest
from graphql import build_schema, lexicographic_sort_schema, parse, print_ast, print_schema
from hypothesis import given, note, settings
from hypothesis import strategies as st

from router.composition import Composition, compose
from router.composition.config import SchemaFile, load_config
from router.federation import print_schema as model
from router.federation.read_schema import SchemaReader
from router.federation.subgraph import Subgraph
from tests.composition.composition_cases import Case, load
from tests.composition.random_schema import RandomSchema

ROOT = Path(__file__).parents[2]
SOURCES = st.randoms(use_true_random=False)


def essence(result: Composition) -> tuple[str, str, list[tuple[str, str]]]:
    """All but the places in the SDL."""
    hints = [(hint.code, hint.message) for hint in result.hints]
    return result.supergraph_sdl, result.api_schema_sdl, hints


def reprinted(subgraph: Subgraph) -> Subgraph:
    return Subgraph(subgraph.name, subgraph.url, print_ast(parse(subgraph.sdl)))


def own_services() -> list[Subgraph]:
    found = []
    for each in load_config(ROOT / "supergraph.yaml").subgraphs:
        assert isinstance(each.schema, SchemaFile)
        found.append(Subgraph(each.name, each.routing_url or "", each.schema.path.read_text()))
    return found


def sorted_print(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(sdl)))


@given(SOURCES)
@settings(max_examples=150, deadline=None)
def test_a_split_schema_composes_back(source: random.Random) -> None:
    schema = RandomSchema(source)
    note("\n---\n".join(each.sdl for each in schema.subgraphs))
    assert sorted_print(compose(schema.subgraphs).api_schema_sdl) == sorted_print(schema.sdl)


@given(SOURCES)
@settings(max_examples=60, deadline=None)
def test_neither_order_nor_printing_matters(source: random.Random) -> None:
    subgraphs = RandomSchema(source).subgraphs
    shuffled = source.sample([reprinted(each) for each in subgraphs], len(subgraphs))
    assert essence(compose(shuffled)) == essence(compose(subgraphs))


@pytest.mark.parametrize("case", load("merging.yaml") + load("hints.yaml"), ids=lambda case: case.id)
def test_printing_a_case_does_not_matter(case: Case) -> None:
    again = [reprinted(each) for each in case.subgraphs]
    assert essence(compose(again)) == essence(compose(case.subgraphs))


def test_our_services_survive_printing_by_parser_and_by_model() -> None:
    services = own_services()
    modelled = [
        Subgraph(each.name, each.url, model.print_schema(SchemaReader().read(parse(each.sdl))))
        for each in services
    ]
    expected = compose(services)
    assert expected.supergraph_sdl == (ROOT / "schema" / "supergraph.graphql").read_text()
    assert expected.api_schema_sdl == (ROOT / "schema" / "api.graphql").read_text()
    assert essence(compose([reprinted(each) for each in services])) == essence(expected)
    assert essence(compose(modelled)) == essence(expected)
