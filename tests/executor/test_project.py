"""The client's answer from a tree: values, nulls and their errors, selections. One fetch, whose data is the tree."""

from decimal import Decimal
from typing import Any

import pytest
from graphql import OperationType

from router.planner.nodes import FetchNode

SCHEMA = """
type Query {
  int: Int  float: Float  string: String  boolean: Boolean  id: ID  color: Color  json: JSON
  ints: [Int]  strictInts: [Int!]  matrix: [[Int!]]  deep: [[Int!]!]!
  user: User  strictUser: User!  users: [User!]  maybeUsers: [User]  strictUsers: [User!]!
  node: Node  found: Found
}
scalar JSON
enum Color { RED GREEN HIDDEN }
interface Node { id: ID! }
type User implements Node { id: ID! name: String! nick: String friend: User boss: User! }
type Team implements Node { id: ID! members: [User!]! }
type Secret implements Node { id: ID! }
type Other { id: ID! }
union Found = User | Team
type Mutation { int: Int! }
"""
API = SCHEMA.replace(" HIDDEN", "").replace("type Secret implements Node { id: ID! }\n", "")

FETCH = FetchNode("s", "{ignored}", OperationType.QUERY, ())

NULL = "NON_NULL_FIELD_IS_NULL"
INVALID = "INVALID_FIELD_VALUE"


async def answer(graph: Any, tree: Any, operation: str, variables: Any = None, **context: Any) -> Any:
    return await graph(SCHEMA, api=API, s={"data": tree}).run(FETCH, operation, variables, **context)


LEAVES = [
    ("int", 1, 1),
    ("int", 2147483647, 2147483647),
    ("int", -2147483648, -2147483648),
    ("int", 3.0, 3),
    ("float", 1, 1),
    ("float", 1.5, 1.5),
    ("float", 10**20, 10**20),
    ("string", "é\n", "é\n"),
    ("boolean", False, False),
    ("id", "a", "a"),
    ("id", 12, "12"),
    ("color", "RED", "RED"),
    ("json", {"a": [1, None, {"b": "c"}]}, {"a": [1, None, {"b": "c"}]}),
    ("json", 10**30, 10**30),
    ("json", False, False),
    ("ints", [1, None], [1, None]),
    ("matrix", [[1], None, []], [[1], None, []]),
]


@pytest.mark.parametrize(("field", "value", "expected"), LEAVES)
async def test_leaf_values(graph: Any, field: str, value: Any, expected: Any) -> None:
    result = await answer(graph, {field: value}, f"{{ {field} }}")
    assert result == {"data": {field: expected}}
    assert type(result["data"][field]) is type(expected)


UNFIT = [
    ("int", 2147483648),
    ("int", -2147483649),
    ("int", 1.5),
    ("int", "1"),
    ("int", True),
    ("int", [1]),
    ("int", {}),
    ("float", "1.5"),
    ("float", True),
    ("string", 1),
    ("string", ["a"]),
    ("boolean", "true"),
    ("boolean", 1),
    ("id", 1.5),
    ("id", True),
    ("color", "BLUE"),
    ("color", "HIDDEN"),
    ("color", ["RED"]),
    ("ints", 1),
    ("ints", {"0": 1}),
    ("matrix", "text"),
    ("user { nick }", "text"),
    ("user { nick }", [{"nick": "a"}]),
    ("users { nick }", {"nick": "a"}),
    ("user { nick }", {"__typename": "Team"}),
    ("user { nick }", {"__typename": 5}),
    ("user { nick }", {"__typename": {}}),
    ("node { id }", {"id": 1}),
    ("node { id }", {"__typename": "Secret", "id": 1}),
    ("node { id }", {"__typename": "Other", "id": 1}),
    ("node { id }", {"__typename": "Nowhere", "id": 1}),
    ("node { id }", {"__typename": "Node", "id": 1}),
    ("found { ... on Node { id } }", {"__typename": "Node", "id": 1}),
    ("found { __typename }", {"__typename": "Found"}),
]


@pytest.mark.parametrize(("selection", "value"), UNFIT)
async def test_values_that_the_type_does_not_have_are_null_with_an_error(
    graph: Any, selection: str, value: Any
) -> None:
    field = selection.split()[0]
    result = await answer(graph, {field: value}, f"{{ {selection} }}")
    assert result["data"] == {field: None}
    [error] = result["errors"]
    assert (error["path"], error["extensions"]) == ([field], {"code": INVALID})
    assert f"Query.{field}" in error["message"]
    assert "Secret" not in error["message"]
    assert "HIDDEN" not in error["message"]


async def test_an_object_whose_type_nobody_asked_for_has_the_interfaces_fields(graph: Any) -> None:
    """A subgraph with an interface object does not know which object type it has."""
    tree = {"node": {"__typename": "Node", "id": 1, "again": 1, "name": "N"}}
    known = frozenset({"Node"})
    operation = "{ node { id ... on Node { again: id } ... on User { name } } }"
    assert await answer(graph, tree, operation, interface_objects=known) == {
        "data": {"node": {"id": "1", "again": "1"}}
    }
    result = await answer(graph, tree, "{ node { id __typename } }", interface_objects=known)
    assert result == {
        "data": {"node": None},
        "errors": [
            {
                "message": "A subgraph answered field Node.__typename with something else than the name of an object type.",
                "path": ["node", "__typename"],
                "extensions": {"code": INVALID},
            }
        ],
    }


USER = {"id": "1", "name": "N", "boss": {"name": "B"}}

# operation, tree, data, [(code, path)]
NULLS: list[tuple[str, Any, Any, list[tuple[str, list[Any]]]]] = [
    ("{ int }", {}, {"int": None}, []),
    ("{ int }", {"int": None}, {"int": None}, []),
    ("{ user { name } }", {"user": None}, {"user": None}, []),
    ("{ user { name } }", {"user": {}}, {"user": None}, [(NULL, ["user", "name"])]),
    ("{ user { name } }", {"user": {"name": 5}}, {"user": None}, [(INVALID, ["user", "name"])]),
    ("{ user { nick } }", {"user": {"nick": 5}}, {"user": {"nick": None}}, [(INVALID, ["user", "nick"])]),
    ("{ int strictUser { name } }", {"int": 1, "strictUser": {}}, None, [(NULL, ["strictUser", "name"])]),
    ("{ strictUser { name } }", {}, None, [(NULL, ["strictUser"])]),
    (
        "{ user { boss { boss { name } } nick } int }",
        {"user": {"boss": {"boss": {"name": None}}}, "int": 1},
        {"user": None, "int": 1},
        [(NULL, ["user", "boss", "boss", "name"])],
    ),
    (
        "{ user { nick friend { name } } }",
        {"user": {"nick": "n", "friend": {}}},
        {"user": {"nick": "n", "friend": None}},
        [(NULL, ["user", "friend", "name"])],
    ),
    ("{ strictInts }", {"strictInts": [1, None]}, {"strictInts": None}, [(NULL, ["strictInts", 1])]),
    ("{ strictInts }", {"strictInts": ["x"]}, {"strictInts": None}, [(INVALID, ["strictInts", 0])]),
    ("{ ints }", {"ints": ["x", 2]}, {"ints": [None, 2]}, [(INVALID, ["ints", 0])]),
    ("{ matrix }", {"matrix": [[1], [2, None]]}, {"matrix": [[1], None]}, [(NULL, ["matrix", 1, 1])]),
    ("{ deep }", {"deep": [[1], [2, None]]}, None, [(NULL, ["deep", 1, 1])]),
    ("{ deep }", {"deep": [None]}, None, [(NULL, ["deep", 0])]),
    (
        "{ users { name } }",
        {"users": [{"name": "a"}, None]},
        {"users": None},
        [(NULL, ["users", 1])],
    ),
    (
        "{ maybeUsers { name } }",
        {"maybeUsers": [{"name": "a"}, {}, None, {"name": 1}]},
        {"maybeUsers": [{"name": "a"}, None, None, None]},
        [(NULL, ["maybeUsers", 1, "name"]), (INVALID, ["maybeUsers", 3, "name"])],
    ),
    ("{ strictUsers { name } }", {"strictUsers": [{}]}, None, [(NULL, ["strictUsers", 0, "name"])]),
    (
        "{ a: user { b: name } }",
        {"a": {"b": None}},
        {"a": None},
        [(NULL, ["a", "b"])],
    ),
]


@pytest.mark.parametrize(("operation", "tree", "data", "errors"), NULLS)
async def test_nulls_propagate_to_the_nearest_nullable_parent(
    graph: Any, operation: str, tree: Any, data: Any, errors: Any
) -> None:
    result = await answer(graph, tree, operation)
    assert result["data"] == data
    found = [(error["extensions"]["code"], error["path"]) for error in result.get("errors", [])]
    assert found == errors


TEAM = {"__typename": "Team", "id": "t", "members": [USER]}

# operation, tree, data in the order of its fields
SELECTIONS: list[tuple[str, Any, Any]] = [
    ("{ string int }", {"int": 1, "string": "s", "float": 2.5}, {"string": "s", "int": 1}),
    ("{ a: int b: int int }", {"a": 1, "b": 2, "int": 3}, {"a": 1, "b": 2, "int": 3}),
    (
        "{ user { name } int user { id } }",
        {"int": 1, "user": USER},
        {"user": {"name": "N", "id": "1"}, "int": 1},
    ),
    (
        "{ int ...F string } fragment F on Query { string int float }",
        {},
        {"int": None, "string": None, "float": None},
    ),
    ("{ ...F ...F } fragment F on Query { int }", {"int": 1}, {"int": 1}),
    ("{ ... { int } ... on Query { string } }", {}, {"int": None, "string": None}),
    ("{ node { __typename id } }", {"node": TEAM}, {"node": {"__typename": "Team", "id": "t"}}),
    ("{ node { kind: __typename } }", {"node": {"__typename": "Team"}}, {"node": {"kind": "Team"}}),
    ("{ user { __typename } }", {"user": {}}, {"user": {"__typename": "User"}}),
    (
        "{ node { ... on User { name } ... on Team { members { name } } ... on Node { id } } }",
        {"node": TEAM},
        {"node": {"members": [{"name": "N"}], "id": "t"}},
    ),
    ("{ found { ... on Node { id } } }", {"found": TEAM}, {"found": {"id": "t"}}),
    ("{ found { ... on User { name } } }", {"found": TEAM}, {"found": {}}),
    ("{ int @skip(if: true) string }", {"int": 1}, {"string": None}),
    ("{ int @include(if: false) string }", {"int": 1}, {"string": None}),
    ("{ int @skip(if: false) @include(if: true) }", {"int": 1}, {"int": 1}),
    ("{ int @skip(if: true) @include(if: true) float }", {"int": 1}, {"float": None}),
    (
        "{ ... @skip(if: true) { int } ...F @include(if: false) string } fragment F on Query { int }",
        {},
        {"string": None},
    ),
    ("{ ...F @include(if: false) ...F } fragment F on Query { int }", {"int": 1}, {"int": 1}),
]


@pytest.mark.parametrize(("operation", "tree", "data"), SELECTIONS)
async def test_selections(graph: Any, operation: str, tree: Any, data: Any) -> None:
    result = await answer(graph, tree, operation)
    assert result == {"data": data}
    assert list(result["data"]) == list(data)


@pytest.mark.parametrize(
    ("variables", "data"),
    [({"on": True}, {"int": 1}), ({"on": False}, {"string": "s"})],
)
async def test_variables_decide_what_is_included(graph: Any, variables: Any, data: Any) -> None:
    operation = "query($on: Boolean!) { int @include(if: $on) string @skip(if: $on) }"
    assert await answer(graph, {"int": 1, "string": "s"}, operation, variables) == {"data": data}


async def test_mutations_have_the_mutation_type(graph: Any) -> None:
    result = await answer(graph, {"int": None, "__typename": "RootMutation"}, "mutation { __typename int }")
    assert result["data"] is None
    assert result["errors"][0]["message"] == "Cannot return null for non-nullable field Mutation.int."


@pytest.mark.parametrize("number", ["1.10000000000000000000001", "123456789012345678901234567890", "1E+400"])
async def test_numbers_of_custom_scalars_keep_every_digit(graph: Any, number: str) -> None:
    from router.executor.response import ExecutionResult, encode

    value: Any = int(number) if number.isdigit() else Decimal(number)
    assert encode(ExecutionResult({"json": value})) == b'{"data":{"json":' + number.encode() + b"}}"
