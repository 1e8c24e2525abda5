"""Plans as JSON: every kind of node, in the form of Apollo's gateway, and what is ours in it."""

import json
from typing import Any

import pytest
from graphql import OperationType

from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    DeferredNode,
    EntityInput,
    FetchNode,
    InputField,
    InputFragment,
    OnTypes,
    ParallelNode,
    QueryPlan,
    Rename,
    SequenceNode,
    SubscriptionNode,
)
from router.planner.print_json import path_to_json, plan_to_json

ROOT = FetchNode("a", "query($x:Int){user(x:$x){__typename id}}", OperationType.QUERY, ("x",))
ROOT_JSON = {
    "kind": "Fetch",
    "serviceName": "a",
    "variableUsages": ["x"],
    "operation": ROOT.operation,
    "operationKind": "query",
}
KEY = InputField("id", "id", (), True)


def sent(*fields: InputField, typename: str = "User", types: tuple[str, ...] = ("User",)) -> InputFragment:
    return InputFragment(typename, frozenset(types), fields, typename)


def fetch(*entities: EntityInput, **more: Any) -> FetchNode:
    return FetchNode("b", "query{…}", OperationType.QUERY, (), entities, **more)


def printed(node: Any) -> Any:
    found = plan_to_json(QueryPlan(node))
    assert json.loads(json.dumps(found)) == found
    return found.get("node")


def test_a_plan_without_fetches_has_no_node() -> None:
    assert plan_to_json(QueryPlan(None)) == {"kind": "QueryPlan"}


def test_a_root_fetch() -> None:
    assert printed(ROOT) == ROOT_JSON


def test_a_fetch_of_entities_at_one_path_is_a_flatten() -> None:
    entity = EntityInput("_entities", "representations", (("users", "@"),), (sent(KEY),))
    assert printed(fetch(entity, operation_name="Q__b__1", id=3)) == {
        "kind": "Flatten",
        "path": ["users", "@"],
        "node": {
            "kind": "Fetch",
            "id": "3",
            "serviceName": "b",
            "variableUsages": [],
            "operation": "query{…}",
            "operationKind": "query",
            "operationName": "Q__b__1",
            "requires": [
                {
                    "kind": "InlineFragment",
                    "typeCondition": "User",
                    "selections": [{"kind": "Field", "name": "__typename"}, {"kind": "Field", "name": "id"}],
                }
            ],
        },
    }


def test_several_paths() -> None:
    entity = EntityInput("_entities", "representations", (("a",), ("b", "@")), (sent(KEY),))
    found = printed(fetch(entity))
    assert (found["kind"], found["paths"]) == ("Flatten", [["a"], ["b", "@"]])
    assert "path" not in found


def test_several_groups_of_entities_in_one_request() -> None:
    first = EntityInput("_e0", "_r0", (("a",),), (sent(KEY),))
    second = EntityInput("_e1", "_r1", (("b",), ("c",)), (sent(KEY),))
    found = printed(fetch(first, second))
    assert (found["kind"], found["serviceName"], found["operation"]) == ("BatchFetch", "b", "query{…}")
    assert [{**each, "requires": len(each["requires"])} for each in found["entities"]] == [
        {"alias": "_e0", "variable": "_r0", "path": ["a"], "requires": 1},
        {"alias": "_e1", "variable": "_r1", "paths": [["b"], ["c"]], "requires": 1},
    ]


def test_rewrites_before_and_after_a_fetch() -> None:
    nested = InputField("size", "size", (InputField("unit", "_unit_0"),))
    requires = sent(KEY, InputField("price", "_price_0"), nested, typename="I", types=("A", "B"))
    renames = (Rename(("lines", "@", OnTypes(frozenset({"X"}))), "f__alias_0", "f"),)
    entity = EntityInput("_entities", "representations", (("i",),), (requires,), renames)
    found = printed(fetch(entity))["node"]
    assert found["inputRewrites"] == [
        {"kind": "ValueSetter", "path": ["... on I", "__typename"], "setValueTo": "I"},
        {"kind": "KeyRenamer", "path": ["... on I", "_price_0"], "renameKeyTo": "price"},
        {"kind": "KeyRenamer", "path": ["... on I", "size", "_unit_0"], "renameKeyTo": "unit"},
    ]
    assert found["outputRewrites"] == [
        {"kind": "KeyRenamer", "path": ["lines", "... on X", "f__alias_0"], "renameKeyTo": "f"}
    ]
    assert [each["name"] for each in found["requires"][0]["selections"]] == [
        "__typename",
        "id",
        "_price_0",
        "size",
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), []),
        (("a", "@", OnTypes(frozenset({"B", "A"})), "b"), ["a", "@|[A,B]", "b"]),
        ((OnTypes(frozenset({"T"})), "b"), ["|[T]", "b"]),
    ],
)
def test_paths(path: Any, expected: list[str]) -> None:
    assert path_to_json(path) == expected


def test_sequence_parallel_and_condition() -> None:
    found = printed(SequenceNode((ParallelNode((ROOT, ROOT)), ConditionNode("c", ROOT, None))))
    assert found == {
        "kind": "Sequence",
        "nodes": [
            {"kind": "Parallel", "nodes": [ROOT_JSON, ROOT_JSON]},
            {"kind": "Condition", "condition": "c", "ifClause": ROOT_JSON},
        ],
    }
    assert printed(ConditionNode("c", None, ROOT)) == {
        "kind": "Condition",
        "condition": "c",
        "elseClause": ROOT_JSON,
    }


def test_defer() -> None:
    deferred = (
        DeferredNode((0, 1), ("user",), "slow", "{ age }", ROOT),
        DeferredNode((), (), None, "{ b }", None),
    )
    assert printed(DeferNode("{ user }", ROOT, deferred)) == {
        "kind": "Defer",
        "primary": {"subselection": "{ user }", "node": ROOT_JSON},
        "deferred": [
            {
                "depends": [{"id": "0"}, {"id": "1"}],
                "queryPath": ["user"],
                "label": "slow",
                "subselection": "{ age }",
                "node": ROOT_JSON,
            },
            {"depends": [], "queryPath": [], "subselection": "{ b }"},
        ],
    }
    assert printed(DeferNode("{}", None, ()))["primary"] == {}


def test_subscription() -> None:
    assert printed(SubscriptionNode(ROOT, None)) == {"kind": "Subscription", "primary": ROOT_JSON}
    assert printed(SubscriptionNode(ROOT, ROOT))["rest"] == ROOT_JSON
