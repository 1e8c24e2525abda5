"""Requests that are played against a server which answers as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.mix.load import Outcome, Player, Task
from benchmarks.mix.requests import HEALTH, PROFILE_UPDATE, Plan, Request
from router.errors import JsonValue


class Database:
    def __init__(self) -> None:
        self.executed: list[tuple[object, ...]] = []

    async def execute(self, query: str, *args: object) -> str:
        self.executed.append(args)
        return "UPDATE 1"


class Router:
    """Keeps what it is asked."""

    def __init__(self, answer: JsonValue, status: int = 200) -> None:
        self.asked: list[tuple[str, str | None, JsonValue]] = []
        self._answer = answer
        self._status = status

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.path, request.headers.get("authorization"), body))
        status = 202 if request.path == "/invalidation" else self._status
        return web.json_response(self._answer, status=status)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        async with TestServer(app) as server:
            yield str(server.make_url("/"))


async def play(router: Router, database: Database, *requests: Request) -> Outcome:
    async with router.served() as url, aiohttp.ClientSession(url) as session:
        task = Task(url, ("one", "two"), "key", "", Plan((8, 9), requests))
        return await Player(task, session, database).play()


async def test_a_query_is_asked_with_the_token_of_its_session() -> None:
    router = Router({"data": {"products": []}})
    outcome = await play(router, Database(), Request(0, "products", 1, {"a": 1}))
    [(path, token, body)] = router.asked
    assert (path, token) == ("/graphql", "Bearer two")
    assert isinstance(body, dict)
    assert body["variables"] == {"a": 1}
    assert [(each.operation, each.code) for each in outcome.played] == [("products", "")]


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ({"data": None, "errors": [{"message": "No.", "extensions": {"code": "CHEF_IS_BOOKED"}}]}, 200, "CHEF_IS_BOOKED"),
        ({"data": {"me": None}, "errors": [{"message": "No."}]}, 200, "No."),
        ({"data": None}, 200, "200"),
        ({}, 503, "503"),
        ([], 200, "ValidationError"),
    ],
)  # fmt: skip
async def test_an_error_has_a_code_or_what_is_known_of_it(answer: JsonValue, status: int, code: str) -> None:
    outcome = await play(Router(answer, status), Database(), Request(0, "dashboard", 0))
    assert [each.code for each in outcome.played] == [code]


async def test_a_router_that_is_away_is_an_error() -> None:
    task = Task("http://127.0.0.1:9", ("one",), "key", "", Plan((8,), (Request(0, HEALTH, 0),)))
    async with aiohttp.ClientSession(task.url) as session:
        [played] = (await Player(task, session, Database()).play()).played
    assert played.code == "ClientConnectorError"


async def test_a_profile_is_changed_in_the_database_and_the_router_told() -> None:
    router, database = Router({"count": 1}), Database()
    update = {"user": 9, "id": "VXNlcjo5", "avatarUrl": "https://a.example/9"}
    outcome = await play(router, database, Request(0, PROFILE_UPDATE, 1, update))
    assert database.executed == [(9, "https://a.example/9")]
    told = [{"kind": "entity", "type": "User", "key": {"id": "VXNlcjo5"}}]
    assert router.asked == [("/invalidation", "Bearer key", told)]
    assert [each.code for each in outcome.played] == [""]
