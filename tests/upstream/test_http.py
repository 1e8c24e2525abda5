"""Both transports over HTTP against a real server on the loopback that behaves in every bad way."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from router.executor.answer import Answer, read_answer
from router.executor.response import ExecutionResult, encode
from router.operation.request_body import encode_request
from router.upstream.http import HttpTransport, http_pool
from router.upstream.http1 import Http1Transport, HttpSettings
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphTransport
from tests.upstream.http1.raw_server import OK, Peer, RawServer, Received, Script, always, serving
from tests.upstream.http1.raw_server import answer as json_answer

Connect: TypeAlias = Callable[[str, HttpSettings], AbstractAsyncContextManager[SubgraphTransport]]

QUERY = SubgraphRequest(encode_request("{a}"))
DATA = '{"data":{"a":1}}'


@asynccontextmanager
async def own(url: str, settings: HttpSettings) -> AsyncIterator[SubgraphTransport]:
    transport = Http1Transport(url, settings)
    try:
        yield transport
    finally:
        await transport.close()


@asynccontextmanager
async def over_aiohttp(url: str, settings: HttpSettings) -> AsyncIterator[SubgraphTransport]:
    async with http_pool(settings) as session:
        yield HttpTransport(url, session, settings)


@pytest.fixture(params=[own, over_aiohttp], ids=["own", "aiohttp"])
def connect(request: pytest.FixtureRequest) -> Connect:
    made: Connect = request.param
    return made


@asynccontextmanager
async def served(
    connect: Connect, script: Script, **settings: Any
) -> AsyncIterator[tuple[RawServer, SubgraphTransport]]:
    given = {"connect_timeout": 5.0, "total_timeout": 20.0, **settings}
    async with serving(script) as server, connect(server.url, HttpSettings(**given)) as transport:
        yield server, transport


async def fetch(transport: SubgraphTransport, request: SubgraphRequest = QUERY) -> Answer:
    """As the executor does it."""
    return read_answer(await transport.fetch(request))


async def failure(transport: SubgraphTransport, request: SubgraphRequest = QUERY) -> SubgraphError:
    with pytest.raises(SubgraphError) as raised:
        await fetch(transport, request)
    assert raised.value.message
    return raised.value


def reply(
    body: bytes | str,
    *headers: str,
    status: str = "200 OK",
    content_type: str | None = "application/json",
) -> Script:
    encoded = body.encode() if isinstance(body, str) else body
    data = json_answer(encoded, *headers, status=status)
    typed = f"content-type: {content_type}\r\n" if content_type else ""
    return always(data.replace(b"content-type: application/json\r\n", typed.encode()))


def raw(data: bytes) -> Script:
    return always(data, close=True)


async def test_posts_the_request_and_gives_back_the_answer(connect: Connect) -> None:
    received: list[Received] = []
    body = '{"data":{"a":1},"errors":[{"message":"m"}],"extensions":{}}'

    async def script(peer: Peer) -> None:
        received.append(await peer.request())
        await peer.send(json_answer(body.encode(), "X-Tag: one", "X-Tag: two"))

    async with served(connect, script) as (_, transport):
        sent = encode_request("query Q($v:Int){a(v:$v)}", {"v": Decimal("1.10")}, "Q")
        response = await transport.fetch(SubgraphRequest(sent, {"authorization": "Bearer t"}))
    assert read_answer(response) == Answer({"a": 1}, ({"message": "m"},))
    assert response.headers["x-tag"] == "one, two"
    [(head, posted)] = received
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "post /graphql http/1.1"
    assert "authorization: bearer t" in lines
    assert "content-type: application/json" in lines
    assert "accept: application/graphql-response+json, application/json" in lines
    assert posted == sent


@pytest.mark.parametrize("accepted", [(), ("gzip",)])
async def test_asks_for_compression_only_if_it_is_told_to(
    connect: Connect, accepted: tuple[str, ...]
) -> None:
    received: list[Received] = []

    async def script(peer: Peer) -> None:
        received.append(await peer.request())
        await peer.send(json_answer(DATA.encode()))

    async with served(connect, script, accept_encoding=accepted) as (_, transport):
        await transport.fetch(QUERY)
    asked = [line for line in received[0].head.lower().split(b"\r\n") if line.startswith(b"accept-encoding")]
    assert asked == [b"accept-encoding: gzip" for _ in accepted]


GRAPHQL: list[tuple[str, Script, Any]] = [
    ("other media type", reply(DATA, content_type="application/graphql-response+json"), {"a": 1}),
    ("charset", reply(DATA, content_type="Application/JSON; charset=utf-8"), {"a": 1}),
    ("errors with a failure status", reply('{"errors":[{"message":"m"}]}', status="401 Unauthorized"), None),
    ("errors null", reply('{"data":{"a":1},"errors":null}'), {"a": 1}),
    ("data null", reply('{"data":null}'), None),
    ("compressed", reply(gzip.compress(DATA.encode()), "content-encoding: gzip"), {"a": 1}),
    (
        "chunked",
        always(OK + b'transfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n8\r\n{"a":1}}\r\n0\r\n\r\n'),
        {"a": 1},
    ),
    ("until the end", raw(OK + b"\r\n" + DATA.encode()), {"a": 1}),
    ("after another answer", raw(b"HTTP/1.1 100 Continue\r\n\r\n" + json_answer(DATA.encode())), {"a": 1}),
]


@pytest.mark.parametrize(
    ("script", "data"), [case[1:] for case in GRAPHQL], ids=[case[0] for case in GRAPHQL]
)
async def test_graphql_answers(connect: Connect, script: Script, data: Any) -> None:
    async with served(connect, script) as (_, transport):
        assert (await fetch(transport)).data == data


HTML = "<html><body>Bad gateway</body></html>"
INVALID = "SUBREQUEST_INVALID_RESPONSE"
HTTP = "SUBREQUEST_HTTP_ERROR"
CONNECTION = "SUBREQUEST_CONNECTION_FAILED"
TIMEOUT = "SUBREQUEST_TIMEOUT"

NOT_GRAPHQL: list[tuple[str, Script, str]] = [
    ("html", reply(HTML, content_type="text/html"), INVALID),
    ("html that says it is JSON", reply(HTML), INVALID),
    ("no content type", reply('{"data":{}}', content_type=None), INVALID),
    ("text", reply('{"data":{}}', content_type="text/plain"), INVALID),
    ("empty", reply(""), INVALID),
    ("a list", reply("[]"), INVALID),
    ("a string", reply('"a"'), INVALID),
    ("null", reply("null"), INVALID),
    ("neither data nor errors", reply("{}"), INVALID),
    ("errors null only", reply('{"errors":null}'), INVALID),
    ("data is a list", reply('{"data":[]}'), INVALID),
    ("data is a number", reply('{"data":0}'), INVALID),
    ("errors is an object", reply('{"errors":{}}'), INVALID),
    ("errors of strings", reply('{"errors":["m"]}'), INVALID),
    ("half a document", reply('{"data":{"a"'), INVALID),
    ("two documents", reply('{"data":{}}{"data":{}}'), INVALID),
    ("an exponent out of all range", reply('{"data":{"a":1E+99999999999999999999999}}'), INVALID),
    ("an integer of 5000 digits", reply('{"data":{"a":' + "1" * 5000 + "}}"), INVALID),
    ("not UTF-8", reply(b'{"data":{"a":"\xff\xfe"}}'), INVALID),
    ("half a surrogate pair", reply(b'{"data":{"a":"\\ud800"}}'), INVALID),
    ("NaN", reply('{"data":{"a":NaN}}'), INVALID),
    ("nested without end", reply("[" * 9_000), INVALID),
    ("giant by its length", reply('{"data":{"a":"' + "x" * 20_000 + '"}}'), INVALID),
    (
        "giant when decompressed",
        reply(gzip.compress(b'{"data":{"a":"' + b"x" * 1_000_000 + b'"}}'), "content-encoding: gzip"),
        INVALID,
    ),
    ("compressed garbage", reply(b"garbage", "content-encoding: gzip"), INVALID),
    ("truncated", raw(OK + b'content-length: 100\r\n\r\n{"data":{'), INVALID),
    ("truncated chunks", raw(OK + b'transfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n'), INVALID),
    (
        "length and chunks",
        raw(OK + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        INVALID,
    ),
    ("a negative length", raw(OK + b"content-length: -5\r\n\r\n"), INVALID),
    (
        "status 500 without JSON",
        reply(HTML, status="500 Internal Server Error", content_type="text/html"),
        HTTP,
    ),
    ("status 502 with other JSON", reply('{"error":"x"}', status="502 Bad Gateway"), HTTP),
    ("status 404", reply("not found", status="404 Not Found", content_type="text/plain"), HTTP),
    ("status 503 empty", reply("", status="503 Service Unavailable", content_type=None), HTTP),
    ("redirect", reply("", "location: http://127.0.0.1:1/", status="302 Found"), HTTP),
    ("closes at once", raw(b""), CONNECTION),
    ("closes in the head", raw(b"HTTP/1.1 200 OK\r\ncontent-"), CONNECTION),
    ("not HTTP", raw(b"\x00\x01garbage\r\n\r\n"), INVALID),
]


@pytest.mark.parametrize(
    ("script", "code"), [case[1:] for case in NOT_GRAPHQL], ids=[case[0] for case in NOT_GRAPHQL]
)
async def test_answers_that_are_no_graphql(connect: Connect, script: Script, code: str) -> None:
    async with served(connect, script, max_response_bytes=10_000) as (server, transport):
        assert (await failure(transport)).code == code
        assert len(server.peers) == 1


async def test_deep_nesting_is_found_by_the_decoder(connect: Connect) -> None:
    body = '{"data":' + '{"a":' * 100_000 + "1" + "}" * 100_001
    async with served(connect, reply(body)) as (_, transport):
        assert "nested too deeply" in (await failure(transport)).message


async def silent(peer: Peer) -> None:
    await peer.request()
    await peer.end()


async def dripping(peer: Peer) -> None:
    await peer.request()
    await peer.send(OK + b"content-length: 100000\r\n\r\n")
    while True:
        await peer.send(b" ")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("script", "settings"),
    [(silent, {"total_timeout": 0.1}), (silent, {"read_timeout": 0.1}), (dripping, {"total_timeout": 0.2})],
)
async def test_no_answer_in_time(connect: Connect, script: Script, settings: dict[str, float]) -> None:
    async with served(connect, script, **settings) as (_, transport):
        error = await failure(transport)
        assert (error.code, error.connecting) == (TIMEOUT, False)


@pytest.mark.parametrize("seconds", [-1.0, 0.1])
async def test_the_deadline_of_a_request(connect: Connect, seconds: float) -> None:
    async with served(connect, silent) as (_, transport):
        deadline = asyncio.get_running_loop().time() + seconds
        error = await failure(transport, SubgraphRequest(b"{}", deadline=deadline))
        assert (error.code, error.connecting) == (TIMEOUT, False)


async def test_nobody_listens(connect: Connect) -> None:
    async with serving(silent) as server:
        url = server.url
    async with connect(url, HttpSettings()) as transport:
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, True)


async def test_connections_are_kept_alive(connect: Connect) -> None:
    async with served(connect, reply(DATA)) as (server, transport):
        for _ in range(3):
            await transport.fetch(QUERY)
        assert len(server.peers) == 1


def closing_used(received: list[Received]) -> Script:
    """Closes the first connection in place of its second answer."""

    async def script(peer: Peer) -> None:
        while True:
            received.append(await peer.request())
            if len(received) == 2:
                return
            await peer.send(json_answer(DATA.encode()))

    return script


async def test_a_query_is_sent_again_when_its_kept_connection_was_closed(connect: Connect) -> None:
    received: list[Received] = []
    async with served(connect, closing_used(received)) as (_, transport):
        await transport.fetch(QUERY)
        assert (await fetch(transport)).data == {"a": 1}
    assert len(received) == 3


async def test_a_mutation_is_never_sent_again(connect: Connect) -> None:
    received: list[Received] = []
    mutation = SubgraphRequest(encode_request("mutation{a}"), mutation=True)
    async with served(connect, closing_used(received)) as (_, transport):
        await transport.fetch(mutation)
        error = await failure(transport, mutation)
        assert (error.code, error.connecting) == (CONNECTION, False)
    assert len(received) == 2


async def test_cookies_of_one_answer_are_not_sent_with_the_next_request(connect: Connect) -> None:
    received: list[Received] = []

    async def script(peer: Peer) -> None:
        while True:
            received.append(await peer.request())
            await peer.send(json_answer(DATA.encode(), "set-cookie: session=1"))

    async with serving(script) as server:
        # No client keeps cookies of a bare address, so the server needs a name.
        url = server.url.replace("127.0.0.1", "localhost")
        async with connect(url, HttpSettings()) as transport:
            await transport.fetch(QUERY)
            await transport.fetch(QUERY)
    assert b"cookie" not in received[1].head.lower()


NUMBERS = [
    "123456789012345678901234567890",
    "-9223372036854775809",
    "1.10000000000000000000000000001",
    "0.1",
    "1.5",
    "1E+400",
    "1E-400",
    "1.2345E-320",
    "3.141592653589793",
]


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_keep_their_digits(connect: Connect, number: str) -> None:
    async with served(connect, reply(f'{{"data":{{"a":{number}}}}}')) as (_, transport):
        found = await fetch(transport)
    assert encode(ExecutionResult(found.data)) == f'{{"data":{{"a":{number}}}}}'.encode()


async def test_many_requests_at_once(connect: Connect) -> None:
    async def echo(peer: Peer) -> None:
        while True:
            number = json.loads((await peer.request()).body)["variables"]["n"]
            await peer.send(json_answer(json.dumps({"data": {"n": number}}).encode()))

    async with served(connect, echo, max_connections=5) as (server, transport):
        requests = [SubgraphRequest(encode_request("{n}", {"n": n})) for n in range(100)]
        answers = await asyncio.gather(*(fetch(transport, request) for request in requests))
        assert [answer.data for answer in answers] == [{"n": n} for n in range(100)]
        assert len(server.peers) <= 5


async def test_cancelling_closes_the_request(connect: Connect) -> None:
    started = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        started.set()
        await peer.end()

    async with served(connect, script) as (server, transport):
        task = asyncio.create_task(transport.fetch(QUERY))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.settled()


@pytest.mark.parametrize("url", ["not a url", "http://", "ftp://127.0.0.1/"])
async def test_a_url_that_is_none(url: str) -> None:
    settings = HttpSettings()
    async with http_pool(settings) as session:
        await failure(HttpTransport(url, session, settings))
    with pytest.raises(ValueError, match="URL"):
        Http1Transport(url, settings)


async def test_aiohttp_goes_through_a_proxy() -> None:
    received: list[Received] = []

    async def script(peer: Peer) -> None:
        received.append(await peer.request())
        await peer.send(json_answer(DATA.encode()))

    settings = HttpSettings()
    async with serving(script) as proxy, http_pool(settings) as session:
        transport = HttpTransport("http://users.internal/graphql", session, settings, proxy=proxy.url)
        assert (await fetch(transport)).data == {"a": 1}
    assert received[0].head.startswith(b"POST http://users.internal/graphql HTTP/1.1\r\n")
