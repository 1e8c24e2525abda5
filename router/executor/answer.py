"""Reads a subgraph's HTTP answer: what is a GraphQL response, what is not, and what of it was asked for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat
from typing import Any, Final

import msgspec

from router.errors import JsonValue
from router.executor.answer_shape import AnswerShape, FieldShape, LeafShape
from router.upstream.codes import HTTP_ERROR, INVALID_RESPONSE
from router.upstream.subgraph import SubgraphError, SubgraphResponse

_JSON_TYPES: Final = frozenset({"application/json", "application/graphql-response+json"})

# A float gives back every decimal of at most 15 digits, unless an exponent takes it out of range.
_EXACT_LENGTH: Final = 15
_NONE: Final[Mapping[str, Sequence[JsonValue]]] = {}
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


def read_answer(
    response: SubgraphResponse,
    shape: AnswerShape | None = None,
    typenames: Mapping[str, Sequence[JsonValue]] = _NONE,
) -> Answer:
    """The GraphQL response in an HTTP answer, without what `shape` did not ask for.

    `typenames` are those of entities in lists at its top, for entities that do not say it themselves. Numbers keep every digit; with a shape, a Float or a custom scalar is the subgraph's own text, as `msgspec.Raw`.
    Raises SubgraphError: SUBREQUEST_HTTP_ERROR where the status says failure and the body is no GraphQL response,
    SUBREQUEST_INVALID_RESPONSE where the status says success and it is none either.
    """
    try:
        return _graphql_response(response, shape, typenames)
    except _NotGraphQLError as reason:
        if 200 <= response.status < 300:
            raise SubgraphError(INVALID_RESPONSE, str(reason)) from None
        raise SubgraphError(HTTP_ERROR, f"HTTP status {response.status}; {reason}") from None


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether the content type is one of GraphQL over HTTP."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() in _JSON_TYPES


class _NotGraphQLError(Exception):
    """Says why a body is no GraphQL response."""


def _graphql_response(
    response: SubgraphResponse, shape: AnswerShape | None, typenames: Mapping[str, Sequence[JsonValue]]
) -> Answer:
    if not is_json(response.headers):
        content_type = response.headers.get("content-type", "")
        raise _NotGraphQLError(f"content type is '{content_type[:100]}', which is not JSON")
    try:
        members = _members(response.body)
        data = _read(members.get("data"), shape, typenames)
        errors = _read(members.get("errors"), None, _NONE)
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


def _read(
    raw: msgspec.Raw | None, shape: AnswerShape | None, typenames: Mapping[str, Sequence[JsonValue]]
) -> Any:
    if raw is None:
        return None
    if shape is None or memoryview(raw)[0] != _OBJECT:
        return _read_any(raw)
    members = _read_members(raw)
    fields = shape.fields(None)
    data = _object(members, shape, None)
    for key in members.keys() & typenames.keys() & fields.keys():
        data[key] = _entities(members[key], fields[key], typenames[key])
    return data


def _entities(raw: msgspec.Raw, shape: FieldShape, typenames: Sequence[JsonValue]) -> JsonValue:
    if isinstance(shape, LeafShape) or memoryview(raw)[0] != _LIST:
        return _read_any(raw)
    items = _read_items(raw)
    known = chain(typenames, repeat(None))
    return [_composite(item, shape, typename) for item, typename in zip(items, known, strict=False)]


def _composite(raw: msgspec.Raw, shape: AnswerShape, typename: JsonValue = None) -> JsonValue:
    """An object, a list of them, or whatever is there instead, for others to refuse."""
    first = memoryview(raw)[0]
    if first == _OBJECT:
        return _object(_read_members(raw), shape, typename)
    if first == _LIST:
        return [_composite(item, shape) for item in _read_items(raw)]
    return _read_any(raw)


def _object(members: dict[str, msgspec.Raw], shape: AnswerShape, typename: JsonValue) -> dict[str, JsonValue]:
    result: dict[str, JsonValue] = {}
    if "__typename" in shape.fields(None):
        if shape.typename is not None:
            # Of an object that can have no other type, nobody has to be asked.
            typename = result["__typename"] = shape.typename
        elif "__typename" in members:
            typename = result["__typename"] = _read_any(members["__typename"])
    fields = shape.fields(typename)
    for key, value in members.items():
        field = fields.get(key)
        if field is not None and key != "__typename":
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
