"""A reader that has seen heads before reads as one that has not."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from router.upstream.http1.answer import AnswerReader
from router.upstream.http1.invalid import InvalidAnswerError

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LINES = (
    "HTTP/1.1 200 OK", "HTTP/1.1 503 Busy", "HTTP/1.0 200 OK", "Content-Type: application/json", f"Date: {DATE}",
    "date: Mon, 07 Nov 1994 18:00:00 GMT", "date: now", "Connection: keep-alive", "connection: close", "X-A: 1", "x-a: 2",
    "Content-Length: 2", "content-length: 11", "content-length: 0011", "content-length: 2x", "content-length:2",
    "transfer-encoding: chunked", "content-encoding: gzip", " folded", "",
)  # fmt: skip
BODIES = (b"{}", b'{"data":{}}', b"", b"{}{}", b"2\r\n{}\r\n0\r\n\r\n")


def message(lines: list[str], body: bytes) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode() + body


def outcome(reader: AnswerReader, data: bytes) -> object:
    """Everything that a connection learns of a message, and whether it would use the reader again."""
    try:
        complete = reader.feed(data)
    except InvalidAnswerError as error:
        return str(error)
    return (complete, reader.reusable and complete, reader.take() if complete else None)


PLAIN = ["HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: 2", f"Date: {DATE}"]
MESSAGE = st.one_of(
    st.tuples(st.just(PLAIN), st.sampled_from(BODIES)),
    st.tuples(st.lists(st.sampled_from(LINES), min_size=1, max_size=6), st.sampled_from(BODIES)),
)


@example([(PLAIN, b"{}"), ([*PLAIN[:3], "date: " + "x" * 29 + ": 1\r\nA: 2"], b"{}")])
@example([(PLAIN, b"{}"), ([*PLAIN[:2], "Content-Length: 11", PLAIN[3]], b'{"data":{}}'), (PLAIN, b"{}{}")])
@given(st.lists(MESSAGE, min_size=2, max_size=6))
def test_any_messages_in_a_row(messages: list[tuple[list[str], bytes]]) -> None:
    experienced = AnswerReader(1000)
    for lines, body in messages:
        data = message(lines, body)
        found = outcome(experienced, data)
        assert found == outcome(AnswerReader(1000), data)
        if not (isinstance(found, tuple) and found[1]):
            return  # its connection is closed


@pytest.mark.parametrize("first", [0, 1])
def test_the_date_before_or_behind_the_length(first: int) -> None:
    """Only then is the second message one that was not parsed."""
    lines = ["Content-Length: {}", "Date: {}"]
    reader = AnswerReader(1000)
    for body, date in ((b"{}", DATE), (b'{"data":{}}', "Mon, 07 Nov 1994 18:00:00 GMT")):
        both = [lines[0].format(len(body)), lines[1].format(date)]
        assert reader.feed(message(["HTTP/1.1 200 OK", both[first], both[1 - first]], body))
        assert reader.take().body == body
        assert reader._unlike == (1 if body == b"{}" else 0)


def test_who_sends_other_heads_each_time_is_soon_left_alone() -> None:
    reader = AnswerReader(1000)
    for number in range(20):
        with suppress(InvalidAnswerError):
            reader.feed(message(["HTTP/1.1 200 OK", f"x-id: {number}", "content-length: 2"], b"{}"))
            assert reader.take().headers == {"x-id": str(number)}
    assert reader._unlike == 8


def test_a_known_head_does_not_make_a_body_longer_than_allowed() -> None:
    reader = AnswerReader(10)
    assert outcome(reader, message(["HTTP/1.1 200 OK", "content-length: 2"], b"{}")) != "more than 10 bytes"
    assert (
        outcome(reader, message(["HTTP/1.1 200 OK", "content-length: 11"], b'{"data":{}}'))
        == "more than 10 bytes"
    )
