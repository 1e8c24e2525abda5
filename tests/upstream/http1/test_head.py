from collections.abc import Iterator, Mapping

import pytest

from router.upstream.http1.head import PropagatedHeaders, RequestWriter
from router.upstream.http1.target import read_url
from router.upstream.subgraph import SubgraphRequest

TARGET = read_url("http://users:4000/graphql")


def lines(headers: Mapping[str, str]) -> list[bytes]:
    return PropagatedHeaders().lines(headers).split(b"\r\n")[:-1]


def test_writes_a_whole_request() -> None:
    request = SubgraphRequest(b'{"query":"{a}"}', {"authorization": "Bearer t"})

    assert RequestWriter(TARGET).write(request) == (
        b"POST /graphql HTTP/1.1\r\n"
        b"host: users:4000\r\n"
        b"content-type: application/json\r\n"
        b"accept: application/graphql-response+json, application/json\r\n"
        b"authorization: Bearer t\r\n"
        b"content-length: 15\r\n"
        b"\r\n"
        b'{"query":"{a}"}'
    )


def test_asks_for_compression_if_it_is_told_to() -> None:
    written = RequestWriter(TARGET, ("gzip", "deflate")).write(SubgraphRequest(b"{}"))

    assert b"\r\naccept-encoding: gzip, deflate\r\n" in written


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "a\rb", "a\x00b", "\x1b[0m", "a\x7f", "€"])
def test_leaves_out_values_that_would_break_the_head(value: str) -> None:
    assert lines({"x-bad": value, "x-good": "a"}) == [b"x-good: a"]


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ü"])
def test_leaves_out_names_that_are_none(name: str) -> None:
    assert lines({name: "a", "x-good": "a"}) == [b"x-good: a"]


@pytest.mark.parametrize(
    "name", ["host", "content-length", "Transfer-Encoding", "connection", "content-type"]
)
def test_leaves_out_what_is_the_connections_own(name: str) -> None:
    assert lines({name: "a", "x-good": "a"}) == [b"x-good: a"]


def test_values_are_latin_1_and_may_hold_tabs() -> None:
    assert lines({"x-a": "caf\xe9\t1"}) == [b"x-a: caf\xe9\t1"]


class Counted(Mapping[str, str]):
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    def __getitem__(self, name: str) -> str:
        return "a"

    def __iter__(self) -> Iterator[str]:
        self.reads += 1
        return iter(["x-a"])

    def __len__(self) -> int:
        return 1


def test_a_mapping_is_read_once_for_all_subgraphs() -> None:
    propagated = PropagatedHeaders()
    writers = [RequestWriter(TARGET, (), propagated), RequestWriter(read_url("http://b/"), (), propagated)]
    headers = Counted()

    written = [writer.write(SubgraphRequest(b"{}", headers)) for writer in writers * 2]

    assert all(b"\r\nx-a: a\r\n" in each for each in written)
    assert headers.reads == 1


def test_equal_mappings_are_not_mixed_up_with_the_same() -> None:
    writer = RequestWriter(TARGET)

    for value in ("one", "two", "one"):
        assert f"x-a: {value}\r\n".encode() in writer.write(SubgraphRequest(b"{}", {"x-a": value}))
    assert b"x-a" not in writer.write(SubgraphRequest(b"{}"))
