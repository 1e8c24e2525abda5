"""A connection over which Redis also sends what nobody asked for."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from router.cache.push_connection import Command, PushConnection
from router.cache.redis_connection import connect


async def _ignore(_: Sequence[Any]) -> None:
    pass


def _fail(_: object) -> None:
    raise ConnectionError("That is not what was asked for.")


async def test_is_closed_though_an_answer_came_just_before(valkey_url: str) -> None:
    client = connect(valkey_url)
    connection = PushConnection(client.connection_pool, _ignore, 5)
    await connection.open()
    answered = asyncio.create_task(connection.call(("ECHO", "a"), bytes))
    await asyncio.sleep(0)
    await connection.send([Command(("ECHO", "b"), _fail)])
    await asyncio.sleep(0.1)  # both answers are there
    with pytest.raises(ConnectionError):
        await connection.listen()
    await connection.close()
    assert not connection._connection.is_connected
    assert await answered == b"a"
    await client.aclose()
