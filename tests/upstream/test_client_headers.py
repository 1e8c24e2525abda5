"""Who asks, and how much time is left, worked out once for all fetches of a client request."""

import pytest

from router.upstream.client_headers import ClientHeaders

SAME: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {}),
    ({"x-request-id": "1"}, {"x-request-id": "2"}),
    ({"traceparent": "00-1", "tracestate": "a=1"}, {}),
    ({"x-deadline": "1"}, {"x-deadline": "2"}),
    ({"authorization": "a", "x-request-id": "1"}, {"authorization": "a", "traceparent": "00-1"}),
]

DIFFERENT: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"authorization": "a"}, {"authorization": "b"}),
    ({"authorization": "a"}, {}),
    ({"authorization": "a"}, {"accept-language": "a"}),
    ({"a": "b', ('c', 'd"}, {"a": "b", "c": "d"}),
    ({"a": ""}, {}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_makes_no_difference(one: dict[str, str], other: dict[str, str]) -> None:
    headers = ClientHeaders("x-deadline")
    assert headers.identity(one) == headers.identity(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_makes_a_difference(one: dict[str, str], other: dict[str, str]) -> None:
    headers = ClientHeaders(None)
    assert headers.identity(one) != headers.identity(other)


def test_all_fetches_of_a_request_get_the_same() -> None:
    headers = ClientHeaders("x-deadline")
    given = {"authorization": "a", "x-deadline": "from the client"}

    told = headers.telling(given, 1500)

    assert told == {"authorization": "a", "x-deadline": "1500"}
    assert headers.telling(given, 1500) is told
    assert headers.identity(given) is headers.identity(given)
    assert headers.telling(given, 1499) == {"authorization": "a", "x-deadline": "1499"}
    assert given["x-deadline"] == "from the client"


def test_the_headers_of_one_request_are_not_those_of_the_next() -> None:
    headers = ClientHeaders("x-deadline")
    headers.telling({"authorization": "a"}, 1500)

    other = {"authorization": "b"}

    assert headers.telling(other, 1500) == {"authorization": "b", "x-deadline": "1500"}
    assert headers.identity(other) == ClientHeaders("x-deadline").identity(other)


def test_says_nothing_where_nothing_is_to_be_said() -> None:
    given = {"authorization": "a"}
    assert ClientHeaders(None).telling(given, 1500) is given
