"""Keyset pages: complete, in order, in one statement, and closed to forged cursors."""

import base64
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.kit import ids
from subgraphs.kit.errors import InvalidCursor
from subgraphs.kit.pagination import CURSOR_TYPES, Order
from subgraphs.kit.testing import Client, reference

PAGE = "nodes { id title printedAt } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
BOOKS = f"query($first: Int! = 20, $after: String, $byTitle: Boolean! = false) {{ books(first: $first, after: $after, byTitle: $byTitle) {{ {PAGE} }} }}"


def moment(node: Any) -> datetime:
    return datetime.fromisoformat(node["printedAt"])


async def walk(client: Client, **arguments: Any) -> list[Any]:
    """All nodes, page by page."""
    nodes, after = [], None
    while True:
        page = (await client.data(BOOKS, after=after, **arguments))["books"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("first", [1, 2, 3, 7, 22, 23, 24, 100])
@pytest.mark.parametrize("by_title", [False, True])
async def test_pages_of_any_size_hold_every_row_once_and_in_order(
    client: Client, first: int, by_title: bool
) -> None:
    nodes = await walk(client, first=first, byTitle=by_title)
    keys = [(node["title"] if by_title else moment(node), ids.decode("Book", node["id"])) for node in nodes]
    assert len(set(keys)) == 23
    assert keys == sorted(keys, reverse=not by_title)


async def test_a_page_is_one_statement(client: Client) -> None:
    with client.statements() as seen:
        await client.data(BOOKS, first=5)
    assert seen.count == 1


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
async def test_other_sizes_are_refused(client: Client, first: int) -> None:
    assert await client.codes(BOOKS, first=first) == ["INVALID_PAGE_SIZE"]


async def test_a_cursor_of_another_order_is_refused(client: Client) -> None:
    cursor = (await client.data(BOOKS, first=1))["books"]["pageInfo"]["endCursor"]
    assert await client.codes(BOOKS, after=cursor, byTitle=True) == ["INVALID_CURSOR"]


@pytest.mark.parametrize(
    "content",
    [
        "x",
        [],
        ["newest", "2026-01-01T00:00:00", 1],
        ["newest", "2026-01-01T00:00:00Z", 2**63],
        ["newest", "2026-01-01T00:00:00Z", 1.5],
        ["newest", None, 1],
        ["newest", 5, 1],
        ["title", "2026-01-01T00:00:00Z", 1],
        ["newest", "2026-01-01T00:00:00Z", 1, 1],
    ],
    ids=str,
)
async def test_forged_cursors_are_refused(client: Client, content: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    assert await client.codes(BOOKS, after=cursor) == ["INVALID_CURSOR"]


async def test_a_forged_cursor_with_nul_is_refused(client: Client) -> None:
    cursor = base64.urlsafe_b64encode(b'["title", "\\u0000", 1]').decode()
    assert await client.codes(BOOKS, after=cursor, byTitle=True) == ["INVALID_CURSOR"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1E+131072", "-1E+999999", "1E-16384"])
def test_numbers_that_the_database_cannot_hold_are_no_cursor(library: Any, number: str) -> None:
    newest: Order = library.loaders.__globals__["NEWEST"]
    order = Order("price", newest.key, newest.id, Decimal)
    with pytest.raises(InvalidCursor):
        order.position(order.cursor(number, 1))
    assert order.position(order.cursor("1E+131071", 1)) == (Decimal("1E+131071"), 1)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
def test_any_other_text_is_no_cursor(library: Any, text: str) -> None:
    order = library.loaders.__globals__["NEWEST"]
    with pytest.raises(InvalidCursor):
        order.position(text)


@given(st.data())
def test_cursors_of_all_key_types_come_back(library: Any, data: st.DataObject) -> None:
    values: dict[type, st.SearchStrategy[Any]] = {
        int: st.integers(-(2**63), 2**63 - 1),
        str: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        date: st.dates(),
        datetime: st.datetimes(timezones=st.just(UTC)),
        Decimal: st.decimals(allow_nan=False, allow_infinity=False),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }
    kind = data.draw(st.sampled_from(sorted(CURSOR_TYPES, key=str)))
    newest: Order = library.loaders.__globals__["NEWEST"]
    order = Order("any", newest.key, newest.id, kind)
    value = data.draw(values[kind])
    assert order.position(order.cursor(value, 7)) == (value, 7)


NESTED = f"... on Author {{ id books(first: 2) {{ {PAGE} }} }}"


async def test_lists_of_many_parents_are_one_statement_more(client: Client) -> None:
    with client.statements() as seen:
        authors = await client.entities(NESTED, *[reference("Author", key) for key in (1, 2, 3, 4)])
    assert seen.count == 2
    assert [len(author["books"]["nodes"]) for author in authors] == [2, 2, 2, 0]


async def test_a_nested_list_is_the_same_as_that_of_one_parent(client: Client) -> None:
    together = await client.entities(NESTED, reference("Author", 1), reference("Author", 2))
    alone = [(await client.entities(NESTED, reference("Author", key)))[0] for key in (1, 2)]
    assert together == alone


async def test_nested_lists_continue_after_their_cursor(client: Client) -> None:
    query = "query($id: ID!, $after: String) { author(id: $id) { books(first: 3, after: $after) { nodes { id printedAt } pageInfo { hasNextPage endCursor } } } }"
    nodes, after = [], None
    while True:
        page = (await client.data(query, id=ids.encode("Author", 1), after=after))["author"]["books"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    keys = [(moment(node), ids.decode("Book", node["id"])) for node in nodes]
    assert len(keys) == 8
    assert keys == sorted(keys, reverse=True)


async def test_different_arguments_are_one_statement_each(client: Client) -> None:
    selection = "... on Author { a: books(first: 1) { nodes { id } } b: books(first: 2) { nodes { id } } }"
    with client.statements() as seen:
        authors = await client.entities(selection, reference("Author", 1), reference("Author", 2))
    assert seen.count == 3
    assert [(len(a["a"]["nodes"]), len(a["b"]["nodes"])) for a in authors] == [(1, 2), (1, 2)]
