"""Batches: what is answered is what each request alone would get, and nothing is asked twice."""

import asyncio
import json
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.app import create_app
from router.errors import ClientError
from router.pipeline import GraphQLRequest, GraphQLResponse
from router.settings import RouterSettings
from router.transport.batch import batch_from_body, is_batch
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.parameters import Parameters
from router.transport.persisted_queries import PersistedQueries, sha256_of
from tests.conftest import SmallGraph
from tests.security.tokens import SECRET, shared
from tests.transport.raw_client import RawRequest, exchange

ON = {"batching": {"enabled": True, "max_operations": 4}}
EVERYTHING = {"store": "memory", "jitter": 0, "policy": {"*": {"maxAge": 60}}}
LANGUAGES = {"data": {"languages": ["EN", "KO"]}}
OK = {"query": "{ languages }"}
JSON = "application/json; charset=utf-8"
RENAME = {"query": 'mutation { rename(id: "1", name: "Eve") { name } }'}


def code(answer: Any) -> str:
    [error] = answer["errors"]
    assert "data" not in answer
    return str(error["extensions"]["code"])


async def post(client: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        return await client.post(
            "/graphql", content=body, headers={"content-type": "application/json", **named}
        )
    return await client.post("/graphql", json=body, headers=named)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  nobody is told
        await asyncio.sleep(0.001)


async def test_answers_each_in_its_place(serve: Any) -> None:
    answer = await post(await serve(**ON), [OK, {"query": "query P($id: ID!) { person(id: $id) { name } }",
                                                 "variables": {"id": 2}, "operationName": "P"}, OK])  # fmt: skip

    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    assert answer.json() == [LANGUAGES, {"data": {"person": {"name": "Brendan"}}}, LANGUAGES]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"query": "{ languages"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nobody }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($id: ID!) { person(id: $id) { name } }"}, "BAD_USER_INPUT"),
        ({}, "MISSING_QUERY"),
        ({"query": 1}, "INVALID_REQUEST"),
        ("{ languages }", "INVALID_REQUEST"),
        (None, "INVALID_REQUEST"),
        ([OK], "INVALID_REQUEST"),
        ([], "INVALID_REQUEST"),
        ({"query": "{ a }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
         "PERSISTED_QUERY_HASH_MISMATCH"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_one_leaves_the_others_alone(
    serve: Any, element: Any, expected: str
) -> None:
    answer = await post(await serve(**ON), [OK, element, OK])

    assert (answer.status_code, answer.headers["content-type"]) == (200, JSON)
    first, wrong, last = answer.json()
    assert first == last == LANGUAGES
    assert code(wrong) == expected


async def test_a_failing_element_is_an_error_with_an_id(serve: Any, small_graph: Any) -> None:
    class Broken:
        async def fetch(self, _request: Any) -> Any:
            raise ZeroDivisionError("secret")

    small_graph.transports["greetings"] = Broken()
    answer = await post(await serve(**ON), [OK, {"query": "{ people(first: 1) { id } }"}])

    assert answer.status_code == 200
    assert code(answer.json()[0]) == "INTERNAL_SERVER_ERROR"
    assert answer.json()[1] == {"data": {"people": [{"id": "1"}]}}
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ([], 400, "INVALID_REQUEST"),
        ([OK] * 5, 422, "BATCH_LIMIT_EXCEEDED"),
        (b"[{}", 400, "INVALID_JSON"),
        (b"[{},]", 400, "INVALID_JSON"),
        (b"[", 400, "INVALID_JSON"),
        (b"[" * 100_000, 400, "INVALID_JSON"),
        (b'[{"query": "{ languages }"}] [', 400, "INVALID_JSON"),
        (b" " * 200_001 + b"[]", 413, "REQUEST_TOO_LARGE"),
    ],
)
async def test_a_batch_that_is_none_is_one_error(
    serve: Any, small_graph: Any, body: Any, status: int, expected: str
) -> None:
    client = await serve(**ON, limits={"max_body_bytes": 200_000})
    answer = await post(client, body, accept="application/graphql-response+json, application/json;q=0.9")

    assert (answer.status_code, code(answer.json())) == (status, expected)
    assert answer.headers["cache-control"] == "no-store"
    assert small_graph.requests == []


@pytest.mark.parametrize("batching", [{}, {"enabled": False, "max_operations": 4}])
async def test_none_are_taken_unless_the_settings_say_so(serve: Any, batching: Any) -> None:
    answer = await post(await serve(batching=batching), [OK])

    assert (answer.status_code, code(answer.json())) == (400, "BATCHING_NOT_SUPPORTED")


async def test_one_request_is_still_one(serve: Any) -> None:
    client = await serve(**ON)

    assert (await post(client, OK)).json() == LANGUAGES
    assert (await post(client, b'\xef\xbb\xbf \r\n\t[{"query": "{ languages }"}]\n')).json() == [LANGUAGES]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/graphql-response+json, application/json;q=0.1", 200),
        ("application/graphql-response+json", 406),
        ("application/graphql-response+json, application/json;q=0", 406),
        ("text/html", 406),
        (" ", 200),
    ],
)
async def test_a_batch_is_json_and_nothing_else(
    serve: Any, small_graph: Any, accept: str, status: int
) -> None:
    answer = await post(await serve(**ON), [OK], accept=accept)

    assert answer.status_code == status
    if status == 200:
        assert (answer.headers["content-type"], answer.json()) == (JSON, [LANGUAGES])
    else:
        assert code(answer.json()) == "NOT_ACCEPTABLE"
        assert small_graph.requests == []


async def test_forms_cannot_send_one(serve: Any, small_graph: Any) -> None:
    client = await serve(**ON)
    posted = await client.post("/graphql", content=b"[]", headers={"content-type": "text/plain"})
    got = await client.get("/graphql?query=[]", headers={"sec-fetch-site": "cross-site"})

    assert (posted.status_code, code(posted.json())) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (got.status_code, code(got.json())) == (403, "CSRF_PREVENTION_FAILED")
    assert small_graph.requests == []


async def test_compressed_both_ways(serve: Any) -> None:
    packed = zlib.compress(b"[%b]" % b",".join([b'{"query": "{ languages }"}'] * 4), wbits=31)
    client = await serve(**ON, compression={"minimum_bytes": 10})
    answer = await post(client, packed, content_encoding="gzip", accept_encoding="gzip")

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == [LANGUAGES] * 4


async def test_persisted_queries(serve: Any) -> None:
    client = await serve(**ON)
    extension = {"persistedQuery": {"version": 1, "sha256Hash": sha256_of("{ languages }")}}
    by_hash = {"extensions": extension}

    unknown = (await post(client, [by_hash, OK])).json()
    await post(client, [{**OK, "extensions": extension}, RENAME])
    known = (await post(client, [by_hash, by_hash])).json()

    assert code(unknown[0]) == "PERSISTED_QUERY_NOT_FOUND"
    assert unknown[1] == LANGUAGES
    assert known == [LANGUAGES, LANGUAGES]


async def test_all_have_the_same_terms() -> None:
    class Keeping:
        requests: list[GraphQLRequest] = []

        async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
            self.requests.append(request)
            await started.wait()
            return GraphQLResponse(b"{}")

    started = asyncio.Event()
    endpoint = GraphQLEndpoint(Keeping(), PersistedQueries(None), EndpointOptions(max_batch=3))
    headers = (
        (b"content-type", b"application/json"),
        (b"authorization", b"a"),
        (b"cache-control", b"no-cache"),
    )
    body = b'[{"query": "{a}"}, {"query": "{b}"}, {"query": "{c}"}]'
    running = asyncio.ensure_future(exchange(endpoint, RawRequest(headers=headers, body=(body,))))
    await until(lambda: len(Keeping.requests) == 3)  # none waits for another
    started.set()
    answer = await running

    assert answer.body == b"[{},{},{}]"
    assert [each.query for each in Keeping.requests] == ["{a}", "{b}", "{c}"]
    assert len({(each.deadline, each.headers["x-request-id"]) for each in Keeping.requests}) == 1
    assert {(each.demand.mode.value, each.headers["authorization"]) for each in Keeping.requests} == {
        ("refresh", "a")
    }


async def test_a_client_that_leaves_stops_all_but_mutations(small_graph: Any) -> None:
    app = create_app(RouterSettings(**ON), small_graph.supergraph, transports=small_graph.transports)
    gone, finished = asyncio.Event(), asyncio.Event()
    body = b'[{"query": "{ slow }"}, {"query": "mutation { slowly }"}]'
    sent: list[Any] = []
    receiving = 0

    async def receive() -> Any:
        nonlocal body, receiving
        if body:
            piece, body = body, b""
            return {"type": "http.request", "body": piece, "more_body": False}
        receiving += 1
        assert receiving == 1, "only one may ask the server whether its client is there"
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def serve() -> None:
        await app(RawRequest().scope(), receive, send)
        finished.set()

    async with app.router.lifespan_context(app):
        running = asyncio.ensure_future(serve())
        await until(lambda: len(small_graph.requests) == 2)
        gone.set()
        await finished.wait()
        await until(lambda: small_graph.finished == ["slow cancelled"])
        small_graph.release.set()
        await running
    assert (sent, small_graph.finished) == ([], ["slow cancelled", "slowly"])


async def cached(stack: AsyncExitStack, graph: SmallGraph, **cache: Any) -> httpx.AsyncClient:
    app = create_app(
        RouterSettings(**ON, cache={**EVERYTHING, **cache}), graph.supergraph, transports=graph.transports
    )
    await stack.enter_async_context(app.router.lifespan_context(app))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router")
    return await stack.enter_async_context(client)


async def test_a_field_is_fetched_once_for_all(small_graph: Any) -> None:
    batch = [{"query": "{ people { id name } }"}, {"query": "{ all: people { greeting name } }"}]
    async with AsyncExitStack() as stack:
        client = await cached(stack, small_graph)
        first = await post(client, batch)
        asked = Counter(name for name, _ in small_graph.requests)
        again = await post(client, [*batch, {"query": "{ people { greeting } }"}])

    assert first.json()[1]["data"]["all"][0] == {"greeting": "Hello 1", "name": "Ada"}
    assert asked == {"people": 1, "greetings": 1}
    assert again.json()[:2] == first.json()
    assert len(small_graph.requests) == 2


@pytest.mark.parametrize("single_flight", ["subgraphs", "all"])
async def test_equal_queries_share_their_requests_without_a_cache(
    serve: Any, small_graph: Any, single_flight: str
) -> None:
    client = await serve(**ON, traffic={"single_flight": single_flight})
    small_graph.release.set()
    await post(client, {"query": "{ slow }"})  # so that none is planned while another is under way
    small_graph.requests.clear()
    small_graph.release.clear()
    small_graph.waiting.clear()
    running = asyncio.ensure_future(post(client, [{"query": "{ slow }"}] * 3))
    await small_graph.waiting.wait()
    small_graph.release.set()

    assert (await running).json() == [{"data": {"slow": "slow"}}] * 3
    assert len(small_graph.requests) == 1


PRIVATE = {"policy": {"*": {"maxAge": 60}, "Person.name": {"maxAge": 10, "scope": "PRIVATE"}}}
NAMES = {"query": "{ people { name } }"}
GREETINGS = {"query": "{ people { greeting } }"}


@pytest.mark.parametrize(
    ("batch", "control"),
    [
        ([GREETINGS, OK], {"public, max-age=60", "public, max-age=59"}),
        ([GREETINGS, NAMES], {"private, max-age=10", "private, max-age=9"}),
        ([GREETINGS, {"query": "{ nobody }"}], {"no-store"}),
        ([GREETINGS, RENAME], {"no-store"}),
        ([GREETINGS, {}], {"no-store"}),
    ],
)
async def test_holds_as_long_as_the_first_of_them(small_graph: Any, batch: Any, control: set[str]) -> None:
    async with AsyncExitStack() as stack:
        client = await cached(stack, small_graph, **PRIVATE)
        for each in batch:  # what shares a fetch under way is not told for how long that holds
            await post(client, each, authorization="a")
        answer = await post(client, batch, authorization="a", if_none_match="*")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] in control
    assert "etag" not in answer.headers
    assert ("authorization" in answer.headers["vary"]) is ("private" in answer.headers["cache-control"])


@pytest.mark.parametrize(("most", "scope"), [(16_000, "public"), (100, "private")])
async def test_has_the_surrogate_keys_of_all(small_graph: Any, most: int, scope: str) -> None:
    http = {"surrogate_keys": "cache-tag", "surrogate_key_bytes": most}
    async with AsyncExitStack() as stack:
        client = await cached(stack, small_graph, http=http, namespace="n" * 50)
        alone = [await post(client, each) for each in (OK, {"query": "{ person(id: 1) { name } }"})]
        both = await post(client, [OK, {"query": "{ person(id: 1) { name } }"}])

    assert [each.headers["cache-control"].partition(",")[0] for each in alone] == ["public", "public"]
    assert both.headers["cache-control"].partition(",")[0] == scope
    keys = {key for each in alone for key in each.headers["cache-tag"].split(",")}
    assert both.headers.get("cache-tag") == (",".join(sorted(keys)) if scope == "public" else None)


async def test_each_is_from_the_cache_or_has_its_own_error(small_graph: Any) -> None:
    async with AsyncExitStack() as stack:
        client = await cached(stack, small_graph)
        await post(client, OK)
        small_graph.requests.clear()
        answer = await post(
            client, [OK, NAMES, RENAME, {"query": "{ __typename }"}], cache_control="only-if-cached"
        )

    assert answer.status_code == 200
    there, names, rename, own = answer.json()
    assert (there, own) == (LANGUAGES, {"data": {"__typename": "Query"}})
    assert (code(names), code(rename)) == ("NOT_CACHED", "NOT_CACHED")
    assert small_graph.requests == []


@pytest.mark.parametrize(("control", "keeps"), [("no-cache", True), ("no-store", False)])
async def test_each_is_new_for_a_client_that_wants_that(small_graph: Any, control: str, keeps: bool) -> None:
    async with AsyncExitStack() as stack:
        client = await cached(stack, small_graph)
        await post(client, [OK, NAMES])
        small_graph.requests.clear()
        answer = await post(client, [OK, NAMES], cache_control=control)

    assert sorted(name for name, _ in small_graph.requests) == ["greetings", "people"]
    assert (answer.headers["cache-control"] != "no-store") is keeps


@given(
    st.binary() | st.binary().map(lambda rest: b"[" + rest) | st.lists(st.text()).map(repr).map(str.encode)
)
def test_whatever_is_sent_is_understood_or_refused(body: bytes) -> None:
    assert is_batch(body) is body.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"[")
    with suppress(ClientError):
        assert all(isinstance(each, Parameters | ClientError) for each in batch_from_body(body, 3))


async def test_a_token_is_checked_once_for_all(serve: Any, small_graph: Any) -> None:
    client = await serve(
        **ON,
        authentication={"jwt": {"issuers": [{"secret": SECRET}]}},
        authorization={"require_authentication": True},
    )
    token = shared(iat=None, exp=40_000_000_000, aud=None)
    wrong = await post(client, [OK, OK], authorization="Bearer x")
    missing = await post(client, [OK, OK])
    assert small_graph.requests == []
    right = await post(client, [OK, OK], authorization=f"Bearer {token}")

    assert (wrong.status_code, code(wrong.json())) == (401, "AUTH_ERROR")
    assert (missing.status_code, [code(each) for each in missing.json()]) == (200, ["AUTH_ERROR"] * 2)
    assert right.json() == [LANGUAGES, LANGUAGES]


FIELDS = ("people { name }", "people(first: 3) { name greeting(language: KO) }", "person(id: 2) { friend { greeting } }",
          "person(id: 9) { name }", "languages", "nobody", "__typename")  # fmt: skip
ELEMENTS = st.one_of(
    st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3).map(
        lambda found: {"query": "".join(["{", *(f" f{n}: {each}" for n, each in enumerate(found)), " }"])}
    ),
    st.sampled_from([{}, None, {"query": "{"}, {"query": "{ a: languages }", "variables": {"x": 1}}]),
    st.sampled_from(["1", "2", 3]).map(
        lambda id_: {"query": "query($id: ID!) { person(id: $id) { id name } }", "variables": {"id": id_}}
    ),
)
CONTROLS = st.sampled_from(["", "no-cache", "no-store", "max-age=5"])
BATCHES = st.lists(st.tuples(st.lists(ELEMENTS, min_size=1, max_size=4), CONTROLS), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(BATCHES, st.sampled_from(["off", "memory"]))
async def test_a_batch_is_answered_as_its_elements_are_one_by_one(batches: Any, store: str) -> None:
    graph = SmallGraph(Path(__file__).parents[1] / "cases/small_graph")
    async with AsyncExitStack() as stack:
        plain = await cached(stack, graph, store="off")
        batched = await cached(stack, graph, store=store)
        for batch, control in batches:
            alone = [await post(plain, json.dumps(each).encode()) for each in batch]
            answer = await post(batched, batch, **({"cache_control": control} if control else {}))
            assert answer.status_code == 200
            assert said(answer.json()) == said([each.json() for each in alone])


def said(answers: list[Any]) -> list[Any]:
    """Of what is no object only the code: it is a body there, and an element here."""
    return [code(each) if "must be an object" in str(each) else each for each in answers]
