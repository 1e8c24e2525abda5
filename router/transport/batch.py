"""Batches: a list of requests in one body, and the list of their answers, in its order.

GraphQL over HTTP says nothing of them. The form and the codes are Apollo's:
https://www.apollographql.com/docs/graphos/routing/performance/query-batching
"""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from router.cache.surrogate_keys import SurrogateKeys
from router.errors import ClientError
from router.pipeline import GraphQLResponse
from router.transport.parameters import Parameters, not_json, parameters_from_body

Batch: TypeAlias = Sequence[Parameters | ClientError]
"""Of an element that is wrong there is the error, and the others all the same."""

_LIST: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*\[")
_UNPROCESSABLE: Final = 422
_read: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


def is_batch(body: bytes) -> bool:
    """Whether it begins as a list does."""
    return _LIST.match(body) is not None


def batch_from_body(body: bytes, max_operations: int) -> Batch:
    """Raises ClientError INVALID_JSON, INVALID_REQUEST or BATCH_LIMIT_EXCEEDED."""
    try:
        elements = _read(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise not_json("The request's body", error) from None
    if not elements:
        raise ClientError("INVALID_REQUEST", "The batch has no requests.")
    if len(elements) > max_operations:
        raise ClientError(
            "BATCH_LIMIT_EXCEEDED",
            f"The batch has {len(elements)} requests, and may have {max_operations}.",
            status=_UNPROCESSABLE,
        )
    return [_element(bytes(each)) for each in elements]


def _element(text: bytes) -> Parameters | ClientError:
    what = "An element of a batch"
    if is_batch(text):
        return ClientError("INVALID_REQUEST", f"{what} must be one request, not another batch.")
    try:
        return parameters_from_body(text, what)
    except ClientError as error:
        return error


def merged(responses: Sequence[GraphQLResponse], surrogate_keys: SurrogateKeys | None) -> GraphQLResponse:
    """Of a batch: it holds as long as all of them do, and for everybody for whom all of them do."""
    keys: bytes | None = b""
    if surrogate_keys is not None:
        keys = surrogate_keys.merged(each.surrogate_keys for each in responses)
    return GraphQLResponse(
        b"[%b]" % b",".join([each.body for each in responses]),
        fresh=min(each.fresh for each in responses),
        is_shared=keys is not None and all(each.is_shared for each in responses),
        surrogate_keys=keys or b"",
    )
