"""What goes to the endpoint directly, and what through the framework."""

from typing import Any

import pytest

from router.settings import CorsSettings
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.from_settings import cors
from router.transport.front import RouterApp
from router.transport.persisted_queries import PersistedQueries
from tests.transport.raw_client import Executor, RawRequest, exchange

QUERY = (b'{"query": "{a}"}',)
ORIGIN = (b"origin", b"https://app.example")
JSON = (b"content-type", b"application/json")


def new_id() -> str:
    return "new"


def app(settings: CorsSettings | None = None) -> RouterApp:
    endpoint = GraphQLEndpoint(Executor(), PersistedQueries(None), EndpointOptions(new_id=new_id))
    return RouterApp("/graphql", endpoint, cors(settings or CorsSettings()), new_id)


async def test_the_framework_sees_nothing_of_a_graphql_request() -> None:
    request = RawRequest(body=QUERY)
    scope = request.scope()
    seen: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": QUERY[0], "more_body": False}

    async def send(message: Any) -> None:
        seen.append(message)

    await app()(scope, receive, send)

    assert seen[1] == {"type": "http.response.body", "body": b'{"data":{"a":1}}'}
    assert scope == request.scope()


async def test_asks_for_the_request_once() -> None:
    answer = await exchange(app(), RawRequest(body=QUERY))

    assert answer.received == 1


@pytest.mark.parametrize(
    ("request_", "status", "header"),
    [
        (RawRequest(path="/graphql/", body=QUERY), 307, (b"location", b"http://router/graphql")),
        (RawRequest(path="/api/graphql", root_path="/api", body=QUERY), 200, (b"cache-control", b"no-store")),
        (RawRequest(path="/nowhere"), 404, (b"cache-control", b"no-store")),
        (RawRequest(method="OPTIONS"), 405, (b"allow", b"GET, POST")),
        (RawRequest(method="HEAD"), 405, (b"allow", b"GET, POST")),
    ],
    ids=lambda value: value.path if isinstance(value, RawRequest) else "",
)
async def test_all_else_is_as_it_was(request_: RawRequest, status: int, header: tuple[bytes, bytes]) -> None:
    request_.headers = (JSON, (b"host", b"router"))

    answer = await exchange(app(), request_)

    assert answer.status == status
    assert header in answer.headers
    assert [value for name, value in answer.headers if name == b"x-request-id"] == [b"new"]


async def test_pages_of_other_origins_are_let_in_before_the_endpoint() -> None:
    settings = CorsSettings(origins=("https://app.example",))

    named = await exchange(app(settings), RawRequest(body=QUERY, headers=(JSON, ORIGIN)))
    other = await exchange(app(settings), RawRequest(body=QUERY, headers=(JSON, (b"origin", b"https://x"))))
    unset = await exchange(app(), RawRequest(body=QUERY, headers=(JSON, ORIGIN)))

    assert (named.status, other.status, unset.status) == (200, 200, 200)
    assert (b"access-control-allow-origin", b"https://app.example") in named.headers
    assert (b"vary", b"accept, Origin") in named.headers
    assert [b"access-control-allow-origin" in dict(answer.headers) for answer in (other, unset)] == [
        False,
        False,
    ]
    assert (b"vary", b"accept") in unset.headers


async def test_preflights_have_an_id_too() -> None:
    ask = ((b"access-control-request-method", b"POST"), ORIGIN)
    request = RawRequest(method="OPTIONS", headers=ask)

    answer = await exchange(app(CorsSettings(origins=("https://app.example",))), request)

    assert answer.status == 200
    assert (b"x-request-id", b"new") in answer.headers
