"""What is sent of an object, as a table."""

from typing import Any

import pytest

from router.executor.representations import collect, represent
from router.planner.nodes import LIST, EntityInput, InputField, InputFragment, InputSelection, OnTypes


def on(
    type_condition: str, *selections: InputSelection, types: str = "", typename: str | None = None
) -> InputFragment:
    return InputFragment(type_condition, frozenset(types.split()), selections, typename)


def field(name: str, *selections: InputSelection, source: str | None = None) -> InputField:
    return InputField(name, source or name, selections)


ID = field("id")

# name, object, requires, representation
CASES: list[tuple[str, dict[str, Any], tuple[InputFragment, ...], dict[str, Any] | None]] = [
    ("by type", {"__typename": "A", "id": 1, "x": 2}, (on("A", ID),), {"__typename": "A", "id": 1}),
    (
        "by possible type",
        {"__typename": "A", "id": 1},
        (on("I", ID, types="A B"),),
        {"__typename": "A", "id": 1},
    ),
    ("other type", {"__typename": "C", "id": 1}, (on("I", ID, types="A B"),), None),
    ("no type", {"id": 1}, (on("A", ID),), None),
    (
        "sent under another type",
        {"__typename": "A", "id": 1},
        (on("A", ID, typename="I"),),
        {"__typename": "I", "id": 1},
    ),
    (
        "two fragments match",
        {"__typename": "A", "id": 1, "x": 2},
        (on("I", ID, types="A"), on("A", field("x"))),
        {"__typename": "A", "id": 1, "x": 2},
    ),
    (
        "one of several types",
        {"__typename": "B", "key": 1},
        (on("A", ID), on("B", field("key"))),
        {"__typename": "B", "key": 1},
    ),
    ("field missing", {"__typename": "A", "id": 1}, (on("A", ID, field("x")),), None),
    (
        "requirement null",
        {"__typename": "A", "id": 1, "x": None},
        (on("A", ID, field("x")),),
        {"__typename": "A", "id": 1, "x": None},
    ),
    ("key null", {"__typename": "A", "id": None}, (on("A", ID),), None),
    (
        "key null beside a requirement",
        {"__typename": "A", "id": None, "x": 1},
        (on("A", InputField("id", "id", is_key=True), field("x")),),
        None,
    ),
    (
        "composite key all null",
        {"__typename": "A", "id": None, "o": {"id": None}},
        (on("A", ID, field("o", ID)),),
        None,
    ),
    (
        "source",
        {"__typename": "A", "id__0": 1},
        (on("A", field("id", source="id__0")),),
        {"__typename": "A", "id": 1},
    ),
    (
        "nested",
        {"__typename": "A", "o": {"id": 1, "x": 2}},
        (on("A", field("o", ID)),),
        {"__typename": "A", "o": {"id": 1}},
    ),
    ("nested field missing", {"__typename": "A", "o": {"x": 2}}, (on("A", field("o", ID)),), None),
    ("nested scalar", {"__typename": "A", "o": "text"}, (on("A", field("o", ID)),), None),
    (
        "lists with nulls",
        {"__typename": "A", "id": 1, "o": [{"id": 1}, None, [{"id": 2}]]},
        (on("A", ID, field("o", ID)),),
        {"__typename": "A", "id": 1, "o": [{"id": 1}, None, [{"id": 2}]]},
    ),
    (
        "nested fragment",
        {"__typename": "A", "id": 1, "o": [{"__typename": "C", "r": 1}, {"__typename": "S", "w": 2}]},
        (on("A", ID, field("o", on("C", field("r")), on("S", field("w")))),),
        {"__typename": "A", "id": 1, "o": [{"__typename": "C", "r": 1}, {"__typename": "S", "w": 2}]},
    ),
    (
        "nested typename asked for",
        {"__typename": "A", "id": 1, "o": {"__typename": "O", "x": 1}},
        (on("A", ID, field("o", field("__typename"), field("x"))),),
        {"__typename": "A", "id": 1, "o": {"__typename": "O", "x": 1}},
    ),
    (
        "nested selections of two fragments",
        {"__typename": "A", "o": [{"x": 1, "y": 2}]},
        (on("A", field("o", field("x"))), on("I", field("o", field("y")), types="A")),
        {"__typename": "A", "o": [{"x": 1, "y": 2}]},
    ),
    (
        "custom scalar",
        {"__typename": "A", "id": {"any": [1]}},
        (on("A", ID),),
        {"__typename": "A", "id": {"any": [1]}},
    ),
]


@pytest.mark.parametrize(
    ("entity", "requires", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_represent(entity: Any, requires: Any, expected: Any) -> None:
    assert represent(entity, requires) == expected


def entity(key: Any) -> dict[str, Any]:
    return {"__typename": "A", "id": key}


A = (on("A", ID),)

# paths, tree, ids sent, number of targets of each
COLLECTED: list[tuple[Any, Any, list[Any], list[int]]] = [
    ([("a",)], {"a": entity(1)}, [1], [1]),
    ([("a",)], {"a": None}, [], []),
    ([("a",)], {}, [], []),
    ([("a", LIST)], {"a": [entity(1), None, entity(2), entity(1)]}, [1, 2], [2, 1]),
    ([("a", LIST, LIST)], {"a": [[entity(1)], None, [], [entity(2), None]]}, [1, 2], [1, 1]),
    (
        [("a", LIST, "b", LIST)],
        {"a": [{"b": [entity(1)]}, {"b": None}, {}, {"b": [entity(2)]}]},
        [1, 2],
        [1, 1],
    ),
    ([("a", LIST)], {"a": entity(1)}, [], []),
    ([("a",)], {"a": [entity(1)]}, [], []),
    ([("a",), ("b",)], {"a": entity(1), "b": entity(1)}, [1], [2]),
    ([("a", OnTypes(frozenset("A")))], {"a": entity(1)}, [1], [1]),
    ([("a", OnTypes(frozenset("B")))], {"a": entity(1)}, [], []),
    # Equal in Python, different in JSON.
    (
        [("a", LIST)],
        {"a": [entity(1), entity("1"), entity(1.0), entity(True)]},
        [1, "1", 1.0, True],
        [1, 1, 1, 1],
    ),
    ([("a", LIST)], {"a": [entity("a:b"), entity("a"), entity("a:b")]}, ["a:b", "a"], [2, 1]),
]


@pytest.mark.parametrize(("paths", "tree", "sent", "targets"), COLLECTED)
def test_collect(paths: Any, tree: Any, sent: Any, targets: Any) -> None:
    batch = collect(tree, EntityInput("_entities", "r", tuple(paths), A))
    assert [(type(item["id"]), item["id"]) for item in batch.representations] == [(type(i), i) for i in sent]
    assert [len(group) for group in batch.targets] == targets
