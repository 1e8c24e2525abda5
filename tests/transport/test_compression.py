"""Which answers are compressed, with what, and that they say the same."""

import asyncio
import threading
import zlib
from collections.abc import Callable
from typing import Any

import brotli
import pytest

from router.pipeline import GraphQLResponse
from router.transport.answer import Answer
from router.transport.compression import Compression, compressed
from router.transport.content_coding import CODINGS, ContentCoding, zstd
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.persisted_queries import PersistedQueries
from tests.transport.raw_client import Executor, RawRequest, exchange

ALL = ("zstd", "br", "gzip")
LARGE = 2000
BODY = b'{"data":{"people":[' + b",".join(b'{"id":"%d"}' % number for number in range(200)) + b"]}}"
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstd.decompress,
    "br": brotli.decompress,
    "gzip": lambda body: zlib.decompress(body, 31),
}


@pytest.mark.parametrize(
    ("accept", "algorithms", "expected"),
    [
        ("", ALL, None),
        ("gzip", ALL, "gzip"),
        ("x-gzip", ALL, "gzip"),
        ("GZIP;Q=0.5", ALL, "gzip"),
        ("deflate", ALL, None),
        ("gzip, deflate, br, zstd", ALL, "zstd"),
        ("gzip, deflate, br", ALL, "br"),
        ("gzip, deflate, br, zstd", ("gzip", "br"), "gzip"),
        ("gzip, br;q=0.9", ALL, "gzip"),
        ("*", ALL, "zstd"),
        ("*;q=0.1, zstd;q=0", ALL, "br"),
        ("identity", ALL, None),
        ("identity, gzip", ALL, "gzip"),
        ("identity, gzip;q=0.5", ALL, None),
        ("identity;q=0.5, gzip;q=0.5", ALL, "gzip"),
        ("gzip;q=0", ALL, None),
        ("gzip;q=2", ALL, None),
        ("gzip;q=x, br", ALL, "br"),
        ("*;q=0", ALL, None),
        ("identity;q=0", ALL, None),
        ("gzip", (), None),
        ("é;;=,,", ALL, None),
    ],
)
def test_chooses(accept: str, algorithms: tuple[str, ...], expected: str | None) -> None:
    coding = Compression(algorithms, 1000).coding_for(accept.encode("latin-1"), LARGE)

    assert (coding.name if coding else None) == expected


@pytest.mark.parametrize(
    ("accept", "size", "expected"),
    [
        (b"gzip", 999, None),
        (b"gzip", 1000, "gzip"),
        (b"gzip, identity;q=0", 999, "gzip"),
        (b"gzip, *;q=0", 1, "gzip"),
        (b"gzip, *;q=0", 0, None),
        (b"gzip, *;q=0, identity", 999, None),
        (b"deflate, identity;q=0", 999, None),
    ],
)
def test_small_answers_only_if_the_client_insists(accept: bytes, size: int, expected: str | None) -> None:
    coding = Compression(ALL, 1000).coding_for(accept, size)

    assert (coding.name if coding else None) == expected


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("times", [1, 400])
def test_each_coding_gives_back_what_it_took(name: str, times: int) -> None:
    packed = CODINGS[name].compress(BODY * times)

    assert len(packed) < len(BODY * times) / 3
    assert UNPACK[name](packed) == BODY * times


def in_thread(names: list[str]) -> Callable[[bytes], bytes]:
    def compress(body: bytes) -> bytes:
        names.append(threading.current_thread().name)
        return body

    return compress


@pytest.mark.parametrize(("size", "is_main"), [(9, True), (10, False)])
async def test_what_takes_long_is_done_beside_the_event_loop(size: int, is_main: bool) -> None:
    names: list[str] = []
    coding = ContentCoding("test", in_thread(names), slow_from=10)

    answer = await compressed(Answer(200, ((b"a", b"b"),), b"x" * size), coding)

    assert answer == Answer(200, ((b"a", b"b"), (b"content-encoding", b"test")), b"x" * size)
    assert [name == threading.main_thread().name for name in names] == [is_main]


async def test_many_at_once_do_not_mix() -> None:
    bodies = [b"%d " % number * 200_000 for number in range(8)]

    answers = await asyncio.gather(*(compressed(Answer(200, (), body), CODINGS["zstd"]) for body in bodies))

    assert [zstd.decompress(answer.body) for answer in answers] == bodies


def endpoint(compression: Compression | None, body: bytes = BODY) -> GraphQLEndpoint:
    options = EndpointOptions(compression=compression)
    return GraphQLEndpoint(Executor(GraphQLResponse(body)), PersistedQueries(None), options)


def asking(accept_encoding: bytes) -> RawRequest:
    headers = ((b"content-type", b"application/json"), (b"accept-encoding", accept_encoding))
    return RawRequest(headers=headers, body=(b'{"query": "{a}"}',))


@pytest.mark.parametrize("name", ALL)
async def test_answers_in_the_coding(name: str) -> None:
    answer = await exchange(endpoint(Compression(ALL, 1000)), asking(name.encode()))

    headers = dict(answer.headers)
    assert headers[b"content-encoding"] == name.encode()
    assert headers[b"content-length"] == str(len(answer.body)).encode()
    assert headers[b"vary"] == b"accept, accept-encoding"
    assert UNPACK[name](answer.body) == BODY


@pytest.mark.parametrize(
    ("compression", "vary"), [(None, b"accept"), (Compression(ALL, 10_000), b"accept, accept-encoding")]
)
async def test_answers_as_it_is(compression: Any, vary: bytes) -> None:
    answer = await exchange(endpoint(compression), asking(b"gzip"))

    assert answer.body == BODY
    assert b"content-encoding" not in dict(answer.headers)
    assert dict(answer.headers)[b"vary"] == vary


async def test_the_settings_decide(serve: Any) -> None:
    many = {"query": "{ " + " ".join(f"a{number}: languages" for number in range(100)) + " }"}
    accepts = {"accept-encoding": "gzip, br"}

    by_default = await (await serve()).post("/graphql", json=many, headers=accepts)
    chosen = await (await serve(compression={"algorithms": ["gzip"]})).post(
        "/graphql", json=many, headers=accepts
    )
    never = await (await serve(compression={"enabled": False})).post("/graphql", json=many, headers=accepts)

    codings = [answer.headers.get("content-encoding") for answer in (by_default, chosen, never)]
    assert codings == ["br", "gzip", None]
    assert by_default.json() == chosen.json() == never.json()
