"""Requests and answers over sockets, with servers that do everything wrong."""

import asyncio
import gzip
import tracemalloc
from pathlib import Path

import pytest

from router.upstream.http1 import Http1Transport, HttpSettings
from router.upstream.http1.pool import PoolStatistics
from router.upstream.subgraph import StartingTransport, SubgraphRequest
from tests.upstream.http1.client import (
    CONNECTION,
    EMPTY,
    INVALID,
    MUTATION,
    ONE_IDLE,
    QUERY,
    TIMEOUT,
    client,
    failure,
    talking,
    until,
)
from tests.upstream.http1.raw_server import OK, Peer, Script, always, answer, serving, silent

BODY = b'{"data":{"a":1}}'
CHUNKED = OK + b'transfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n8\r\n{"a":1}}\r\n0\r\n\r\n'
UNTIL_CLOSE = OK + b"\r\n" + BODY


async def test_is_a_transport_that_needs_no_task() -> None:
    async with talking(always(answer(BODY))) as (_, transport):
        assert isinstance(transport, StartingTransport)
        await transport.fetch(QUERY)
        tasks = asyncio.all_tasks()

        future = transport.start(QUERY)

        assert asyncio.all_tasks() == tasks
        assert (await future).body == BODY


async def test_posts_what_it_is_given() -> None:
    received = []

    async def script(peer: Peer) -> None:
        received.append(await peer.request())
        await peer.send(answer(BODY, "X-Tag: one", "x-tag: two"))

    async with talking(script) as (server, transport):
        response = await transport.fetch(
            SubgraphRequest(b"{}", {"authorization": "Bearer t", "x-a": "b\r\nc"})
        )

    assert (response.status, response.body, response.headers["x-tag"]) == (200, BODY, "one, two")
    [(head, body)] = received
    assert body == b"{}"
    assert head.split(b"\r\n") == [
        b"POST /graphql HTTP/1.1",
        f"host: {server.url.split('/')[2]}".encode(),
        b"content-type: application/json",
        b"accept: application/graphql-response+json, application/json",
        b"authorization: Bearer t",
        b"content-length: 2",
        b"",
        b"",
    ]


@pytest.mark.parametrize(
    "data", [answer(BODY), CHUNKED, UNTIL_CLOSE], ids=["length", "chunks", "until close"]
)
async def test_every_byte_on_its_own(data: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for at in range(len(data)):
            await peer.send(data[at : at + 1])
            await asyncio.sleep(0)

    async with talking(script) as (_, transport):
        assert (await transport.fetch(QUERY)).body == BODY


def cut(data: bytes, at: int) -> Script:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(data[:at])

    return script


@pytest.mark.parametrize("data", [answer(BODY), CHUNKED], ids=["length", "chunks"])
async def test_closed_at_every_byte(data: bytes) -> None:
    begin = data.index(b"\r\n\r\n") + 4
    for at in range(len(data)):
        async with talking(cut(data, at)) as (server, transport):
            error = await failure(transport)
            await until(transport, EMPTY)
        assert (error.code, error.connecting) == (CONNECTION if at < begin else INVALID, False)
        assert server.url in error.message
        assert len(server.peers) == 1


async def test_reset_before_an_answer() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        peer.reset()

    async with talking(script) as (server, transport):
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, False)
        assert len(server.peers) == 1


async def test_without_a_length_closed_at_every_byte() -> None:
    begin = UNTIL_CLOSE.index(b"\r\n\r\n") + 4
    for at in range(len(UNTIL_CLOSE) + 1):
        async with talking(cut(UNTIL_CLOSE, at)) as (_, transport):
            if at < begin:
                assert (await failure(transport)).code == CONNECTION
            else:
                assert (await transport.fetch(QUERY)).body == BODY[: at - begin]
            await until(transport, EMPTY)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01garbage\r\n\r\n",
        OK + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
        OK + b"content-length: -1\r\n\r\n",
        OK + b"x: " + b"a" * 100_000,
        OK + b"x: a\r\n" * 20_000,
        answer(b"garbage", "content-encoding: gzip"),
        answer(gzip.compress(bytes(10_000_000)), "content-encoding: gzip"),
        answer(bytes(100_001)),
        OK + b"transfer-encoding: chunked\r\n\r\n186a1\r\n" + bytes(100_001),
        OK + b"\r\n" + bytes(100_001),
    ],
    ids=[
        "garbage",
        "smuggled",
        "negative length",
        "huge header",
        "many headers",
        "no gzip",
        "bomb",
        "too long",
        "too long chunk",
        "too long until close",
    ],
)
async def test_the_connection_of_a_wrong_answer_is_closed_at_once(data: bytes) -> None:
    closed = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        try:
            await peer.send(data)
            await peer.end()
        finally:
            closed.set()

    async with talking(script, max_response_bytes=100_000) as (server, transport):
        assert (await failure(transport)).code == INVALID
        async with asyncio.timeout(20):
            await closed.wait()
        await until(transport, EMPTY)
        assert len(server.peers) == 1


FRAMES = {
    "length": (OK + b"content-length: 200000000\r\n\r\n", b""),
    "chunks": (OK + b"transfer-encoding: chunked\r\n\r\n", b"10000\r\n"),
    "until close": (OK + b"\r\n", b""),
    "gzip": (OK + b"content-encoding: gzip\r\n\r\n", b""),
}


@pytest.mark.parametrize("form", FRAMES)
async def test_a_huge_body_is_never_held(form: str) -> None:
    """The server sees the connection close long before it has sent 200 MB."""
    head, before = FRAMES[form]
    chunk = before + bytes(65536) + (b"\r\n" if before else b"")
    if form == "gzip":
        head += gzip.compress(bytes(200_000_000), 1)
        chunk = b""
    sent = 0

    async def script(peer: Peer) -> None:
        nonlocal sent
        await peer.request()
        await peer.send(head)
        while chunk and sent < 200_000_000:
            await peer.send(chunk)
            sent += len(chunk)

    async with talking(script, max_response_bytes=1_000_000) as (server, transport):
        tracemalloc.start()
        try:
            error = await failure(transport)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        await server.settled()

    assert error.code == INVALID
    assert sent < 100_000_000
    assert peak < 10_000_000


async def dripping(peer: Peer) -> None:
    await peer.request()
    await peer.send(OK + b"content-length: 100000\r\n\r\n")
    while True:
        await peer.send(b" ")
        await asyncio.sleep(0.005)


async def stopping(peer: Peer) -> None:
    await peer.request()
    await peer.send(OK + b"content-length: 100\r\n\r\n{")
    await peer.end()


async def deaf(peer: Peer) -> None:
    """Reads nothing."""
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("script", "settings"),
    [
        (silent, {"total_timeout": 0.05}),
        (silent, {"read_timeout": 0.05}),
        (dripping, {"total_timeout": 0.1, "read_timeout": 10}),
        (stopping, {"total_timeout": 0.05}),
        (stopping, {"read_timeout": 0.05}),
    ],
)
async def test_no_answer_in_time(script: Script, settings: dict[str, float]) -> None:
    async with talking(script, **settings) as (server, transport):
        error = await failure(transport)
        assert (error.code, error.connecting) == (TIMEOUT, False)
        await until(transport, EMPTY)
        assert len(server.peers) == 1


async def test_an_answer_that_drips_is_no_read_timeout() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for byte in answer(BODY):
            await peer.send(bytes([byte]))
            await asyncio.sleep(0.002)

    async with talking(script, read_timeout=5.0) as (_, transport):
        assert (await transport.fetch(QUERY)).body == BODY


async def test_a_peer_that_does_not_read_the_request() -> None:
    request = SubgraphRequest(bytes(20_000_000))
    async with talking(deaf, total_timeout=0.1) as (_, transport):
        error = await failure(transport, request)
        assert (error.code, error.connecting) == (TIMEOUT, False)
        await until(transport, EMPTY)


async def test_the_requests_deadline_counts_if_it_is_sooner() -> None:
    async with talking(silent, total_timeout=60.0) as (_, transport):
        now = asyncio.get_running_loop().time()
        assert (await failure(transport, SubgraphRequest(b"{}", deadline=now + 0.05))).code == TIMEOUT

    async with talking(silent, total_timeout=0.05) as (_, transport):
        assert (await failure(transport, SubgraphRequest(b"{}", deadline=now + 3600))).code == TIMEOUT


async def test_a_deadline_that_has_passed_sends_nothing() -> None:
    async with talking(always(answer(BODY))) as (server, transport):
        await transport.fetch(QUERY)
        now = asyncio.get_running_loop().time()
        assert (await failure(transport, SubgraphRequest(b"{}", deadline=now - 1))).code == TIMEOUT
        assert transport.statistics == ONE_IDLE
        assert len(server.peers) == 1


async def test_an_early_answer_ends_the_connection_with_the_rest_of_the_request() -> None:
    """Else the rest would be read as a part of the next request."""

    async def script(peer: Peer) -> None:
        if peer.number == 0:
            await peer.reader.readuntil(b"\r\n\r\n")
            await peer.send(answer(b"early"))
            await peer.end()
        else:
            await always(answer(BODY))(peer)

    async with talking(script) as (server, transport):
        assert (await transport.fetch(SubgraphRequest(bytes(50_000_000)))).body == b"early"
        assert (await transport.fetch(QUERY)).body == BODY
        assert len(server.peers) == 2


async def test_nobody_listens() -> None:
    async with serving(silent) as server:
        url = server.url
    async with client(url) as transport:
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, True)
        assert url in error.message


async def test_over_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "users.sock")
    received = []

    async def script(peer: Peer) -> None:
        received.append(await peer.request())
        await peer.send(answer(BODY))

    async with serving(script, path=path) as server, client(server.url) as transport:
        assert (await transport.fetch(QUERY)).body == BODY
    assert received[0].head.startswith(b"POST /graphql HTTP/1.1\r\nhost: localhost\r\n")

    async with client(f"unix:{tmp_path}/nobody.sock") as transport:
        error = await failure(transport)
        assert (error.code, error.connecting) == (CONNECTION, True)


async def test_asks_for_compression_only_if_it_is_told_to() -> None:
    packed = answer(gzip.compress(BODY), "content-encoding: gzip")
    heads = []

    async def script(peer: Peer) -> None:
        heads.append((await peer.request()).head)
        await peer.send(packed)

    for accepted in ((), ("gzip", "deflate")):
        async with talking(script, accept_encoding=accepted) as (_, transport):
            assert (await transport.fetch(QUERY)).body == BODY
    assert [b"accept-encoding: gzip, deflate\r\n" in head for head in heads] == [False, True]
    assert b"accept-encoding" not in heads[0]


async def test_redirects_are_answers() -> None:
    async with talking(always(answer(b"", "location: http://127.0.0.1:1/", status="302 Found"))) as (
        server,
        transport,
    ):
        assert (await transport.fetch(QUERY)).status == 302
        assert len(server.peers) == 1


async def test_a_url_that_is_none() -> None:
    with pytest.raises(ValueError, match="begins with"):
        Http1Transport("ftp://users/", HttpSettings())


async def test_closing_ends_what_is_under_way() -> None:
    async with talking(silent, max_connections=1) as (_, transport):
        sent, queued = transport.start(MUTATION), transport.start(QUERY)
        await until(transport, PoolStatistics(1, 0, 0, 1))

        await transport.close()

        for future in (sent, queued, transport.start(QUERY)):
            error = future.exception()
            assert error is not None
            assert getattr(error, "code", None) == CONNECTION
        assert transport.statistics == EMPTY


async def test_closing_while_connecting() -> None:
    async with talking(silent) as (_, transport):
        future = transport.start(QUERY)
        await transport.close()
        error = future.exception()
        assert getattr(error, "code", None) == CONNECTION
        assert transport.statistics == EMPTY
