"""Reads a subgraph's HTTP answer: what is a GraphQL response, what is not, and what of it was asked for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from router.errors import JsonValue
from router.executor.answer_shape import AnswerShape, LeafShape
from router.upstream.codes import HTTP_ERROR, INVALID_RESPONSE
from router.upstream.subgraph import SubgraphError, SubgraphResponse

_JSON_TYPES: Final = frozenset({"application/json", "application/graphql-response+json"})

# A float gives back every decimal of at most 15 digits, unless an exponent takes it out of range.
_EXACT_LENGTH: Final = 15
_OBJECT: Final = ord("{")
_LIST: Final = ord("[")


def _number(text: str) -> float | Decimal:
    value = float(text)
    if len(text) <= _EXACT_LENGTH and "e" not in text and "E" not in text:
        return value
    exact = Decimal(text)
    return value if math.isfinite(value) and Decimal(repr(value)) == exact else exact


_read_any: Final = msgspec.json.Decoder(float_hook=_number).decode
_read_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_items: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is None where the subgraph answered null or no data; `errors` are as the subgraph sent them."""

    data: dict[str, JsonValue] | None
    errors: tuple[dict[str, JsonValue], ...] = ()


def read_answer(response: SubgraphResponse, shape: AnswerShape | None = None) -> Answer:
    """The GraphQL response in an HTTP answer, without what `shape` did not ask for.

    Numbers keep every digit; with a shape, a Float or a custom scalar is the subgraph's own text, as `msgspec.Raw`.
    Raises SubgraphError: SUBREQUEST_HTTP_ERROR where the status says failure and the body is no GraphQL response,
    SUBREQUEST_INVALID_RESPONSE where the status says success and it is none either.
    """
    try:
        return _graphql_response(response, shape)
    except _NotGraphQLError as reason:
        if 200 <= response.status < 300:
            raise SubgraphError(INVALID_RESPONSE, str(reason)) from None
        raise SubgraphError(HTTP_ERROR, f"HTTP status {response.status}; {reason}") from None


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether the content type is one of GraphQL over HTTP."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() in _JSON_TYPES


class _NotGraphQLError(Exception):
    """Says why a body is no GraphQL response."""


def _graphql_response(response: SubgraphResponse, shape: AnswerShape | None) -> Answer:
    if not is_json(response.headers):
        content_type = response.headers.get("content-type", "")
        raise _NotGraphQLError(f"content type is '{content_type[:100]}', which is not JSON")
    try:
        members = _members(response.body)
        data = _read(members.get("data"), shape)
        errors = _read(members.get("errors"), None)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _NotGraphQLError(f"not JSON: {error}") from None
    except ArithmeticError:
        raise _NotGraphQLError("a number has an exponent out of all range") from None
    except RecursionError:
        raise _NotGraphQLError("the JSON is nested too deeply") from None
    if "data" not in members and errors is None:
        raise _NotGraphQLError("neither data nor errors")
    if data is not None and not isinstance(data, dict):
        raise _NotGraphQLError("data is neither an object nor null")
    if errors is not None and not (isinstance(errors, list) and all(isinstance(e, dict) for e in errors)):
        raise _NotGraphQLError("errors is not a list of objects")
    return Answer(data, tuple(errors or ()))


def _members(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _read_members(body)
    except msgspec.ValidationError:
        raise _NotGraphQLError("the JSON is not an object") from None


def _read(raw: msgspec.Raw | None, shape: AnswerShape | None) -> Any:
    if raw is None:
        return None
    return _read_any(raw) if shape is None else _composite(raw, shape)


def _composite(raw: msgspec.Raw, shape: AnswerShape) -> JsonValue:
    """An object, a list of them, or whatever is there instead, for others to refuse."""
    first = memoryview(raw)[0]
    if first == _OBJECT:
        return _object(raw, shape)
    if first == _LIST:
        return [_composite(item, shape) for item in _read_items(raw)]
    return _read_any(raw)


def _object(raw: msgspec.Raw, shape: AnswerShape) -> dict[str, JsonValue]:
    members = _read_members(raw)
    typename = members.get("__typename")
    fields = shape.fields(None if typename is None else _read_any(typename))
    result: dict[str, JsonValue] = {}
    for key, value in members.items():
        field = fields.get(key)
        if field is not None:
            result[key] = _leaf(value, field) if isinstance(field, LeafShape) else _composite(value, field)
    return result


def _leaf(raw: msgspec.Raw, field: LeafShape, depth: int = 0) -> JsonValue:
    if not field.verbatim:
        return _read_any(raw)
    text = bytes(raw)
    if text == b"null":
        return None
    if depth < field.list_depth and text[0] == _LIST:
        return [_leaf(item, field, depth + 1) for item in _read_items(raw)]
    text.decode()
    return raw.copy()
