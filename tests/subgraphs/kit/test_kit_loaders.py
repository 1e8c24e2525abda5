"""Keys of several columns."""

import pytest
from sqlalchemy import select

from subgraphs.kit import ids
from subgraphs.kit.loaders import are_one_of
from subgraphs.kit.testing import Client
from subgraphs.kit.unit_of_work import unit_of_work


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([("One", 1)], [("One", 1)]),
        ([("One", 1), ("Two", 2)], [("One", 1), ("Two", 2)]),
        ([("One", 2), ("Two", 1)], []),
        ([("One", 1), ("One", 1), ("Three", 3)], [("One", 1)]),
        ([], []),
    ],
)
async def test_the_columns_together_are_the_key(
    client: Client, asked: list[tuple[str, int]], found: list[tuple[str, int]]
) -> None:
    outbox = client.subgraph.service.outbox
    async with unit_of_work(client.subgraph.database, outbox) as work:
        for name, key in (("One", 1), ("Two", 2)):
            work.record(name, key, "tested")
    columns = (outbox.entity_type, outbox.entity_key)
    keys = [(name, ids.encode(name, key)) for name, key in asked]
    statement = select(*columns).where(are_one_of(columns, keys)).distinct().order_by(outbox.entity_type)
    with client.statements() as seen:
        async with client.subgraph.database.read() as session:
            rows = [tuple(row) for row in await session.rows(statement)]
    assert rows == [(name, ids.encode(name, key)) for name, key in found]
    # One text, and so one prepared statement, for any number of keys.
    assert seen.texts == [TEXT]


TEXT = (
    "SELECT DISTINCT outbox_events.entity_type, outbox_events.entity_key \nFROM outbox_events \n"
    "WHERE (outbox_events.entity_type, outbox_events.entity_key) IN (SELECT asked.entity_type, asked.entity_key \n"
    "FROM unnest($1::TEXT[], $2::TEXT[]) AS asked(entity_type, entity_key)) ORDER BY outbox_events.entity_type"
)
