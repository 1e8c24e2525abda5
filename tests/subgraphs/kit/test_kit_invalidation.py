"""What the answer of a mutation names: all that has committed, once, and nothing else."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase

from subgraphs.kit import ids
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.invalidation import MOST, name
from subgraphs.kit.outbox import OutboxEvent
from subgraphs.kit.service import Service
from subgraphs.kit.testing import Client
from subgraphs.kit.unit_of_work import unit_of_work

_KEY = text("SELECT id FROM authors WHERE name = 'in vain'")


def author(key: int) -> dict[str, str]:
    return {"__typename": "Author", "id": ids.encode("Author", key)}


async def named(client: Client, query: str) -> tuple[Any, Any]:
    """The data, and the extensions."""
    response = await client.execute(query)
    return response["data"], response.get("extensions")


class TestAnswers:
    async def test_a_mutation_names_what_it_committed_and_nothing_more_of_it(self, client: Client) -> None:
        assert await named(client, "mutation { touch(keys: [7]) }") == (
            {"touch": 1},
            {"cacheInvalidation": {"entities": [author(7)]}},
        )

    async def test_several_units_of_work_and_fields_each_thing_once(self, client: Client) -> None:
        data, extensions = await named(
            client, "mutation { a: touch(keys: [7, 8, 7]) b: touch(keys: [8, 9]) }"
        )
        assert data == {"a": 3, "b": 2}
        assert extensions == {"cacheInvalidation": {"entities": [author(7), author(8), author(9)]}}

    async def test_what_is_rolled_back_is_not_named(self, client: Client) -> None:
        assert await named(client, "mutation { touch(keys: [-7]) }") == (None, None)

    async def test_what_was_committed_before_an_error_is(self, client: Client) -> None:
        query = "mutation { touch(keys: [7, -8, 9]) }"
        assert await named(client, query) == (None, {"cacheInvalidation": {"entities": [author(7)]}})
        assert await client.codes(query) == ["NAME_TAKEN"]

    async def test_so_it_is_before_an_error_in_what_is_returned(self, client: Client) -> None:
        query = 'mutation { addAuthor(name: "in vain") { id books(first: -1) { nodes { id } } } }'
        data, extensions = await named(client, query)
        assert data is None
        async with client.subgraph.database.read() as session:
            ((key,),) = await session.rows(_KEY)
        assert extensions == {"cacheInvalidation": {"entities": [author(key)]}}

    @pytest.mark.parametrize(
        "query",
        [
            "query { touch(keys: [7]) }",
            "{ books { nodes { id } } }",
            "mutation { touch(keys: []) }",
            "mutation { touch }",
            "mutation {",
            "",
        ],
    )
    async def test_nothing_else_names_anything(self, client: Client, query: str) -> None:
        assert "extensions" not in await client.execute(query)


class Base(DeclarativeBase):
    pass


class Event(OutboxEvent, Base):
    pass


def event(type_name: str, key: int, named: JsonValue = None) -> OutboxEvent:
    payload = {"status": "NEW"} if named is None else {"cacheInvalidation": named}
    return Event(entity_type=type_name, entity_key=ids.encode(type_name, key), kind="made", payload=payload)


class TestNames:
    def test_what_the_payload_names_is_added(self) -> None:
        more = {
            "entities": [
                {"id": ids.encode("Book", 1), "__typename": "Book"},
                {"__typename": "Shelf", "row": 1},
            ],
            "fields": [{"__typename": "Query", "field": "shelves"}],
            "types": ["Room"],
            "tags": ["new"],
        }
        found = name([event("Book", 1, more), event("Book", 2, more), event("Room", 3)])
        assert msgspec.to_builtins(found) == {
            "entities": [
                {"__typename": "Book", "id": ids.encode("Book", 1)},
                {"__typename": "Book", "id": ids.encode("Book", 2)},
                {"__typename": "Shelf", "row": 1},
            ],
            **{each: more[each] for each in ("fields", "types", "tags")},
        }

    @given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 2 * MOST)), max_size=5 * MOST))
    def test_however_many_there_are_few_are_named_and_none_is_left_out(
        self, made: list[tuple[str, int]]
    ) -> None:
        ofs = [
            {"fields": [{"__typename": f"F{type_name}", "id": str(key), "field": "x"}]}
            for type_name, key in made
        ]
        found = name([event(*each, of) for each, of in zip(made, ofs, strict=True)])
        for values, prefix in ((found.entities, ""), (found.fields, "F")):
            counts = {type_name: {key for of, key in made if of == type_name} for type_name in "ABC"}
            few = {prefix + each for each, keys in counts.items() if 0 < len(keys) <= MOST}
            many = {prefix + each for each, keys in counts.items() if len(keys) > MOST}
            assert {each["__typename"] for each in values} == few
            assert {each for each in found.types if each.startswith("F") is bool(prefix)} == many
            assert len(values) == sum(len(counts[each.removeprefix(prefix)]) for each in few)

    def test_more_than_most_are_the_type(self) -> None:
        events = [event("Book", 1 + n) for n in range(MOST)]
        assert len(name(events).entities) == MOST
        assert msgspec.to_builtins(name([*events, event("Book", MOST + 1)])) == {"types": ["Book"]}


@pytest.mark.parametrize(
    "more",
    [[], {"entities": [{"id": "x"}]}, {"fields": ["x"]}, {"types": "Book"}, {"type": ["Book"]}],
    ids=str,
)
async def test_names_of_another_form_are_refused_before_anything_is_committed(
    client: Client, library: Service, more: JsonValue
) -> None:
    with pytest.raises(msgspec.ValidationError):
        async with unit_of_work(client.subgraph.database, library.outbox) as work:
            work.record("Author", 1, "touched", cacheInvalidation=more)
