"""The invalidation endpoint: whoever changes data without the router says here what is old now."""

from collections.abc import Awaitable, Callable, Container, Sequence
from hmac import compare_digest
from typing import Final, TypeAlias

import msgspec
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from router.cache.asked_names import AskedNames
from router.cache.invalidation_request import parse
from router.cache.settings import InvalidationSettings
from router.cache.store import Invalidation, StoreUnavailableError
from router.errors import ClientError, JsonValue, RouterError
from router.incident import incident
from router.pipeline import refusal
from router.transport.body import read_body
from router.transport.disconnect import ClientGoneError

MAX_BYTES: Final = 1_000_000
_ACCEPTED: Final = 202
_UNAUTHORIZED: Final = 401
_METHOD_NOT_ALLOWED: Final = 405
_TOO_LARGE: Final = 413
_UNAVAILABLE: Final = 503
_HEADERS: Final = {
    _UNAUTHORIZED: {"www-authenticate": "Bearer"},
    _METHOD_NOT_ALLOWED: {"allow": "POST"},
    _TOO_LARGE: {"connection": "close"},  # the rest of the body is still under way
    _UNAVAILABLE: {"retry-after": "1"},
}


Invalidate: TypeAlias = Callable[[Invalidation], Awaitable[None]]
Keys: TypeAlias = Callable[[Invalidation], Sequence[str]]
"""By which a CDN drops the same."""


def invalidation_routes(
    settings: InvalidationSettings,
    names: AskedNames,
    invalidate: Invalidate,
    taken: Container[str],
    keys: Keys | None = None,
) -> list[Route]:
    """None without a key. Raises RouterError INVALID_SETTINGS for a path that is taken."""
    if settings.shared_key is None:
        return []
    if settings.path in taken:
        raise RouterError(
            "INVALID_SETTINGS", f"cache.invalidation.path: something else is at {settings.path}."
        )
    key = settings.shared_key.get_secret_value().encode()
    return [Route(settings.path, InvalidationEndpoint(names, invalidate, key, keys))]


class InvalidationEndpoint:
    """An ASGI application. What it answers with 202 is in force by then, all or nothing.

    `invalidate` raises StoreUnavailableError. With `keys` the answer has those for a CDN.
    """

    def __init__(
        self, names: AskedNames, invalidate: Invalidate, key: bytes, keys: Keys | None = None
    ) -> None:
        self._names = names
        self._keys = keys
        self._invalidate = invalidate
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, unless its client leaves before all of it is there."""
        try:
            response = _accepted(await self._answer(scope, receive))
        except ClientGoneError:
            return
        except ClientError as error:
            response = _refused(error)
        except Exception as error:
            response = _refused(incident(error))
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> dict[str, JsonValue]:
        """`count` is how many were asked for; nobody counts what they concern. Raises ClientError, ClientGoneError."""
        if scope["method"] != "POST":
            raise ClientError("METHOD_NOT_ALLOWED", "Send invalidations by POST.", status=_METHOD_NOT_ALLOWED)
        headers = dict(scope["headers"])
        if not self._is_right(headers.get(b"authorization", b"")):
            raise ClientError(
                "UNAUTHENTICATED", "The header Authorization does not have the key.", status=_UNAUTHORIZED
            )
        asked = parse(await read_body(receive, headers.get(b"content-length"), MAX_BYTES))
        what = self._names.invalidation(asked)
        if what != Invalidation():
            await self._drop(what)
        keys = {} if self._keys is None else {"surrogate_keys": self._keys(what)}
        return {"count": len(asked), **keys}

    def _is_right(self, given: bytes) -> bool:
        """In the same time for any key that is as long."""
        scheme, _, rest = given.partition(b" ")
        return compare_digest(rest.strip() if scheme.lower() == b"bearer" else given, self._key)

    async def _drop(self, what: Invalidation) -> None:
        try:
            await self._invalidate(what)
        except StoreUnavailableError:
            raise ClientError(
                "CACHE_UNAVAILABLE",
                "The cache's store did not answer, so old data may still be read. Ask again.",
                status=_UNAVAILABLE,
            ) from None


def _accepted(answer: dict[str, JsonValue]) -> Response:
    return _json(msgspec.json.encode(answer), _ACCEPTED)


def _refused(error: ClientError) -> Response:
    return _json(refusal(error).body, error.status)


def _json(body: bytes, status: int) -> Response:
    headers = {"cache-control": "no-store", **_HEADERS.get(status, {})}
    return Response(body, status, headers, "application/json; charset=utf-8")
