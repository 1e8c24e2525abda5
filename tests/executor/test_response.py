"""The bytes of answers."""

from typing import Any

import pytest
from graphql import SourceLocation

from router.errors import ClientError, ClientErrors
from router.executor.response import ExecutionResult, encode, encode_refusal

RESULTS: list[tuple[ExecutionResult, bytes]] = [
    (ExecutionResult({"a": "é"}), '{"data":{"a":"é"}}'.encode()),
    (ExecutionResult(None, ({"message": "m"},)), b'{"data":null,"errors":[{"message":"m"}]}'),
    (ExecutionResult({}, (), {"plan": 1}), b'{"data":{},"extensions":{"plan":1}}'),
]


@pytest.mark.parametrize(("result", "expected"), RESULTS)
def test_encode(result: ExecutionResult, expected: bytes) -> None:
    assert encode(result) == expected


ONE = ClientError("A", "a", locations=[SourceLocation(1, 2)])
REFUSALS: list[tuple[Any, bytes]] = [
    (ONE, b'{"errors":[{"message":"a","locations":[{"line":1,"column":2}],"extensions":{"code":"A"}}]}'),
    (
        ClientErrors([ClientError("B", "b"), ClientError("C", "c", path=["x", 0])]),
        (
            b'{"errors":[{"message":"b","extensions":{"code":"B"}},'
            b'{"message":"c","path":["x",0],"extensions":{"code":"C"}}]}'
        ),
    ),
]


@pytest.mark.parametrize(("error", "expected"), REFUSALS)
def test_encode_refusal(error: ClientError, expected: bytes) -> None:
    assert encode_refusal(error) == expected
