"""Errors of an execution: those of subgraphs in the client's terms, and which nulls they explain."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from router.errors import JsonValue
from router.executor.tree import ResponsePath, common_start
from router.upstream.codes import INVALID_RESPONSE
from router.upstream.subgraph import SubgraphError

JsonObject: TypeAlias = dict[str, JsonValue]

SUBGRAPH_ERROR: Final = "DOWNSTREAM_SERVICE_ERROR"
"""The code of a subgraph's error that came without one."""
NULL_IN_NON_NULL: Final = "NON_NULL_FIELD_IS_NULL"
INVALID_VALUE: Final = "INVALID_FIELD_VALUE"

_FAILURES: Final[Mapping[str, str]] = {
    "SUBREQUEST_TIMEOUT": "did not answer in time",
    "SUBREQUEST_CONNECTION_FAILED": "could not be reached",
    "SUBREQUEST_HTTP_ERROR": "failed to answer",
    INVALID_RESPONSE: "gave an answer that is not a valid GraphQL response",
    "SUBREQUEST_CIRCUIT_OPEN": "is not asked at the moment, because it kept failing",
}

ErrorPolicy: TypeAlias = Callable[[str, JsonObject], JsonObject]
"""What clients see of an error that a subgraph wrote: (subgraph, error as it is) -> error to show.

The path is set afterwards, from the path that the subgraph gave; `extensions.service` and a code are always added.
"""


def show_subgraph_error(service: str, error: JsonObject) -> JsonObject:
    """Shows the message and the extensions of every subgraph."""
    return error


@dataclass(frozen=True, slots=True)
class FetchError:
    """`explains`: paths where, or below which, a null needs no error of its own."""

    error: JsonObject
    explains: tuple[ResponsePath, ...]


class FetchScope(Protocol):
    """The part of the client's answer that a fetch was for."""

    def all(self) -> Iterable[ResponsePath]:
        """Every field or object that the fetch was to fill."""

    def locate(self, path: ResponsePath) -> Sequence[ResponsePath]:
        """Where in the client's answer this path of the subgraph's answer is: all places of a shared entity."""


def failed_fetch(service: str, failure: SubgraphError, scope: FetchScope) -> FetchError:
    """The one error for a subgraph that gave no GraphQL answer. Of the failure only the code is shown."""
    reason = _FAILURES.get(failure.code, "failed to answer")
    error: JsonObject = {
        "message": f"subgraph '{service}' {reason}",
        "extensions": {"code": failure.code, "service": service},
    }
    places = tuple(scope.all())
    return _unplaced(error, places, common_start(places))


def subgraph_errors(
    service: str, errors: Iterable[JsonObject], scope: FetchScope, policy: ErrorPolicy
) -> list[FetchError]:
    """The errors of a GraphQL answer, once for each place in the client's answer that they speak of."""
    result: list[FetchError] = []
    everything: tuple[ResponsePath, ...] | None = None
    start: ResponsePath = ()
    for raw in errors:
        error = _presentable(service, policy(service, raw))
        path = _path(raw.get("path"))
        places = scope.locate(path) if path else ()
        if places:
            result.extend(FetchError({**error, "path": list(place)}, (place,)) for place in places)
            continue
        if everything is None:
            everything = tuple(scope.all())
            start = common_start(everything)
        result.append(_unplaced(error, everything, start))
    return result


def _presentable(service: str, error: JsonObject) -> JsonObject:
    """Without locations, which point into a text that the client never saw."""
    message, extensions = error.get("message"), error.get("extensions")
    return {
        "message": message if isinstance(message, str) else f"subgraph '{service}' reported an error",
        "extensions": {
            "code": SUBGRAPH_ERROR,
            **(extensions if isinstance(extensions, dict) else {}),
            "service": service,
        },
    }


def _path(path: JsonValue) -> ResponsePath:
    if not isinstance(path, list) or not all(type(key) in (str, int) for key in path):
        return ()
    return tuple(path)


def _unplaced(error: JsonObject, places: tuple[ResponsePath, ...], start: ResponsePath) -> FetchError:
    """An error of the whole fetch: its path is what the paths of all that it was for have in common, if anything."""
    return FetchError({**error, "path": list(start)} if start else error, places)


class ExplainedNulls:
    """Whether the error for a null at some path was reported already: at it, above it, or below it.

    Below, because a subgraph propagates a null upwards as far as its own schema says, and keeps the path of the cause.
    """

    def __init__(self, paths: Iterable[ResponsePath]) -> None:
        self._paths = set(paths)
        self._above = {path[:length] for path in self._paths for length in range(len(path))}

    def __contains__(self, path: ResponsePath) -> bool:
        return path in self._above or any(path[:length] in self._paths for length in range(len(path) + 1))
