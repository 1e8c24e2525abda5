"""What merging makes of each kind of element, and that the order of subgraphs does not matter."""

import random
from itertools import permutations

import pytest
from graphql import build_schema, parse, validate_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from router.composition import compose
from router.federation.print_schema import print_type
from router.federation.read_schema import SchemaReader
from router.federation.subgraph import Subgraph
from tests.composition.composition_cases import Case, load, subgraph

CASES = load("merging.yaml")


def printed(sdl: str, name: str) -> str:
    return print_type(SchemaReader().read(parse(sdl)).types[name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_merges(case: Case) -> None:
    sdl = compose(case.subgraphs).supergraph_sdl
    assert {name: printed(sdl, name) for name in case.content["types"]} == {
        name: text.rstrip("\n") for name, text in case.content["types"].items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_order_of_subgraphs_does_not_matter(case: Case) -> None:
    results = {compose(order).supergraph_sdl for order in permutations(case.subgraphs)}
    assert len(results) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_both_schemas_are_valid(case: Case) -> None:
    result = compose(case.subgraphs)
    for sdl in (result.supergraph_sdl, result.api_schema_sdl):
        assert validate_schema(build_schema(sdl)) == []


TYPES = ("Int", "String!", "[Int!]", "ID")


@st.composite
def graphs(draw: st.DrawFn) -> list[Subgraph]:
    """Entities whose fields are spread over two to four subgraphs, with some fields shared."""
    count = draw(st.integers(2, 4))
    entities = draw(st.integers(1, 4))
    texts = ["type Query { " + " ".join(f"e{n}: E{n}" for n in range(entities)) + " }"] + [""] * (count - 1)
    for entity in range(entities):
        bodies: list[list[str]] = [["id: ID!"] for _ in range(count)]
        for field in range(draw(st.integers(0, 5))):
            owners = draw(st.sets(st.integers(0, count - 1), min_size=1))
            type_ = draw(st.sampled_from(TYPES))
            for owner in owners:
                bodies[owner].append(f"f{field}: {type_}" + (" @shareable" if len(owners) > 1 else ""))
        for index, body in enumerate(bodies):
            texts[index] += f'\ntype E{entity} @key(fields: "id") {{ {" ".join(body)} }}'
    return [subgraph(f"s{index}", text) for index, text in enumerate(texts)]


@given(graphs(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_any_order_gives_the_same_supergraph(subgraphs: list[Subgraph], order: random.Random) -> None:
    shuffled = list(subgraphs)
    order.shuffle(shuffled)
    first, second = compose(subgraphs), compose(shuffled)
    assert first == second


@given(graphs())
@settings(max_examples=40, deadline=None)
def test_every_field_is_in_the_api_schema(subgraphs: list[Subgraph]) -> None:
    api = SchemaReader().read(parse(compose(subgraphs).api_schema_sdl))
    for each in subgraphs:
        for definition in SchemaReader().read(parse(each.sdl)).types.values():
            for field in definition.fields.values():
                assert api.types[definition.name].fields[field.name].type == field.type
