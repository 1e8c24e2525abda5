"""The parameters of a request, from a JSON body or from a query string."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from router.errors import ClientError, JsonValue

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_KINDS: Final[Mapping[str, tuple[type, str]]] = {
    "query": (str, "a string"),
    "operationName": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}


class Parameters(msgspec.Struct, frozen=True, gc=False):
    """https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters"""

    query: str | None = None
    operation_name: str | None = msgspec.field(default=None, name="operationName")
    variables: dict[str, JsonValue] | None = None
    extensions: dict[str, JsonValue] | None = None


_read: Final = msgspec.json.Decoder(Parameters).decode


def parameters_from_body(body: bytes, what: str = "The request's body") -> Parameters:
    """Members that the specification does not name are passed over. `what` it is that errors speak of.

    Raises ClientError INVALID_JSON, BATCHING_NOT_SUPPORTED or INVALID_REQUEST.
    """
    try:
        return _read(body)
    except (ValueError, RecursionError):
        return _read_again(body, what)


def _read_again(body: bytes, what: str) -> Parameters:
    """For what begins with a byte order mark, and to say what is wrong with the rest."""
    value = _decode(body.removeprefix(_BYTE_ORDER_MARK), what)
    if isinstance(value, list):
        raise ClientError("BATCHING_NOT_SUPPORTED", "Send one operation per request, not a list of them.")
    if not isinstance(value, dict):
        raise ClientError("INVALID_REQUEST", f'{what} must be an object, such as {{"query": "…"}}.')
    return _parameters(value)


def parameters_from_query_string(query_string: bytes) -> Parameters:
    """Raises ClientError INVALID_JSON or INVALID_REQUEST."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeError, ValueError):
        raise ClientError("INVALID_REQUEST", "The URL's query string is not URL-encoded UTF-8.") from None
    value: dict[str, Any] = {}
    for name, text in pairs:
        if name in value:
            raise ClientError("INVALID_REQUEST", f"The parameter {name} is given more than once.")
        is_json = name in ("variables", "extensions") and text
        value[name] = _decode(text.encode(), f"The parameter {name}") if is_json else text or None
    return _parameters(value)


def _decode(text: bytes, what: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise not_json(what, error) from None


def not_json(what: str, error: ValueError | RecursionError) -> ClientError:
    """INVALID_JSON, for what a decoder raises."""
    match error:
        case RecursionError():
            why = "is nested too deeply."
        case UnicodeError():
            why = "is not UTF-8."
        case _:
            why = f"is not JSON: {error}."
    return ClientError("INVALID_JSON", f"{what} {why}")


def _parameters(value: Mapping[str, Any]) -> Parameters:
    for name, (kind, wanted) in _KINDS.items():
        if not isinstance(value.get(name), kind | None):
            raise ClientError("INVALID_REQUEST", f"The parameter {name} must be {wanted}.")
    return Parameters(
        query=value.get("query"),
        operation_name=value.get("operationName"),
        variables=value.get("variables"),
        extensions=value.get("extensions"),
    )
