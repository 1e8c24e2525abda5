"""Answers in all forms, cut and closed at every byte, and answers that are none."""

import gzip
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.upstream.http1.answer import MAX_HEAD_BYTES, MAX_HEADERS, AnswerReader
from router.upstream.http1.invalid import InvalidAnswerError
from router.upstream.subgraph import SubgraphResponse

LINE = b"HTTP/1.1 200 OK\r\n"
BODY = b'{"data":{"a":1}}'
PACKED = gzip.compress(BODY, mtime=0)

LENGTH = LINE + b"Content-Type: application/json\r\ncontent-length: 16\r\n\r\n" + BODY
CHUNKED = (
    LINE
    + b'transfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n8;x=y\r\n{"a":1}}\r\n0\r\nx-trailer: t\r\n\r\n'
)
GZIP = LINE + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(PACKED), PACKED)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + LENGTH
UNTIL_CLOSE = LINE + b"content-type: application/json\r\n\r\n" + BODY

DELIMITED = {"length": LENGTH, "chunked": CHUNKED, "gzip": GZIP, "after interim answers": INTERIM}


def reader(max_bytes: int = 100_000) -> AnswerReader:
    return AnswerReader(max_bytes)


def read(*pieces: bytes, max_bytes: int = 100_000) -> AnswerReader:
    found = reader(max_bytes)
    for piece in pieces:
        found.feed(piece)
    return found


def test_gives_status_headers_and_body() -> None:
    found = read(
        b"HTTP/1.1 503 Busy\r\nX-Tag: one\r\ncontent-length: 2\r\nx-tag: two\r\nETag: \xff\r\n\r\nno"
    )

    assert found.complete
    assert found.take() == SubgraphResponse(b"no", 503, {"x-tag": "one, two", "etag": "\xff"})


@pytest.mark.parametrize("data", DELIMITED.values(), ids=DELIMITED)
def test_cut_in_two_at_every_byte(data: bytes) -> None:
    found = reader()
    for at in range(1, len(data)):
        assert not found.feed(data[:at])
        assert found.feed(data[at:])
        assert found.reusable
        assert found.take().body == BODY


@pytest.mark.parametrize("data", DELIMITED.values(), ids=DELIMITED)
def test_byte_by_byte(data: bytes) -> None:
    *most, last = [data[at : at + 1] for at in range(len(data))]
    found = reader()

    assert not any(found.feed(byte) for byte in most)
    assert found.feed(last)
    assert found.take().body == BODY


@given(
    form=st.sampled_from([*DELIMITED.values()]), cuts=st.lists(st.integers(0, 400)), count=st.integers(1, 3)
)
def test_any_cuts_of_several_answers(form: bytes, cuts: list[int], count: int) -> None:
    found = reader()
    for _ in range(count):
        ends = sorted({cut for cut in cuts if 0 < cut < len(form)})
        for begin, end in zip([0, *ends], [*ends, len(form)], strict=True):
            complete = found.feed(form[begin:end])
        assert complete
        assert found.take().body == BODY


@pytest.mark.parametrize("data", DELIMITED.values(), ids=DELIMITED)
def test_closed_at_every_byte(data: bytes) -> None:
    """A head that is cut is no answer, a body that is cut is a wrong one."""
    body_from = len(data) - len(data.split(b"\r\n\r\n", 3 if data is INTERIM else 1)[-1])
    if data is INTERIM:
        body_from = len(INTERIM) - len(BODY)
    for at in range(len(data)):
        found = read(data[:at])
        if at < body_from:
            assert not found.end(clean=True)
        else:
            with pytest.raises(InvalidAnswerError, match="truncated"):
                found.end(clean=True)


def test_headers_of_interim_answers_and_trailers_are_not_the_answers() -> None:
    assert read(INTERIM).take().headers.keys() == {"content-type"}
    assert read(CHUNKED).take().headers == {"transfer-encoding": "chunked"}


def test_without_a_length_the_body_ends_with_the_connection() -> None:
    begin = len(UNTIL_CLOSE) - len(BODY)
    for at in range(len(UNTIL_CLOSE) + 1):
        found = read(UNTIL_CLOSE[:at])
        assert found.end(clean=True) == (at >= begin)
        if at >= begin:
            assert not found.reusable
            assert found.take().body == BODY[: at - begin]


def test_without_a_length_a_reset_is_no_end() -> None:
    with pytest.raises(InvalidAnswerError, match="truncated"):
        read(UNTIL_CLOSE).end(clean=False)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
@pytest.mark.parametrize("headers", [b"", b"content-length: 5\r\n"])
def test_some_answers_have_no_body(status: bytes, headers: bytes) -> None:
    found = read(b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n")

    assert found.complete
    assert found.reusable
    assert found.take().body == b""


@pytest.mark.parametrize(
    ("data", "reusable"),
    [
        (LENGTH, True),
        (LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), False),
        (LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: Close, x\r\n\r\n"), False),
        (LENGTH.replace(b"1.1", b"1.0"), False),
        (LENGTH.replace(b"1.1", b"1.0").replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"), True),
        (LENGTH + LENGTH, False),
        (LENGTH + b"H", False),
        (LENGTH + b"garbage", False),
        (CHUNKED + b"\x00", False),
        (LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"more", False),
    ],
)
def test_says_whether_the_connection_may_serve_again(data: bytes, reusable: bool) -> None:
    found = read(data)

    assert found.complete
    assert found.reusable is reusable
    assert found.take().body == BODY


NO_ANSWERS = {
    "length and chunks": LINE + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
    "chunks and length": LINE + b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n",
    "two lengths": LINE + b"content-length: 2\r\ncontent-length: 3\r\n\r\n",
    "the same length twice": LINE + b"content-length: 2\r\ncontent-length: 2\r\n\r\n",
    "a list of lengths": LINE + b"content-length: 2, 2\r\n\r\n",
    "a negative length": LINE + b"content-length: -2\r\n\r\n",
    "a signed length": LINE + b"content-length: +2\r\n\r\n",
    "a hexadecimal length": LINE + b"content-length: 0x2\r\n\r\n",
    "no length in its header": LINE + b"content-length:\r\n\r\n",
    "a length out of all range": LINE + b"content-length: 99999999999999999999\r\n\r\n",
    "a blank before the colon": LINE + b"content-length : 2\r\n\r\n",
    "other transfer codings": LINE + b"transfer-encoding: gzip, chunked\r\n\r\n",
    "unknown transfer coding": LINE + b"transfer-encoding: xchunked\r\n\r\n",
    "chunked twice": LINE + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
    "chunked is not last": LINE + b"transfer-encoding: chunked, identity\r\n\r\n",
    "identity": LINE + b"transfer-encoding: identity\r\n\r\n",
    "a chunk size that is none": LINE + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "a chunk size out of all range": LINE + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffffff\r\n",
    "a chunk longer than its size": LINE + b"transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n",
    "a length in the trailer": CHUNKED.replace(b"x-trailer: t", b"content-length: 5"),
    "a folded header": LINE + b"x: a\r\n b\r\n\r\n",
    "a NUL": LINE + b"x: a\x00b\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\ncontent-length: 2\n\nab",
    "another version": LENGTH.replace(b"1.1", b"9.9"),
    "a status of two digits": LENGTH.replace(b"200", b"20"),
    "a status below all": LENGTH.replace(b"200", b"099"),
    "a request": b"POST / HTTP/1.1\r\n\r\n",
    "garbage": b"\x00\x01garbage\r\n\r\n",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    "another protocol without its name": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "an unknown compression": LINE + b"content-encoding: br\r\ncontent-length: 2\r\n\r\n",
    "compressed garbage": LINE + b"content-encoding: gzip\r\ncontent-length: 7\r\n\r\ngarbage",
    "half of what is compressed": LINE
    + b"content-encoding: gzip\r\ncontent-length: 20\r\n\r\n"
    + PACKED[:20],
}


@pytest.mark.parametrize("data", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_refuses_what_is_no_answer(data: bytes) -> None:
    with pytest.raises(InvalidAnswerError):
        read(data)


@pytest.mark.parametrize("data", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_refuses_it_byte_by_byte(data: bytes) -> None:
    with pytest.raises(InvalidAnswerError):
        read(*(data[at : at + 1] for at in range(len(data))))


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_do_no_harm(data: bytes) -> None:
    for begin in (b"", LINE, LINE + b"transfer-encoding: chunked\r\n\r\n"):
        found = reader()
        with suppress(InvalidAnswerError):
            if found.feed(begin + data) or found.end(clean=True):
                assert found.take().status >= 100


def test_an_answer_as_large_as_may_be() -> None:
    for data in (LENGTH, CHUNKED, GZIP):
        assert read(data, max_bytes=len(BODY)).take().body == BODY
        with pytest.raises(InvalidAnswerError):
            read(data, max_bytes=len(BODY) - 1)


def test_a_length_that_is_too_large_is_refused_before_its_body() -> None:
    with pytest.raises(InvalidAnswerError, match="more than 1000 bytes"):
        read(LINE + b"content-length: 1001\r\n\r\n", max_bytes=1000)


@pytest.mark.parametrize(
    "piece",
    [b"x: %b\r\n" % (b"a" * 1000), b"x%d" % 0 * 500, b"y:z\r\n" * 30],
    ids=["headers", "a name", "the same header"],
)
def test_a_head_without_end(piece: bytes) -> None:
    pieces = [piece] * (MAX_HEAD_BYTES // len(piece) + 1)
    with pytest.raises(InvalidAnswerError):
        read(LINE, *pieces)


@pytest.mark.parametrize(
    "head",
    [
        b"x: " + b"a" * MAX_HEAD_BYTES + b"\r\n",
        b"".join(b"x%d: a\r\n" % number for number in range(MAX_HEADERS + 1)),
        b"x: a\r\n" * (MAX_HEADERS + 1),
    ],
    ids=["bytes", "headers", "the same header"],
)
def test_a_head_that_is_too_large_though_it_came_at_once(head: bytes) -> None:
    with pytest.raises(InvalidAnswerError, match="more than"):
        read(LINE + head + b"content-length: 2\r\n\r\nab")


def test_a_head_that_is_just_not_too_large() -> None:
    headers = b"".join(b"x%d: %b\r\n" % (number, b"a" * 250) for number in range(MAX_HEADERS - 10))

    assert read(LINE + headers + b"content-length: 16\r\n\r\n" + BODY).take().body == BODY


def test_a_large_body_in_the_piece_of_its_head() -> None:
    body = b"a" * 3 * MAX_HEAD_BYTES
    data = LINE + b"content-length: %d\r\n\r\n%b" % (len(body), body)

    assert read(data, max_bytes=len(body)).take().body == body


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (LINE + b"transfer-encoding: chunked\r\n\r\n1;", b"x" * 1000),
        (LINE + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"x: %b\r\n" % (b"a" * 1000)),
        (LINE + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx:", b"a" * 1000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"\r\n"),
    ],
    ids=["a chunk extension", "trailers", "a trailer", "interim answers", "blank lines"],
)
def test_what_is_no_body_has_an_end(begin: bytes, piece: bytes) -> None:
    pieces = [piece] * (MAX_HEAD_BYTES // len(piece) + 3)
    with pytest.raises(InvalidAnswerError):
        read(begin, *pieces)


def test_a_body_of_single_bytes_takes_no_more_memory_than_it_is_long() -> None:
    chunk = b"1\r\na\r\n" * 10_000
    found = read(LINE + b"transfer-encoding: chunked\r\n\r\n", max_bytes=1_000_000)
    tracemalloc.start()
    try:
        for _ in range(20):
            found.feed(chunk)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 400_000
    found.feed(b"0\r\n\r\n")
    assert found.take().body == b"a" * 200_000
