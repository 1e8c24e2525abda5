"""The HTTP transport against a real server on the loopback that behaves in every bad way."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from router.upstream.http import HttpSettings, HttpTransport, http_pool
from router.upstream.subgraph import SubgraphError, SubgraphRequest

Handler: TypeAlias = Callable[[bytes, bytes, asyncio.StreamWriter], Awaitable[None]]

QUERY = SubgraphRequest("{a}")


class Server:
    """Reads requests and lets a handler write whatever it likes."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.requests: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                )
                body = await reader.readexactly(length)
                self.requests.append((head, body))
                await self.handler(head, body, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def served(handler: Handler, **settings: Any) -> AsyncIterator[tuple[Server, HttpTransport]]:
    server = Server(handler)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/graphql"
    http = HttpSettings(**{"connect_timeout": 2.0, "total_timeout": 5.0, **settings})
    async with http_pool(http) as session:
        yield server, HttpTransport(server.url, session, http)
    listening.close()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def reply(
    body: bytes | str,
    *,
    status: str = "200 OK",
    content_type: str | None = "application/json",
    headers: str = "",
) -> Handler:
    encoded = body.encode() if isinstance(body, str) else body
    typed = f"content-type: {content_type}\r\n" if content_type else ""
    head = f"HTTP/1.1 {status}\r\n{typed}{headers}content-length: {len(encoded)}\r\n\r\n"

    async def handler(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + encoded)

    return handler


def raw(answer: bytes, *, close: bool = True) -> Handler:
    async def handler(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        if close:
            writer.close()

    return handler


async def test_posts_the_request_and_reads_the_answer() -> None:
    answer = '{"data":{"a":1},"errors":[{"message":"m"}],"extensions":{}}'
    async with served(reply(answer, headers="X-Tag: one\r\nX-Tag: two\r\n")) as (server, transport):
        response = await transport.fetch(
            SubgraphRequest(
                "query Q($v:Int){a(v:$v)}", {"v": Decimal("1.10")}, "Q", {"authorization": "Bearer t"}
            )
        )
    assert response.data == {"a": 1}
    assert response.errors == ({"message": "m"},)
    assert response.headers["x-tag"] == "one, two"
    [(head, body)] = server.requests
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "post /graphql http/1.1"
    assert "authorization: bearer t" in lines
    assert "content-type: application/json" in lines
    assert "accept: application/graphql-response+json, application/json" in lines
    assert body == b'{"query":"query Q($v:Int){a(v:$v)}","variables":{"v":1.10},"operationName":"Q"}'


GRAPHQL: list[tuple[str, Handler, Any]] = [
    (
        "other media type",
        reply('{"data":{"a":1}}', content_type="application/graphql-response+json"),
        {"a": 1},
    ),
    ("charset", reply('{"data":{"a":1}}', content_type="Application/JSON; charset=utf-8"), {"a": 1}),
    ("errors with a failure status", reply('{"errors":[{"message":"m"}]}', status="401 Unauthorized"), None),
    ("errors null", reply('{"data":{"a":1},"errors":null}'), {"a": 1}),
    ("data null", reply('{"data":null}'), None),
    (
        "compressed",
        reply(gzip.compress(b'{"data":{"a":1}}'), headers="content-encoding: gzip\r\n"),
        {"a": 1},
    ),
    (
        "chunked",
        raw(
            b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n8\r\n{"a":1}}\r\n0\r\n\r\n',
            close=False,
        ),
        {"a": 1},
    ),
]


@pytest.mark.parametrize(
    ("handler", "data"), [case[1:] for case in GRAPHQL], ids=[case[0] for case in GRAPHQL]
)
async def test_graphql_answers(handler: Handler, data: Any) -> None:
    async with served(handler) as (_, transport):
        assert (await transport.fetch(QUERY)).data == data


HTML = "<html><body>Bad gateway</body></html>"
INVALID = "SUBREQUEST_INVALID_RESPONSE"
HTTP = "SUBREQUEST_HTTP_ERROR"
CONNECTION = "SUBREQUEST_CONNECTION_FAILED"
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

NOT_GRAPHQL: list[tuple[str, Handler, str]] = [
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
        reply(
            gzip.compress(b'{"data":{"a":"' + b"x" * 1_000_000 + b'"}}'), headers="content-encoding: gzip\r\n"
        ),
        INVALID,
    ),
    ("compressed garbage", reply(b"garbage", headers="content-encoding: gzip\r\n"), INVALID),
    ("truncated", raw(OK + b'content-length: 100\r\n\r\n{"data":{'), INVALID),
    ("truncated chunks", raw(OK + b'transfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n'), INVALID),
    (
        "status 500 without JSON",
        reply(HTML, status="500 Internal Server Error", content_type="text/html"),
        HTTP,
    ),
    ("status 502 with other JSON", reply('{"error":"x"}', status="502 Bad Gateway"), HTTP),
    ("status 404", reply("not found", status="404 Not Found", content_type="text/plain"), HTTP),
    ("status 503 empty", reply("", status="503 Service Unavailable", content_type=None), HTTP),
    ("redirect", reply("", status="302 Found", headers="location: http://127.0.0.1:1/\r\n"), HTTP),
    ("closes at once", raw(b""), CONNECTION),
    ("closes in the head", raw(b"HTTP/1.1 200 OK\r\ncontent-"), CONNECTION),
    ("not HTTP", raw(b"\x00\x01garbage\r\n\r\n"), INVALID),
]


@pytest.mark.parametrize(
    ("handler", "code"), [case[1:] for case in NOT_GRAPHQL], ids=[case[0] for case in NOT_GRAPHQL]
)
async def test_answers_that_are_no_graphql(handler: Handler, code: str) -> None:
    async with served(handler, max_response_bytes=10_000) as (server, transport):
        with pytest.raises(SubgraphError) as raised:
            await transport.fetch(QUERY)
        assert raised.value.code == code
        assert raised.value.message
        assert len(server.requests) == 1


async def test_deep_nesting_is_found_by_the_decoder() -> None:
    body = '{"data":' + '{"a":' * 100_000 + "1" + "}" * 100_001
    async with served(reply(body)) as (_, transport):
        with pytest.raises(SubgraphError, match="nested too deeply"):
            await transport.fetch(QUERY)


async def test_a_slow_answer_is_a_timeout() -> None:
    async def never(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with served(never, total_timeout=0.1) as (_, transport):
        with pytest.raises(SubgraphError) as raised:
            await transport.fetch(QUERY)
    assert raised.value.code == "SUBREQUEST_TIMEOUT"


async def test_an_answer_that_drips_is_a_timeout() -> None:
    async def drip(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"content-length: 100000\r\n\r\n")
        for _ in range(1000):
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async with served(drip, total_timeout=0.2) as (_, transport):
        with pytest.raises(SubgraphError) as raised:
            await transport.fetch(QUERY)
    assert raised.value.code == "SUBREQUEST_TIMEOUT"


async def test_nobody_listens() -> None:
    async with served(reply("{}")) as (server, _):
        url = server.url
    settings = HttpSettings()
    async with http_pool(settings) as session:
        with pytest.raises(SubgraphError) as raised:
            await HttpTransport(url, session, settings).fetch(QUERY)
    assert raised.value.code == "SUBREQUEST_CONNECTION_FAILED"


@pytest.mark.parametrize("url", ["not a url", "http://", "ftp://127.0.0.1/"])
async def test_a_url_that_is_none(url: str) -> None:
    settings = HttpSettings()
    async with http_pool(settings) as session:
        with pytest.raises(SubgraphError):
            await HttpTransport(url, session, settings).fetch(QUERY)


async def test_connections_are_kept_alive() -> None:
    async with served(reply('{"data":{}}')) as (server, transport):
        for _ in range(3):
            await transport.fetch(QUERY)
    assert (len(server.requests), server.connections) == (3, 1)


def closing_on_reuse() -> Handler:
    """Answers the first request of the server, then closes the connection in place of the second answer."""
    answered = 0
    good = reply('{"data":{"a":1}}')

    async def handler(head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        answered += 1
        if answered == 2:
            writer.close()
        else:
            await good(head, body, writer)

    return handler


async def test_a_query_is_sent_again_when_its_kept_connection_was_closed() -> None:
    async with served(closing_on_reuse()) as (server, transport):
        await transport.fetch(QUERY)
        assert (await transport.fetch(QUERY)).data == {"a": 1}
    assert len(server.requests) == 3


async def test_a_mutation_is_never_sent_again() -> None:
    mutation = SubgraphRequest("mutation{a}", mutation=True)
    async with served(closing_on_reuse()) as (server, transport):
        await transport.fetch(mutation)
        with pytest.raises(SubgraphError) as raised:
            await transport.fetch(mutation)
    assert raised.value.code == "SUBREQUEST_CONNECTION_FAILED"
    assert len(server.requests) == 2


async def test_cookies_of_one_answer_are_not_sent_with_the_next_request() -> None:
    settings = HttpSettings()
    async with (
        served(reply('{"data":{}}', headers="set-cookie: session=1\r\n")) as (server, _),
        http_pool(settings) as session,
    ):
        # No client keeps cookies of a bare address, so the server needs a name.
        transport = HttpTransport(server.url.replace("127.0.0.1", "localhost"), session, settings)
        await transport.fetch(QUERY)
        await transport.fetch(QUERY)
    assert b"cookie" not in server.requests[1][0].lower()


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
async def test_numbers_keep_their_digits(number: str) -> None:
    from router.executor.response import ExecutionResult, encode

    async with served(reply(f'{{"data":{{"a":{number}}}}}')) as (_, transport):
        response = await transport.fetch(QUERY)
    assert encode(ExecutionResult(response.data)) == f'{{"data":{{"a":{number}}}}}'.encode()


async def test_many_requests_at_once() -> None:
    async def echo(_head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        number = json.loads(body)["variables"]["n"]
        await reply(json.dumps({"data": {"n": number}}))(b"", b"", writer)

    async with served(echo, max_connections_per_subgraph=5) as (server, transport):
        answers = await asyncio.gather(
            *(transport.fetch(SubgraphRequest("{n}", {"n": n})) for n in range(100))
        )
    assert [answer.data for answer in answers] == [{"n": n} for n in range(100)]
    assert server.connections <= 5


async def test_cancelling_closes_the_request() -> None:
    started = asyncio.Event()

    async def never(_head: bytes, _body: bytes, writer: asyncio.StreamWriter) -> None:
        started.set()
        await asyncio.sleep(60)

    async with served(never) as (_, transport):
        task = asyncio.create_task(transport.fetch(QUERY))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
