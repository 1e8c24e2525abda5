import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from router.upstream.http1.content import Decompressor
from router.upstream.http1.invalid import InvalidAnswerError

TEXT = b'{"data":{"a":"' + bytes(range(32, 127)) * 20 + b'"}}'


def raw_deflate(data: bytes) -> bytes:
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compress.compress(data) + compress.flush()


ENCODED = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "its old name": ("x-gzip", gzip.compress(TEXT)),
    "two members": ("gzip", gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:])),
    "an empty member": ("gzip", gzip.compress(b"") + gzip.compress(TEXT)),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without its wrapper": ("deflate", raw_deflate(TEXT)),
}


def decoded(coding: str, pieces: Iterator[bytes], room: int = 10_000) -> bytes:
    decompressor = Decompressor(coding)
    found = b""
    for piece in pieces:
        found += decompressor.decode(piece, room - len(found))
    decompressor.finish()
    return found


@pytest.mark.parametrize(("coding", "encoded"), ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_decodes_in_pieces_of_any_size(coding: str, encoded: bytes, size: int) -> None:
    pieces = (encoded[at : at + size] for at in range(0, len(encoded), size))

    assert decoded(coding, pieces) == TEXT


@pytest.mark.parametrize("form", ["gzip", "deflate"])
def test_every_missing_end_is_found(form: str) -> None:
    coding, encoded = ENCODED[form]
    for length in range(1, len(encoded)):
        with pytest.raises(InvalidAnswerError, match="truncated"):
            decoded(coding, iter([encoded[:length]]))


@pytest.mark.parametrize(("coding", "encoded"), ENCODED.values(), ids=ENCODED)
def test_fills_the_room_and_no_more(coding: str, encoded: bytes) -> None:
    assert decoded(coding, iter([encoded]), len(TEXT)) == TEXT
    with pytest.raises(InvalidAnswerError, match="too large"):
        decoded(coding, iter([encoded]), len(TEXT) - 1)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", b"garbage"),
        ("gzip", gzip.compress(b"a") + b"garbage"),
        ("deflate", b"garbage"),
        ("deflate", b"\x78\x00\x00"),
        ("deflate", zlib.compress(b"a") + b"more"),
    ],
    ids=["no gzip", "more after gzip", "no deflate", "a wrapper alone", "more after deflate"],
)
def test_refuses_what_is_not_compressed_so(coding: str, data: bytes) -> None:
    with pytest.raises(InvalidAnswerError):
        decoded(coding, iter([data]))


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", ""])
def test_refuses_other_codings(coding: str) -> None:
    with pytest.raises(InvalidAnswerError, match="content-encoding"):
        Decompressor(coding)


def test_nothing_is_nothing() -> None:
    assert decoded("gzip", iter(())) == b""


def test_a_bomb_does_not_go_off() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidAnswerError, match="too large"):
            decoded("gzip", iter([bomb]), 100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_many_small_members_after_a_large_one() -> None:
    encoded = gzip.compress(bytes(5_000_000)) + gzip.compress(b"a") * 5_000

    assert len(decoded("gzip", iter([encoded]), 6_000_000)) == 5_005_000
