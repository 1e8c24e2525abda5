"""What is read of a client's headers."""

from itertools import count

import pytest

from router.transport.headers import HeaderReader
from router.upstream.headers import HeaderRules

Pairs = list[tuple[bytes, bytes]]


def reader(*names: str, rules: HeaderRules | None = None) -> HeaderReader:
    return HeaderReader(rules or HeaderRules(), (f"new-{number}" for number in count(1)).__next__, names)


def test_reads_what_the_transport_decides_by() -> None:
    headers = reader("x-ask-first").read(
        [
            (b"accept", b"a"),
            (b"accept", b"b"),
            (b"content-type", b"c"),
            (b"x-ask-first", b""),
            (b"cookie", b"d"),
            (b"x-other", b"e"),
        ]
    )

    assert headers.own == {b"accept": b"a", b"content-type": b"c", b"x-ask-first": b""}


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], {}),
        ([(b"authorization", b"Bearer t"), (b"cookie", b"a=b"), (b"accept", b"x")], {"authorization": "Bearer t"}),
        ([(b"authorization", b"a"), (b"authorization", b"b")], {"authorization": "a, b"}),
        ([(b"authorization", b"a"), (b"connection", b"close, Authorization")], {}),
        ([(b"connection", b"close"), (b"authorization", b"a"), (b"connection", b"authorization")], {}),
        ([(b"authorization", b"a\r\nhost: evil"), (b"accept-language", b"ko")], {"accept-language": "ko"}),
        ([(b"authorization", b"\xe9")], {"authorization": "é"}),
    ],
)  # fmt: skip
def test_passes_on_what_the_rules_name(given: Pairs, passed: dict[str, str]) -> None:
    assert reader().read(given).passed == {**passed, "x-request-id": "new-1"}


def test_passes_on_only_what_the_rules_name() -> None:
    rules = HeaderRules(frozenset({"x-tenant"}))

    assert reader(rules=rules).read([(b"x-tenant", b"7"), (b"authorization", b"b")]).passed == {
        "x-tenant": "7"
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([(b"x-request-id", b"abc-1")], "abc-1"),
        ([(b"x-request-id", b"abc-1"), (b"x-request-id", b"abc-2")], "abc-1"),
        ([(b"x-request-id", b"two words"), (b"x-request-id", b"abc-2")], "new-1"),
        ([(b"x-request-id", b"\xff")], "new-1"),
        ([(b"x-request-id", b"a\n")], "new-1"),
    ],
)
def test_the_id_is_the_same_everywhere(given: Pairs, expected: str) -> None:
    headers = reader().read(given)

    assert headers.request_id == expected.encode()
    assert headers.passed == {"x-request-id": expected}


def test_an_id_of_the_connection_stays_behind() -> None:
    headers = reader().read([(b"x-request-id", b"a"), (b"connection", b"x-request-id")])

    assert headers.request_id == b"a"
    assert headers.passed == {}


def test_joins_any_number_of_them() -> None:
    headers = reader().read([(b"authorization", b"x")] * 100_000)

    assert headers.passed["authorization"] == ", ".join(["x"] * 100_000)
