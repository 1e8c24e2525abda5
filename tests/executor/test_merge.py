"""Joining answers, as tables."""

import copy
from typing import Any

import pytest
from graphql import build_schema

from router.executor.merge import merge, merge_into_all, rename
from router.planner.nodes import LIST, OnTypes, Rename

SCHEMA = build_schema(
    "type Query { i: I } interface I { id: ID } type A implements I { id: ID } type B { id: ID }"
)

# target, source, result
MERGES: list[tuple[Any, Any, Any]] = [
    ({}, {"a": 1}, {"a": 1}),
    ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
    ({"a": 1}, {"a": 2}, {"a": 2}),
    ({"a": 1}, {"a": None}, {"a": 1}),
    ({"a": None}, {"a": 1}, {"a": 1}),
    ({}, {"a": None}, {"a": None}),
    ({"a": False}, {"a": None}, {"a": False}),
    ({"a": [{"x": 1}, None]}, {"a": [{"y": 2}, {"y": 3}]}, {"a": [{"x": 1, "y": 2}, {"y": 3}]}),
    ({"a": [{"x": 1}]}, {"a": [None]}, {"a": [{"x": 1}]}),
    ({"a": [[{"x": 1}]]}, {"a": [[{"y": 1}]]}, {"a": [[{"x": 1, "y": 1}]]}),
    ({"a": [{"x": 1}]}, {"a": [{"y": 1}, {"y": 2}]}, {"a": [{"x": 1}]}),
    ({"__typename": "A"}, {"__typename": "I"}, {"__typename": "A"}),
    ({"__typename": "I"}, {"__typename": "A"}, {"__typename": "A"}),
    ({"__typename": "A"}, {"__typename": "B"}, {"__typename": "A"}),
    ({"__typename": "A"}, {"__typename": None}, {"__typename": "A"}),
]


@pytest.mark.parametrize(("target", "source", "expected"), MERGES)
def test_merge(target: Any, source: Any, expected: Any) -> None:
    target, source = copy.deepcopy((target, source))
    merge(target, source, SCHEMA)
    assert target == expected


def test_merge_keeps_the_objects_of_the_target() -> None:
    """Fetches that are under way hold them."""
    inner: dict[str, Any] = {"x": 1}
    target = {"a": [inner]}
    merge(target, {"a": [{"y": 2}]}, SCHEMA)
    assert target["a"][0] is inner


def test_every_target_gets_its_own_copy() -> None:
    first: dict[str, Any] = {}
    second: dict[str, Any] = {"a": {"z": 0}}
    merge_into_all([first, second, first], {"a": {"list": [{"x": 1}, 2, [3]]}}, SCHEMA)
    first["a"]["list"][0]["x"] = 2
    assert second == {"a": {"z": 0, "list": [{"x": 1}, 2, [3]]}}


# answer, renames, result
RENAMES: list[tuple[Any, list[Rename], Any]] = [
    ({"_a": 1}, [Rename((), "_a", "a")], {"a": 1}),
    ({"b": 1}, [Rename((), "_a", "a")], {"b": 1}),
    ({"_a": None}, [Rename((), "_a", "a")], {"a": None}),
    ({"o": [{"_a": 1}, None, {"b": 1}]}, [Rename(("o", LIST), "_a", "a")], {"o": [{"a": 1}, None, {"b": 1}]}),
    ({"_o": {"_a": 1}}, [Rename((), "_o", "o"), Rename(("o",), "_a", "a")], {"o": {"a": 1}}),
    (
        {"o": [{"__typename": "A", "_a": 1}, {"__typename": "B", "_a": 1}]},
        [Rename(("o", LIST, OnTypes(frozenset("A"))), "_a", "a")],
        {"o": [{"__typename": "A", "a": 1}, {"__typename": "B", "_a": 1}]},
    ),
]


@pytest.mark.parametrize(("answer", "renames", "expected"), RENAMES)
def test_rename(answer: Any, renames: Any, expected: Any) -> None:
    rename(answer, renames)
    assert answer == expected
