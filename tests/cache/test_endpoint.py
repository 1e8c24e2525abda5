"""The invalidation endpoint, through the whole application: what it takes, what is gone then, and what it refuses."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from router.app import create_app
from router.cache.asked_names import AskedNames
from router.cache.endpoint import InvalidationEndpoint
from router.cache.invalidation_request import Asked, parse
from router.cache.store import Invalidation, StoreUnavailableError
from router.composition import compose
from router.errors import ClientError, RouterError
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.settings import RouterSettings
from router.settings_sources import load_settings
from tests.cache.graph import HEAD

KEY = "a-key-that-is-shared"
TEXT = {"query": "{ person(id: 1) { name greeting } people { name } }"}
CACHE: Mapping[str, Any] = {"store": "memory", "policy": {"*": {"maxAge": 60}}}


@asynccontextmanager
async def serving(graph: Any, cache: Mapping[str, Any] | None = None) -> AsyncIterator[httpx.AsyncClient]:
    settings = RouterSettings(cache=cache or {**CACHE, "invalidation": {"shared_key": KEY}})
    app = create_app(settings, graph.supergraph, transports=graph.transports)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://router") as client:
            yield client


@pytest.fixture
async def client(small_graph: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(small_graph) as found:
        yield found


async def ask(client: httpx.AsyncClient, *requests: Any, key: str = KEY) -> httpx.Response:
    return await client.post("/invalidation", json=requests, headers={"authorization": key})


def error(answer: httpx.Response) -> tuple[int, str, str]:
    [found] = answer.json()["errors"]
    return answer.status_code, found["extensions"]["code"], found["message"]


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        ({"kind": "all"}, {"people", "greetings"}),
        ({"kind": "entity", "type": "Person", "key": {"id": 1}}, {"people", "greetings"}),
        ({"kind": "type", "subgraph": "people", "type": "Person"}, {"people", "greetings"}),
        ({"kind": "subgraph", "subgraph": "people"}, {"people", "greetings"}),
        ({"kind": "field", "type": "Person", "key": {"id": "1"}, "field": "greeting"}, {"greetings"}),
        ({"kind": "field", "type": "Person", "key": {"id": "3"}, "field": "greeting"}, set()),
        ({"kind": "field", "type": "Query", "field": "people"}, {"people"}),
        ({"kind": "cache_tag", "subgraphs": ["people"], "cache_tag": "sf:list:Person"}, {"people"}),
        ({"kind": "cache_tag", "cache_tag": "nobody-has-it"}, set()),
    ],
)
async def test_what_was_invalidated_is_asked_again(
    small_graph: Any, client: httpx.AsyncClient, request_: Any, asked: set[str]
) -> None:
    first = await client.post("/graphql", json=TEXT)
    small_graph.requests.clear()
    assert (await client.post("/graphql", json=TEXT)).content == first.content
    assert small_graph.requests == []

    answer = await ask(client, request_)

    assert (answer.status_code, answer.json()) == (202, {"count": 1})
    assert answer.headers["cache-control"] == "no-store"
    await client.post("/graphql", json=TEXT)
    assert {name for name, _ in small_graph.requests} == asked


async def test_counts_what_was_asked_for(client: httpx.AsyncClient) -> None:
    assert (await ask(client, {"kind": "all"}, {"kind": "all"})).json() == {"count": 2}
    assert (await ask(client)).json() == {"count": 0}


async def test_the_key_may_be_a_bearer_token(client: httpx.AsyncClient) -> None:
    assert (await ask(client, {"kind": "all"}, key=f"bearer {KEY}")).status_code == 202


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer ", "other", f"Basic {KEY}", KEY + "x", "kéy"])
async def test_refuses_who_does_not_have_the_key(client: httpx.AsyncClient, key: str) -> None:
    headers = {"authorization": key.encode("latin-1")}
    answer = await client.post("/invalidation", content=b"not read", headers=headers)

    assert error(answer)[:2] == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_refuses_who_shows_no_key(client: httpx.AsyncClient) -> None:
    assert error(await client.post("/invalidation", json=[]))[:2] == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "cache",
    [CACHE, {"store": "off", "invalidation": {"shared_key": KEY}}],
    ids=["no key", "no cache"],
)
async def test_is_not_there_without_a_key_or_a_cache(small_graph: Any, cache: Mapping[str, Any]) -> None:
    async with serving(small_graph, cache) as client:
        assert error(await ask(client, {"kind": "all"}))[:2] == (404, "NOT_FOUND")


async def test_is_at_the_path_of_the_settings(small_graph: Any) -> None:
    cache = {**CACHE, "invalidation": {"shared_key": KEY, "path": "/purge"}}
    async with serving(small_graph, cache) as client:
        assert (await ask(client)).status_code == 404
        answer = await client.post("/purge", json=[], headers={"authorization": KEY})
        assert answer.status_code == 202


@pytest.mark.parametrize("path", ["/graphql", "/health"])
def test_needs_a_path_of_its_own(small_graph: Any, path: str) -> None:
    settings = RouterSettings(cache={**CACHE, "invalidation": {"shared_key": KEY, "path": path}})
    with pytest.raises(RouterError, match=rf"cache\.invalidation\.path: something else is at {path}"):
        create_app(settings, small_graph.supergraph, transports=small_graph.transports)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_is_for_post(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/invalidation", headers={"authorization": KEY})

    assert error(answer)[:2] == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


DEEP = b'[{"kind": "entity", "type": "Person", "key": {"id": ' + b"[" * 10_000


@pytest.mark.parametrize("body", [b"", b"[", b"\xff", DEEP, b'[{"kind":"all"}] x'])
async def test_refuses_what_is_not_json(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/invalidation", content=body, headers={"authorization": KEY})
    assert error(answer)[:2] == (400, "INVALID_JSON")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (7, "Expected `object`, got `int` - at `$[0]`"),
        ({"kind": "everything"}, "Invalid value 'everything'"),
        ({"type": "Person"}, "missing required field `kind`"),
        ({"kind": "type"}, "missing required field `type`"),
        ({"kind": "field", "type": "Person", "field": "name", "keys": {"id": 1}}, "unknown field `keys`"),
        ({"kind": "type", "type": "Persn"}, "no objects of a type Persn. Did you mean 'Person'?"),
        ({"kind": "type", "type": "Language"}, "no objects of a type Language"),
        ({"kind": "subgraph", "subgraph": "peple"}, "no subgraph peple. Did you mean 'people'?"),
        ({"kind": "cache_tag", "cache_tag": "a", "subgraphs": ["b"]}, "no subgraph b"),
        ({"kind": "entity", "type": "Person", "key": {"ID": "1"}}, "The key of Person is id"),
        ({"kind": "entity", "type": "Person", "key": {"id": None}}, "The key of Person is id"),
        ({"kind": "entity", "type": "Person", "key": {"id": 1.5}}, "Person.id: ID cannot represent"),
        (
            {"kind": "field", "type": "Person", "field": "nam"},
            "Person has no field nam. Did you mean 'name'?",
        ),
    ],
)
async def test_says_what_it_does_not_understand(
    client: httpx.AsyncClient, request_: Any, message: str
) -> None:
    status, code, found = error(await ask(client, request_))

    assert (status, code) == (400, "INVALID_INVALIDATION_REQUEST")
    assert message in found


async def test_refuses_an_object_in_place_of_a_list(client: httpx.AsyncClient) -> None:
    answer = await client.post("/invalidation", json={"kind": "all"}, headers={"authorization": KEY})
    assert "The body is a list of requests." in error(answer)[2]


async def test_does_all_or_nothing(small_graph: Any, client: httpx.AsyncClient) -> None:
    await client.post("/graphql", json=TEXT)
    small_graph.requests.clear()

    answer = await ask(client, {"kind": "all"}, {"kind": "type", "type": "Nobody"})

    assert answer.json()["errors"][0]["extensions"]["request"] == 1
    assert error(answer)[2].startswith("Request 2: ")
    await client.post("/graphql", json=TEXT)
    assert small_graph.requests == []


async def test_refuses_more_than_a_megabyte(client: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(101):
            yield b" " * 10_000

    for content in (b" " * 1_000_001, parts()):
        answer = await client.post("/invalidation", content=content, headers={"authorization": KEY})
        assert error(answer)[:2] == (413, "REQUEST_TOO_LARGE")


async def broken(graph: Any, error: Exception) -> httpx.Response:
    async def invalidate(_what: Invalidation) -> None:
        raise error

    app = InvalidationEndpoint(AskedNames(graph.supergraph), invalidate, KEY.encode())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client:
        return await ask(client, {"kind": "all"})


async def test_says_that_the_store_did_not_answer(small_graph: Any) -> None:
    answer = await broken(small_graph, StoreUnavailableError("secret"))

    assert error(answer)[:2] == (503, "CACHE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert "secret" not in answer.text


async def test_tells_nothing_of_what_nobody_foresaw(small_graph: Any) -> None:
    answer = await broken(small_graph, RuntimeError("secret"))

    assert error(answer)[:2] == (500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in answer.text


def test_the_key_comes_from_a_variable_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROUTER__CACHE__INVALIDATION__SHARED_KEY", "0123")
    found = load_settings(None, {"cache": {"store": "memory"}}).cache.invalidation
    assert found.shared_key is not None
    assert found.shared_key.get_secret_value() == "0123"
    assert "0123" not in repr(found)


@pytest.mark.parametrize("key", ["", "with a space", "line\n", "schlüssel"])
def test_a_key_that_no_header_can_have_is_refused_unseen(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ROUTER__CACHE__INVALIDATION__SHARED_KEY", key)
    with pytest.raises(RouterError) as caught:
        load_settings()
    assert caught.value.message.startswith(
        "ROUTER__CACHE__INVALIDATION__SHARED_KEY: Input should be printable"
    )
    assert not key or key not in caught.value.message


GRAPH = {
    "shop": """
        type Query { order(id: Int!): Order  page: Page!  media: [Media!]! }
        type Order @key(fields: "shop { number } id") { id: Int!  shop: Shop!  total: Money!  lines: [Line!]! }
        type Shop { number: Int!  name: String! }
        type Line { price: Money!  book: Book }
        type Money { amount: Int! }
        type Page { blocks: [Block!]! }
        union Block = Text | Line
        type Text { text: String! }
        interface Media @key(fields: "id") { id: ID!  title: String! }
        type Book implements Media @key(fields: "id") { id: ID!  title: String! }
        type Film implements Media @key(fields: "id") { id: ID!  title: String! }
    """,
    "review": """
        type Media @key(fields: "id") @interfaceObject { id: ID!  stars: Int! }
    """,
}


@pytest.fixture(scope="module")
def names() -> AskedNames:
    head = HEAD.replace('"@key"', '"@key", "@interfaceObject"')
    composed = compose([Subgraph(name, f"http://{name}", head + sdl) for name, sdl in GRAPH.items()])
    return AskedNames(Supergraph.parse(composed.supergraph_sdl))


def asked(*requests: Mapping[str, Any]) -> Sequence[Asked]:
    return parse(httpx.Request("POST", "http://x", json=requests).content)


def lists(*types: str) -> set[str]:
    return {f"sf:list:{each}" for each in types}


@pytest.mark.parametrize(
    ("type_name", "types"),
    [
        ("Order", {"Order"}),
        ("Shop", {"Shop", "Order"}),
        ("Money", {"Money", "Order", "Query"}),
        ("Line", {"Line", "Order", "Query"}),
        ("Text", {"Text", "Query"}),
        ("Block", {"Text", "Line", "Order", "Query"}),
        ("Book", {"Book", "Media"}),
        ("Media", {"Book", "Film", "Media"}),
    ],
)
def test_a_type_goes_with_what_holds_it(names: AskedNames, type_name: str, types: set[str]) -> None:
    found = names.invalidation(asked({"kind": "type", "type": type_name}))
    assert set(found.types) == types
    assert set(found.tags) == lists(*types - {"Query"})


def test_an_entity_goes_by_all_its_names(names: AskedNames) -> None:
    book = names.invalidation(asked({"kind": "entity", "type": "Book", "key": {"id": 7, "isbn": "x"}}))
    media = names.invalidation(asked({"kind": "entity", "type": "Media", "key": {"id": "7"}}))
    stars = {"kind": "field", "type": "Media", "key": {"id": "7"}, "field": "stars"}

    assert set(book.entities) == {'Book:["7"]', 'Media:["7"]'}
    assert set(media.entities) == {'Book:["7"]', 'Film:["7"]', 'Media:["7"]'}
    assert set(media.tags) == lists("Book", "Film", "Media")
    assert {name for name, _ in names.invalidation(asked(stars)).fields} == set(media.entities)


def test_a_key_may_have_parts(names: AskedNames) -> None:
    key = {"id": 3, "shop": {"number": 1}}
    found = names.invalidation(asked({"kind": "entity", "type": "Order", "key": key}))
    assert found.entities == ("Order:[3,[1]]",)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"id": 3}, "The key of Order is id shop {number}, and all of it is needed."),
        ({"id": 3, "shop": [1]}, "Order.shop is an object: shop {number}."),
        ({"id": "3", "shop": {"number": 1}}, "Order.id: Int cannot represent"),
        ({"id": 3, "shop": {"number": "1"}}, "Shop.number: Int cannot represent"),
    ],
)
def test_a_key_that_would_name_nobody_is_refused(names: AskedNames, key: Any, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        names.invalidation(asked({"kind": "entity", "type": "Order", "key": key}))
    assert message in caught.value.message


def test_what_has_no_key_is_asked_for_as_a_type(names: AskedNames) -> None:
    with pytest.raises(ClientError, match=r"Money has no key\. Ask for the type\."):
        names.invalidation(asked({"kind": "entity", "type": "Money", "key": {"amount": 1}}))


def test_a_field_without_a_key_takes_its_type_along(names: AskedNames) -> None:
    found = names.invalidation(asked({"kind": "field", "type": "Line", "field": "price"}))
    assert found == Invalidation(types=("Line", "Order", "Query"))


def test_a_subgraph_goes_with_all_its_types(names: AskedNames) -> None:
    shop = names.invalidation(asked({"kind": "subgraph", "subgraph": "shop"}))
    review = names.invalidation(asked({"kind": "subgraph", "subgraph": "review"}))
    assert set(shop.types) == {"Query", "Order", "Book", "Film"}
    assert review.types == ("Media",)


def test_all_requests_make_one_invalidation(names: AskedNames) -> None:
    found = names.invalidation(
        asked(
            {"kind": "cache_tag", "cache_tag": "a"},
            {"kind": "cache_tag", "cache_tag": "a", "subgraphs": ["shop"]},
            {"kind": "field", "type": "Query", "field": "page"},
            {"kind": "all"},
        )
    )
    assert found == Invalidation(fields=(("Query:", "page"),), tags=("a",), everything=True)
