"""Requests that come compressed: unpacked no further than allowed, or refused."""

import tracemalloc
import zlib
from typing import Any

import brotli
import pytest

from router.errors import ClientError
from router.transport.content_coding import unpack, zstd

BODY = b'{"query": "{ languages }"}' * 10
MOST = 1000

PACKED = {
    "gzip": zlib.compress(BODY, wbits=31),
    "x-gzip": zlib.compress(BODY, wbits=31),
    "deflate": zlib.compress(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstd.compress(BODY),
}
ZEROS = bytes(50_000_000)
BOMBS = {
    "gzip": zlib.compress(ZEROS, wbits=31),
    "deflate": zlib.compress(ZEROS),
    "br": brotli.compress(ZEROS, quality=1),
    "zstd": zstd.compress(ZEROS),
}


def refused(body: bytes, coding: str, most: int = MOST) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        unpack(body, coding.encode("latin-1"), most)
    return error.value.code, error.value.status


@pytest.mark.parametrize("coding", PACKED)
def test_unpacks(coding: str) -> None:
    assert unpack(PACKED[coding], f" {coding.upper()} ".encode(), MOST) == BODY


def test_leaves_what_is_not_packed() -> None:
    assert unpack(BODY, b"identity", MOST) is BODY


@pytest.mark.parametrize("coding", PACKED)
def test_may_be_as_large_as_allowed(coding: str) -> None:
    assert unpack(PACKED[coding], coding.encode(), len(BODY)) == BODY
    assert refused(PACKED[coding], coding, len(BODY) - 1) == ("REQUEST_TOO_LARGE", 413)


@pytest.mark.parametrize("coding", BOMBS)
def test_stops_at_the_limit(coding: str) -> None:
    tracemalloc.start()
    try:
        assert refused(BOMBS[coding], coding, 100_000) == ("REQUEST_TOO_LARGE", 413)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", PACKED)
@pytest.mark.parametrize("damage", ["nothing", "cut off", "goes on", "twice", "not packed"])
def test_refuses_what_is_damaged(coding: str, damage: str) -> None:
    whole = PACKED[coding]
    bodies = {
        "nothing": b"",
        "cut off": whole[:-1],
        "goes on": whole + b"x",
        "twice": whole + whole,
        "not packed": BODY,
    }

    assert refused(bodies[damage], coding) == ("INVALID_REQUEST", 400)


def test_refuses_a_window_that_is_too_large() -> None:
    compressor = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    body = compressor.compress(BODY) + compressor.flush()

    assert refused(body, "zstd") == ("INVALID_REQUEST", 400)


@pytest.mark.parametrize("coding", ["", "compress", "gzip, br", "gzip, gzip", "é", "*"])
def test_refuses_what_it_does_not_know(coding: str) -> None:
    assert refused(PACKED["gzip"], coding) == ("UNSUPPORTED_MEDIA_TYPE", 415)


@pytest.mark.parametrize("coding", PACKED)
async def test_over_http(serve: Any, coding: str) -> None:
    body = zlib.compress(b'{"query": "{ languages }"}', wbits=31)
    if coding not in ("gzip", "x-gzip"):
        pack = {"deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}[coding]
        body = pack(b'{"query": "{ languages }"}')

    answer = await (await serve()).post(
        "/graphql", content=body, headers={"content-type": "application/json", "content-encoding": coding}
    )

    assert (answer.status_code, answer.json()) == (200, {"data": {"languages": ["EN", "KO"]}})
