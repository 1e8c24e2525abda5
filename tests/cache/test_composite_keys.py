"""Entities whose keys have several fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.cache.identity import entity_name, key_tree
from router.federation.field_set import parse_field_set
from tests.cache.graph import World, world

PLACES = {
    "places": """
        type Query { place(country: String!, city: String!): Place }
        type Place @key(fields: "country city") { country: String!  city: String!  name: String! }
    """
}


def places() -> World:
    return world(PLACES, {"Query": {"place": _place}})


def _place(country: str, city: str) -> dict[str, Any]:
    return {"__typename": "Place", "country": country, "city": city, "name": f"{country} / {city}"}


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=2, max_size=6, unique=True))
def test_composite_keys_have_different_names(keys: list[tuple[str, str]]) -> None:
    tree = key_tree(parse_field_set("country city"), "Place", places().supergraph.schema)
    assert tree is not None
    names = {entity_name("Place", tree, {"country": one, "city": two}) for one, two in keys}
    assert len(names) == len(keys)


@pytest.mark.parametrize("other", [("ab", "c"), ('a","b', "c"), ("a:b", "c"), ("a,b", "c"), ("", "abc")])
async def test_composite_keys_do_not_collide(other: tuple[str, str]) -> None:
    graph = places()
    query = "query($country: String!, $city: String!) { place(country: $country, city: $city) { name } }"
    for country, city in (("a", "bc"), other):
        answer = await graph.ask(query, {"country": country, "city": city})
        assert answer["data"]["place"]["name"] == f"{country} / {city}"
