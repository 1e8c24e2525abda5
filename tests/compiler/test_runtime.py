"""What programs call: merging, following contexts, and the checks that classes cannot do."""

from typing import Any

import pytest
from msgspec import UNSET, Raw, Struct, ValidationError

from router.compiler.runtime import (
    Deviation,
    check_floats,
    check_nulls,
    flat,
    follow,
    is_empty,
    merge,
    variables,
)


class Thing(Struct):
    a: Any = UNSET
    b: Any = UNSET
    typename_: Any = UNSET


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        (UNSET, 1, 1),
        (None, 1, 1),
        (1, None, 1),
        (1, 2, 2),
        (Thing(a=1), Thing(b=2, a=None), Thing(a=1, b=2)),
        (Thing(a=1, typename_="T"), Thing(typename_="I"), Thing(a=1, typename_="T")),
        (
            [Thing(a=1), None, Thing(a=3)],
            [Thing(b=1), Thing(b=2), None],
            [Thing(a=1, b=1), Thing(b=2), Thing(a=3)],
        ),
        ([Thing(a=1)], [Thing(b=1), Thing(b=2)], [Thing(a=1)]),
        (Thing(a=[[1, None]]), Thing(a=[[None, 2]]), Thing(a=[[1, 2]])),
    ],
)
def test_merging(old: Any, new: Any, merged: Any) -> None:
    target = Thing(a=old)
    merge(target, "a", new)
    assert target.a == merged


def test_contexts_go_through_objects_and_lists() -> None:
    value = Thing(a=[Thing(b=1), Thing(b=None), Thing()])
    assert follow(value, ("a", "b")) == [1, None, None]
    assert follow(None, ("a",)) is None
    assert follow(value, ("c",)) is None


def test_leaves_of_lists_in_lists() -> None:
    assert list(flat([[1], None, [2, None]], 2)) == [1, 2, None]
    assert list(flat([1, 2], 1)) == [1, 2]
    assert list(flat(None, 2)) == list(flat(UNSET, 1)) == []


@pytest.mark.parametrize(
    ("value", "forbidden", "is_right"),
    [
        (None, (False,), True),
        (None, (True,), False),
        ([1, None], (True, False), True),
        ([1, None], (True, True), False),
        ([[1], [None]], (False, False, True), False),
        ([[1], None], (False, False, True), True),
    ],
)
def test_nulls_from_the_outside_in(value: Any, forbidden: tuple[bool, ...], is_right: bool) -> None:
    try:
        check_nulls(value, forbidden)
    except Deviation:
        assert not is_right
    else:
        assert is_right


def test_floats_are_numbers_or_null() -> None:
    check_floats([])
    check_floats([Raw(b"1.50"), Raw(b"null"), Raw(b"-3")])
    for wrong in (b'"1"', b"true", b"[]", b"{}"):
        with pytest.raises(ValidationError):
            check_floats([Raw(b"1"), Raw(wrong)])


def test_a_representation_of_nulls_is_empty() -> None:
    assert is_empty({"__typename": "T", "a": None, "b": {"__typename": "U", "c": Raw(b"null")}})
    assert not is_empty({"__typename": "T", "a": None, "b": {"c": 0}})


def test_variables_that_have_a_value() -> None:
    assert variables(("b", "a", "c"), {"a": 1, "b": "x", "d": 2}) == b'"b":"x","a":1'
    assert variables(("a",), {}) == b""
