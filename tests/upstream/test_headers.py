"""Which headers go on, as a table."""

import pytest

from router.upstream.headers import HeaderRules, propagated

CASES: list[tuple[list[tuple[str, str]], dict[str, str]]] = [
    ([], {}),
    ([("Authorization", "Bearer t")], {"authorization": "Bearer t"}),
    (
        [("X-Request-Id", "1"), ("TraceParent", "00-1"), ("Accept-Language", "ko")],
        {"x-request-id": "1", "traceparent": "00-1", "accept-language": "ko"},
    ),
    ([("cookie", "a=b"), ("host", "h"), ("content-length", "1"), ("x-other", "1")], {}),
    ([("x-request-id", "1"), ("x-request-id", "2")], {"x-request-id": "1, 2"}),
    (
        [("connection", "close, X-Request-Id"), ("x-request-id", "1"), ("authorization", "b")],
        {"authorization": "b"},
    ),
    ([("authorization", "a\r\nhost: evil")], {}),
]


@pytest.mark.parametrize(("headers", "expected"), CASES)
def test_default_rules(headers: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert propagated(headers, HeaderRules()) == expected


def test_own_rules() -> None:
    rules = HeaderRules(frozenset({"x-tenant"}))
    assert propagated([("X-Tenant", "a"), ("authorization", "b")], rules) == {"x-tenant": "a"}


@pytest.mark.parametrize(
    "name", ["connection", "transfer-encoding", "host", "content-length", "Authorization"]
)
def test_rules_refuse_what_cannot_be_propagated(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        HeaderRules(frozenset({name}))
