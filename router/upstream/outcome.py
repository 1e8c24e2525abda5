"""What the end of a call says about its subgraph: whether it failed, and whether another try may end better."""

from typing import Any, Final

import msgspec

from router.upstream.codes import ACCEPT, CONNECTION_FAILED, HTTP_ERROR, TIMEOUT
from router.upstream.subgraph import SubgraphError, SubgraphResponse

SERVER_ERROR: Final = 500
"""From this status on an answer may say that the subgraph failed."""
_TEMPORARY: Final = frozenset({502, 503, 504})
_FAILURES: Final = frozenset({CONNECTION_FAILED, TIMEOUT, HTTP_ERROR})
_JSON_TYPES: Final = frozenset(ACCEPT.split(", "))


class _Response(msgspec.Struct):
    data: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    errors: list[dict[str, Any]] | None = None


_read: Final = msgspec.json.Decoder(_Response).decode


def is_failure(outcome: SubgraphResponse | BaseException) -> bool:
    """The subgraph did not answer, or with 5xx and no GraphQL. Errors in a GraphQL response are no failure.

    Nor is a body that is garbage or too large: who asks has a part in that, and the subgraph was there.
    """
    if isinstance(outcome, SubgraphResponse):
        return outcome.status >= SERVER_ERROR and not _is_graphql(outcome)
    return isinstance(outcome, SubgraphError) and outcome.code in _FAILURES


def may_retry(outcome: SubgraphResponse | BaseException) -> bool:
    """A query that ended so may end better in a moment. A timeout only where the connection was not there yet."""
    if isinstance(outcome, SubgraphResponse):
        return outcome.status in _TEMPORARY and not _is_graphql(outcome)
    if not isinstance(outcome, SubgraphError):
        return False
    return outcome.code == CONNECTION_FAILED or (outcome.code == TIMEOUT and outcome.connecting)


def _is_graphql(response: SubgraphResponse) -> bool:
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() not in _JSON_TYPES:
        return False
    try:
        found = _read(response.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return found.data is not msgspec.UNSET or found.errors is not None
