"""Errors of subgraphs in the client's answer: paths, codes, and no second error for the same null."""

import logging
from typing import Any

import pytest
from graphql import OperationType

from router.planner.nodes import (
    LIST,
    EntityInput,
    FetchNode,
    InputField,
    InputFragment,
    OnTypes,
    ParallelNode,
    Rename,
    SequenceNode,
)
from router.upstream.subgraph import SubgraphError, SubgraphResponse

SCHEMA = """
type Query { me: User strictMe: User! users: [User!] maybeUsers: [User] int: Int }
type User { id: ID! name: String! nick: String pet: Pet }
type Pet { id: ID! name: String! }
"""
USER_KEY = (InputFragment("User", frozenset({"User"}), (InputField("id", "id"),)),)


def root(service: str, text: str, **more: Any) -> FetchNode:
    return FetchNode(service, text, OperationType.QUERY, (), **more)


def names(*paths: Any, **more: Any) -> FetchNode:
    entity_input = EntityInput("_entities", "r", paths, USER_KEY, **more)
    return FetchNode(
        "names", "query($r:[_Any!]!){_entities}", OperationType.QUERY, (), entities=(entity_input,)
    )


def user(key: str) -> dict[str, str]:
    return {"__typename": "User", "id": key}


THREE_USERS = {"data": {"maybeUsers": [user("1"), user("2"), user("1")], "me": user("1")}}


async def test_the_error_of_a_root_fetch_keeps_its_path_and_extensions(graph: Any) -> None:
    error = {
        "message": "no",
        "path": ["me", "nick"],
        "locations": [{"line": 1, "column": 2}],
        "extensions": {"code": "FORBIDDEN", "hint": 1},
    }
    shop = graph(SCHEMA, users={"data": {"me": {"nick": None}}, "errors": [error]})
    assert await shop.run(root("users", "{me{nick}}"), "{ me { nick } }") == {
        "data": {"me": {"nick": None}},
        "errors": [
            {
                "message": "no",
                "path": ["me", "nick"],
                "extensions": {"code": "FORBIDDEN", "hint": 1, "service": "users"},
            }
        ],
    }


async def test_an_entitys_error_has_the_paths_of_all_its_objects(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        users=THREE_USERS,
        names={
            "data": {"_entities": [{"nick": None}, {"nick": "two"}]},
            "errors": [{"message": "no nick", "path": ["_entities", 0, "nick"]}],
        },
    )
    plan = SequenceNode((root("users", "{...}"), names(("maybeUsers", LIST), ("me",))))
    result = await shop.run(plan, "{ maybeUsers { nick } me { nick } }")
    assert result["data"] == {
        "maybeUsers": [{"nick": None}, {"nick": "two"}, {"nick": None}],
        "me": {"nick": None},
    }
    expected = {"message": "no nick", "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "names"}}
    assert result["errors"] == [
        {**expected, "path": path}
        for path in (["maybeUsers", 0, "nick"], ["maybeUsers", 2, "nick"], ["me", "nick"])
    ]


NO_NAME = "Cannot return null for non-nullable field User.name."

# what the names subgraph answers, the errors' messages and paths, data of two users
ENTITY_FAILURES: list[tuple[str, Any, list[tuple[str, Any]]]] = [
    (
        "null entity with an error",
        {"data": {"_entities": [None, None]}, "errors": [{"message": "x", "path": ["_entities", 1]}]},
        [("x", ["maybeUsers", 1]), (NO_NAME, ["maybeUsers", 0, "name"])],
    ),
    (
        "error below the entity",
        {
            "data": {"_entities": [None, {"name": "b"}]},
            "errors": [{"message": "x", "path": ["_entities", 0, "name"]}],
        },
        [("x", ["maybeUsers", 0, "name"])],
    ),
    (
        "data null",
        {"data": None, "errors": [{"message": "x", "path": ["_entities"]}]},
        [("x", ["maybeUsers"])],
    ),
    (
        "entities null",
        {"data": {"_entities": None}, "errors": [{"message": "x"}]},
        [("x", ["maybeUsers"])],
    ),
    (
        "an index of no representation",
        {"data": None, "errors": [{"message": "x", "path": ["_entities", 9, "name"]}]},
        [("x", ["maybeUsers"])],
    ),
    (
        "paths that are none",
        {"data": None, "errors": [{"message": "x", "path": "a.b"}, {"message": "y", "path": [{}]}]},
        [("x", ["maybeUsers"]), ("y", ["maybeUsers"])],
    ),
    (
        "message that is none",
        {"data": None, "errors": [{"message": {"a": 1}, "extensions": "no"}]},
        [("subgraph 'names' reported an error", ["maybeUsers"])],
    ),
    (
        "too few entities",
        {"data": {"_entities": [{"name": "a"}]}},
        [("subgraph 'names' gave an answer that is not a valid GraphQL response", ["maybeUsers"])],
    ),
    (
        "no entities",
        {"data": {}},
        [("subgraph 'names' gave an answer that is not a valid GraphQL response", ["maybeUsers"])],
    ),
    (
        "entities that are no objects",
        {"data": {"_entities": ["a", "b"]}},
        [("subgraph 'names' gave an answer that is not a valid GraphQL response", ["maybeUsers"])],
    ),
]


@pytest.mark.parametrize(
    ("answer", "errors"), [case[1:] for case in ENTITY_FAILURES], ids=[case[0] for case in ENTITY_FAILURES]
)
async def test_entities_that_fail(graph: Any, answer: Any, errors: list[tuple[str, Any]]) -> None:
    shop = graph(SCHEMA, users={"data": {"maybeUsers": [user("1"), user("2")]}}, names=answer)
    plan = SequenceNode((root("users", "{...}"), names(("maybeUsers", LIST))))
    result = await shop.run(plan, "{ maybeUsers { name } }")
    assert [(error["message"], error.get("path")) for error in result["errors"]] == errors


FAILURES = [
    ("SUBREQUEST_TIMEOUT", "subgraph 'names' did not answer in time"),
    ("SUBREQUEST_CONNECTION_FAILED", "subgraph 'names' could not be reached"),
    ("SUBREQUEST_HTTP_ERROR", "subgraph 'names' failed to answer"),
    ("SUBREQUEST_INVALID_RESPONSE", "subgraph 'names' gave an answer that is not a valid GraphQL response"),
    ("SUBREQUEST_CIRCUIT_OPEN", "subgraph 'names' is not asked at the moment, because it kept failing"),
]


@pytest.mark.parametrize(("code", "message"), FAILURES)
async def test_a_subgraph_that_fails_is_one_error_and_the_rest_is_answered(
    graph: Any, caplog: Any, code: str, message: str
) -> None:
    secret = "10.0.0.7:4001 refused"
    shop = graph(SCHEMA, users=THREE_USERS, names=SubgraphError(code, secret))
    plan = SequenceNode((root("users", "{...}"), names(("maybeUsers", LIST))))
    with caplog.at_level(logging.WARNING):
        result = await shop.run(plan, "{ maybeUsers { id name } me { id } }")
    assert result == {
        "data": {"maybeUsers": [None, None, None], "me": {"id": "1"}},
        "errors": [
            {"message": message, "path": ["maybeUsers"], "extensions": {"code": code, "service": "names"}}
        ],
    }
    assert secret in caplog.text


async def test_a_root_fetch_that_fails_explains_the_nulls_of_its_fields_only(graph: Any) -> None:
    failure = SubgraphError("SUBREQUEST_CONNECTION_FAILED", "refused")
    shop = graph(SCHEMA, down=failure, up={"data": {"me": {"name": None}}})
    text = "query{strictMe{name}...F ... on Query{maybeUsers{id}}}fragment F on Query{_a:int}"
    down = root("down", text, renames=(Rename((), "_a", "int"),))
    plan = ParallelNode((down, root("up", "{me{name}}")))
    result = await shop.run(plan, "{ strictMe { name } int maybeUsers { id } me { name } }")
    assert result["data"] is None
    assert [error.get("path") for error in result["errors"]] == [None]
    # The null of the other subgraph is behind the one at the root; it is its own error where it can be seen.
    result = await shop.run(plan, "{ int maybeUsers { id } me { name } }")
    assert result["data"] == {"int": None, "maybeUsers": None, "me": None}
    assert [(error["extensions"]["code"], error.get("path")) for error in result["errors"]] == [
        ("SUBREQUEST_CONNECTION_FAILED", None),
        ("NON_NULL_FIELD_IS_NULL", ["me", "name"]),
    ]


async def test_a_failed_root_fetch_of_one_field_has_its_path(graph: Any) -> None:
    shop = graph(SCHEMA, users=SubgraphError("SUBREQUEST_TIMEOUT", "slow"))
    result = await shop.run(root("users", "{me{id}}"), "{ me { id } }")
    assert [error["path"] for error in result["errors"]] == [["me"]]


async def test_a_subgraph_without_a_transport_is_a_subgraph_that_fails(graph: Any) -> None:
    result = await graph(SCHEMA).run(root("users", "{me{id}}"), "{ me { id } }")
    assert result["data"] == {"me": None}
    assert result["errors"][0]["extensions"]["code"] == "SUBREQUEST_CONNECTION_FAILED"


async def test_an_answer_that_is_nested_too_deeply_is_an_error(graph: Any) -> None:
    nested = b'{"me":' * 2000 + b"{}" + b"}" * 2000
    body = b'{"data":{"_entities":[' + nested + b"," + nested + b"]}}"
    shop = graph(SCHEMA)

    class Deep:
        async def fetch(self, request: Any) -> Any:
            return SubgraphResponse(body, headers={"content-type": "application/json"})

    shop.subgraphs = {
        "names": Deep(),
        **graph(SCHEMA, users={"data": {"maybeUsers": [user("1"), user("2"), user("1")]}}).subgraphs,
    }
    plan = SequenceNode((root("users", "{...}"), names(("maybeUsers", LIST))))
    result = await shop.run(plan, "{ maybeUsers { nick } }")
    assert [error["extensions"]["code"] for error in result["errors"]] == ["SUBREQUEST_INVALID_RESPONSE"]


# subgraph error path, data, renames, path in the answer
RENAMED: list[tuple[list[Any], tuple[Rename, ...], list[Any]]] = [
    (["_m", "nick"], (Rename((), "_m", "me"),), ["me", "nick"]),
    (["_m", "_n"], (Rename((), "_m", "me"), Rename(("me",), "_n", "nick")), ["me", "nick"]),
    (["me", "_n"], (Rename(("me", OnTypes(frozenset({"User"}))), "_n", "nick"),), ["me", "nick"]),
    (["users", 3, "_n"], (Rename(("users", LIST), "_n", "nick"),), ["users", 3, "nick"]),
    (["users", 3, "nick"], (Rename(("me",), "nick", "other"),), ["users", 3, "nick"]),
    (["users", 3, "nick"], (Rename(("users", "pet"), "nick", "other"),), ["users", 3, "nick"]),
    (["me", "nick"], (Rename((LIST,), "nick", "other"),), ["me", "nick"]),
    (["me"], (Rename(("me", "pet"), "_n", "name"),), ["me"]),
]


@pytest.mark.parametrize(("path", "renames", "expected"), RENAMED)
async def test_renamed_fields_have_the_clients_name_in_paths(
    graph: Any, path: Any, renames: Any, expected: Any
) -> None:
    shop = graph(SCHEMA, users={"data": {}, "errors": [{"message": "x", "path": path}]})
    operation = "{ me { nick pet { name } } users { nick } }"
    result = await shop.run(root("users", "{me{id}}", renames=renames), operation)
    assert [error["path"] for error in result["errors"]] == [expected]


async def test_paths_end_where_the_clients_selection_ends(graph: Any) -> None:
    """The router asked for the key; the client knows nothing of it. It explains what the key would have fetched."""
    shop = graph(
        SCHEMA,
        users={"data": {"me": {"id": None}}, "errors": [{"message": "x", "path": ["me", "id"]}]},
        names={"data": {}},
    )
    plan = SequenceNode((root("users", "{me{__typename id}}"), names(("me",))))
    assert await shop.run(plan, "{ me { name } }") == {
        "data": {"me": None},
        "errors": [
            {
                "message": "x",
                "path": ["me"],
                "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "users"},
            }
        ],
    }


# operation, the subgraph's path, the path in the answer
SELECTED: list[tuple[str, list[Any], list[Any] | None]] = [
    ("{ me { nick } }", ["me", "nick"], ["me", "nick"]),
    ("{ me { nick } }", ["me", "id"], ["me"]),
    ("{ me { nick } }", ["int"], None),
    ("{ me { nick } }", ["me", "pet", "name"], ["me"]),
    ("{ users { nick } }", ["users", 2, "id"], ["users", 2]),
    (
        "{ ... on Query { me { ...N } } } fragment N on User { ... { nick } ...N2 } fragment N2 on User { id }",
        ["me", "nick"],
        ["me", "nick"],
    ),
    ("{ ...Q ...Q } fragment Q on Query { me { nick } }", ["me", "nick"], ["me", "nick"]),
    ("{ me { nick } me { pet { name } } }", ["me", "pet", "name"], ["me", "pet", "name"]),
    ("{ a: me { b: nick } }", ["a", "b"], ["a", "b"]),
]


@pytest.mark.parametrize(("operation", "path", "expected"), SELECTED)
async def test_paths_in_operations_of_all_forms(graph: Any, operation: str, path: Any, expected: Any) -> None:
    shop = graph(SCHEMA, users={"data": {}, "errors": [{"message": "x", "path": path}]})
    result = await shop.run(root("users", "{me{id}}"), operation)
    assert [error.get("path") for error in result["errors"]] == [expected]


async def test_a_null_that_the_subgraph_propagated_is_not_reported_again(graph: Any) -> None:
    shop = graph(
        SCHEMA,
        users={"data": None, "errors": [{"message": "x", "path": ["strictMe", "name"]}]},
    )
    result = await shop.run(root("users", "{strictMe{name}}"), "{ strictMe { name } }")
    assert result["data"] is None
    assert [error["message"] for error in result["errors"]] == ["x"]


async def test_an_explained_null_does_not_hide_a_value_that_is_wrong(graph: Any) -> None:
    shop = graph(SCHEMA, users={"data": {"me": {"nick": 5}}, "errors": [{"message": "x", "path": ["me"]}]})
    result = await shop.run(root("users", "{me{nick}}"), "{ me { nick } }")
    assert [error["extensions"]["code"] for error in result["errors"]] == [
        "DOWNSTREAM_SERVICE_ERROR",
        "INVALID_FIELD_VALUE",
    ]


async def test_fragments_that_double_at_each_level_are_read_once(graph: Any) -> None:
    """Read at each spread, these would be a thousand milliard fields."""
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    operation = f"{{ ...F0 }} {chain} fragment F40 on Query {{ int }}"
    shop = graph(SCHEMA, users={"data": {"int": 1}, "errors": [{"message": "x", "path": ["int"]}]})
    result = await shop.run(root("users", "{int}"), operation)
    assert result["data"] == {"int": 1}


async def test_errors_come_in_the_order_of_the_plan(graph: Any) -> None:
    shop = graph(
        SCHEMA, a={"data": {}, "errors": [{"message": "a"}]}, b={"data": {}, "errors": [{"message": "b"}]}
    )
    for first, second in (("a", "b"), ("b", "a")):
        plan = ParallelNode((root(first, "{me{id}}"), root(second, "{int}")))
        result = await shop.run(plan, "{ me { id } int }")
        assert [error["message"] for error in result["errors"]] == [first, second]


async def test_the_policy_decides_what_is_shown_of_a_subgraphs_error(graph: Any) -> None:
    def hide(service: str, error: dict[str, Any]) -> dict[str, Any]:
        return {"message": f"hidden for {service}"}

    error = {"message": "password is 1234", "path": ["me", "nick"], "extensions": {"trace": "..."}}
    shop = graph(SCHEMA, users={"data": {"me": {}}, "errors": [error]})
    result = await shop.run(root("users", "{me{nick}}"), "{ me { nick } }", error_policy=hide)
    assert result["errors"] == [
        {
            "message": "hidden for users",
            "path": ["me", "nick"],
            "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "service": "users"},
        }
    ]
