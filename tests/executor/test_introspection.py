"""`__schema` and `__type`, alone and among fields of subgraphs."""

from typing import Any

from graphql import OperationType, build_schema, get_introspection_query, graphql_sync

from router.planner.nodes import FetchNode

SCHEMA = """
type Query { me: User secret: Int @deprecated }
type User { id: ID! old: Int @deprecated(reason: "x") }
type Hidden { id: ID }
"""
API = 'type Query { me: User } type User { id: ID! old: Int @deprecated(reason: "x") }'


async def test_the_whole_api_schema(graph: Any) -> None:
    result = await graph(SCHEMA, api=API).run(None, get_introspection_query())
    assert result == {"data": graphql_sync(build_schema(API), get_introspection_query()).data}


async def test_among_other_fields_in_the_clients_order(graph: Any) -> None:
    shop = graph(SCHEMA, api=API, s={"data": {"me": {"id": "1"}}})
    operation = """
    query ($name: String!, $deprecated: Boolean = false) {
      a: __type(name: $name) { ...T }
      me { id }
      __schema { queryType { name } }
      ... on Query { a: __type(name: $name) { kind } }
      hidden: __type(name: "Hidden") { name }
      skipped: __type(name: "User") @include(if: $deprecated) { name }
    }
    fragment T on __Type { name fields(includeDeprecated: $deprecated) { name } }
    """
    fetch = FetchNode("s", "{me{id}}", OperationType.QUERY, ())
    result = await shop.run(fetch, operation, {"name": "User", "deprecated": False})
    assert list(result["data"].items()) == [
        ("a", {"name": "User", "fields": [{"name": "id"}], "kind": "OBJECT"}),
        ("me", {"id": "1"}),
        ("__schema", {"queryType": {"name": "Query"}}),
        ("hidden", None),
    ]
    assert "errors" not in result


async def test_a_subgraph_cannot_answer_introspection(graph: Any) -> None:
    shop = graph(SCHEMA, api=API, s={"data": {"__type": {"name": "Forged"}}})
    fetch = FetchNode("s", "{me{id}}", OperationType.QUERY, ())
    assert await shop.run(fetch, '{ __type(name: "User") { name } }') == {
        "data": {"__type": {"name": "User"}}
    }


async def test_what_cannot_be_introspected_is_an_error(graph: Any) -> None:
    """Variables are coerced before; this is what happens if they were not."""
    operation = "query ($name: String!) { __type(name: $name) { name } }"
    result = await graph(SCHEMA, api=API).run(None, operation, {})
    assert result["data"] == {"__type": None}
    assert [error["extensions"] for error in result["errors"]] == [{"code": "INTROSPECTION_FAILED"}]
