"""Reads a subgraph's HTTP answer: what is a GraphQL response, and what is not."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from router.errors import JsonValue
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

TIMEOUT: Final = "SUBREQUEST_TIMEOUT"
CONNECTION_FAILED: Final = "SUBREQUEST_CONNECTION_FAILED"
HTTP_ERROR: Final = "SUBREQUEST_HTTP_ERROR"
INVALID_RESPONSE: Final = "SUBREQUEST_INVALID_RESPONSE"

ACCEPT: Final = "application/graphql-response+json, application/json"
_JSON_TYPES: Final = frozenset({"application/json", "application/graphql-response+json"})

# A float gives back every decimal of at most 15 digits, unless an exponent takes it out of range.
_EXACT_LENGTH: Final = 15


def _number(text: str) -> float | Decimal:
    value = float(text)
    if len(text) <= _EXACT_LENGTH and "e" not in text and "E" not in text:
        return value
    exact = Decimal(text)
    return value if math.isfinite(value) and Decimal(repr(value)) == exact else exact


_decoder: Final = msgspec.json.Decoder(float_hook=_number)
_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def encode_request(request: SubgraphRequest) -> bytes:
    """The body of the POST. https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters"""
    body: dict[str, JsonValue] = {"query": request.query}
    if request.variables:
        body["variables"] = request.variables
    if request.operation_name is not None:
        body["operationName"] = request.operation_name
    return _encoder.encode(body)


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> SubgraphResponse:
    """The GraphQL response in an HTTP answer; header names in lower case. Numbers keep every digit.

    Raises SubgraphError: SUBREQUEST_HTTP_ERROR where the status says failure and the body is no GraphQL response,
    SUBREQUEST_INVALID_RESPONSE where the status says success and it is none either.
    """
    try:
        return _graphql_response(headers, body)
    except _NotGraphQLError as reason:
        if 200 <= status < 300:
            raise SubgraphError(INVALID_RESPONSE, str(reason)) from None
        raise SubgraphError(HTTP_ERROR, f"HTTP status {status}; {reason}") from None


class _NotGraphQLError(Exception):
    """Says why a body is no GraphQL response."""


def _graphql_response(headers: Mapping[str, str], body: bytes) -> SubgraphResponse:
    content_type = headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() not in _JSON_TYPES:
        raise _NotGraphQLError(f"content type is '{content_type[:100]}', not {ACCEPT}")
    response = _decode(body)
    if not isinstance(response, dict):
        raise _NotGraphQLError("the JSON is not an object")
    data, errors = response.get("data"), response.get("errors")
    if "data" not in response and errors is None:
        raise _NotGraphQLError("neither data nor errors")
    if data is not None and not isinstance(data, dict):
        raise _NotGraphQLError("data is neither an object nor null")
    if errors is not None and not (isinstance(errors, list) and all(isinstance(e, dict) for e in errors)):
        raise _NotGraphQLError("errors is not a list of objects")
    return SubgraphResponse(data, tuple(errors or ()), headers)


def _decode(body: bytes) -> Any:
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _NotGraphQLError(f"not JSON: {error}") from None
    except ArithmeticError:
        raise _NotGraphQLError("a number has an exponent out of all range") from None
    except RecursionError:
        raise _NotGraphQLError("the JSON is nested too deeply") from None
