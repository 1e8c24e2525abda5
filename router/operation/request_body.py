"""The body of a GraphQL request: https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters"""

from collections.abc import Mapping
from typing import Final

import msgspec

from router.errors import JsonValue

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def encode_request(
    query: str, variables: Mapping[str, JsonValue] | None = None, operation_name: str | None = None
) -> bytes:
    """As JSON. The variables come last, so that all before them can be prepared."""
    body: dict[str, JsonValue] = {"query": query}
    if operation_name is not None:
        body["operationName"] = operation_name
    if variables:
        body["variables"] = variables
    return _encoder.encode(body)
