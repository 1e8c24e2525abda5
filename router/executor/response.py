"""The answer of an operation, and its bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from router.errors import ClientError, ClientErrors, JsonValue
from router.executor.errors import JsonObject

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """`errors` are in the form of the response format; no `extensions`, no entry."""

    data: JsonObject | None
    errors: Sequence[JsonObject] = ()
    extensions: dict[str, JsonValue] = field(default_factory=dict)


def encode(result: ExecutionResult) -> bytes:
    """The response map: https://spec.graphql.org/October2021/#sec-Response-Format"""
    response: JsonObject = {"data": result.data}
    if result.errors:
        response["errors"] = result.errors
    if result.extensions:
        response["extensions"] = result.extensions
    return _encoder.encode(response)


def encode_refusal(error: ClientError) -> bytes:
    """The response to a request that was not executed: errors and no data."""
    errors = error.errors if isinstance(error, ClientErrors) else (error,)
    return _encoder.encode({"errors": [item.to_json() for item in errors]})
