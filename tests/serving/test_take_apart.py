"""What is freed when a supergraph is taken apart, and what must not be."""

import gc
import weakref
from typing import Any

from graphql import GraphQLString, graphql_sync, introspection_types

from router.federation.supergraph import Supergraph
from router.serving.take_apart import take_apart


def test_frees_every_type_without_a_collection(small_graph: Any) -> None:
    supergraph = Supergraph.parse(small_graph.supergraph.sdl)
    made = (supergraph.api_schema, supergraph.graphs_of, supergraph.interface_objects)
    assert len(made) == 3
    del made
    left = [
        weakref.ref(each)
        for schema in (supergraph.schema, supergraph.api_schema)
        for name, each in schema.type_map.items()
        if name in ("Person", "Query", "Language", "Mutation")
    ]
    assert len(left) == 8
    gc.disable()

    try:
        take_apart(supergraph)
        remaining = [each() for each in left if each() is not None]
    finally:
        gc.enable()

    assert remaining == []


def test_leaves_others_as_they_are(small_graph: Any) -> None:
    other = Supergraph.parse(small_graph.supergraph.sdl)
    assert other.api_schema

    take_apart(small_graph.supergraph)

    assert GraphQLString.name == "String"
    assert introspection_types["__Type"].fields
    result = graphql_sync(other.api_schema, '{ __type(name: "Person") { fields { name } } }')
    assert result.errors is None
    assert result.data is not None
    assert [field["name"] for field in result.data["__type"]["fields"]] == [
        "id",
        "name",
        "friend",
        "greeting",
    ]
