"""What counts as a failure, and what is worth another try, as a table."""

import asyncio

import pytest

from router.upstream.outcome import is_failure, may_retry
from router.upstream.subgraph import SubgraphError, SubgraphResponse

JSON = {"content-type": "application/json; charset=utf-8"}
NEW_JSON = {"content-type": "application/graphql-response+json"}
HTML = {"content-type": "text/html"}
ERRORS = b'{"errors":[{"message":"m"}]}'


def error(code: str, *, connecting: bool = False) -> SubgraphError:
    return SubgraphError(code, "m", connecting=connecting)


CASES: list[tuple[SubgraphResponse | BaseException, bool, bool]] = [
    # outcome, is it a failure, is it worth another try
    (SubgraphResponse(b'{"data":{}}', 200, JSON), False, False),
    (SubgraphResponse(b"garbage", 200, HTML), False, False),
    (SubgraphResponse(b"", 404, HTML), False, False),
    (SubgraphResponse(b"", 429, HTML), False, False),
    (SubgraphResponse(b"", 500, HTML), True, False),
    (SubgraphResponse(b"", 501, {}), True, False),
    (SubgraphResponse(b"", 502, HTML), True, True),
    (SubgraphResponse(b"", 503, {}), True, True),
    (SubgraphResponse(b"", 504, HTML), True, True),
    (SubgraphResponse(ERRORS, 500, JSON), False, False),
    (SubgraphResponse(ERRORS, 503, JSON), False, False),
    (SubgraphResponse(b'{"data":{"a":1}}', 503, NEW_JSON), False, False),
    (SubgraphResponse(ERRORS, 503, HTML), True, True),
    (SubgraphResponse(b'{"error":"x"}', 503, JSON), True, True),
    (SubgraphResponse(b'{"data":null}', 503, JSON), False, False),
    (SubgraphResponse(b'{"errors":null}', 503, JSON), True, True),
    (SubgraphResponse(b"[]", 503, JSON), True, True),
    (SubgraphResponse(b"", 503, JSON), True, True),
    (SubgraphResponse(b'{"errors":', 503, JSON), True, True),
    (SubgraphResponse(b'{"errors":["\xff"]}', 503, JSON), True, True),
    (SubgraphResponse(b'{"errors":' + b"[" * 100_000, 503, JSON), True, True),
    (error("SUBREQUEST_CONNECTION_FAILED"), True, True),
    (error("SUBREQUEST_CONNECTION_FAILED", connecting=True), True, True),
    (error("SUBREQUEST_TIMEOUT"), True, False),
    (error("SUBREQUEST_TIMEOUT", connecting=True), True, True),
    (error("SUBREQUEST_HTTP_ERROR"), True, False),
    (error("SUBREQUEST_INVALID_RESPONSE"), False, False),
    (error("SUBREQUEST_CIRCUIT_OPEN"), False, False),
    (ValueError("a defect"), False, False),
    (asyncio.CancelledError(), False, False),
]


@pytest.mark.parametrize(("outcome", "failure", "retry"), CASES)
def test_outcomes(outcome: SubgraphResponse | BaseException, failure: bool, retry: bool) -> None:
    assert (is_failure(outcome), may_retry(outcome)) == (failure, retry)
