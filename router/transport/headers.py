"""Reads a client's headers, in one pass: those that the transport decides by, and those for the subgraphs."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import msgspec

from router.transport.request_id import HEADER as REQUEST_ID
from router.transport.request_id import request_id_of
from router.upstream.headers import HeaderRules, propagated

_OWN: Final = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"cache-control",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"if-none-match",
        b"origin",
        b"sec-fetch-site",
        b"user-agent",
        b"x-request-id",
    }
)


class RequestHeaders(msgspec.Struct, frozen=True, gc=False):
    """`own` are the transport's, the first of each name; `passed` are the subgraphs'. Both in lower case."""

    own: Mapping[bytes, bytes]
    passed: Mapping[str, str]
    request_id: bytes


class HeaderReader:
    """`names` are headers that the transport needs to know of beside those that it always does."""

    def __init__(self, rules: HeaderRules, new_id: Callable[[], str], names: Collection[str] = ()) -> None:
        self._rules = rules
        self._new_id = new_id
        self._own = _OWN | {name.encode() for name in names}
        others = (rules.names | {"connection"}) - {REQUEST_ID}
        self._passing = {name.encode(): name for name in others}
        self._passes_id = REQUEST_ID in rules.names

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> RequestHeaders:
        """As ASGI has them: names in lower case."""
        own: dict[bytes, bytes] = {}
        passing = []
        for name, value in headers:
            if name in self._own:
                own.setdefault(name, value)
            if name in self._passing:
                passing.append((self._passing[name], value.decode("latin-1")))
        request_id = request_id_of(own.get(b"x-request-id"), self._new_id)
        if self._passes_id:
            passing.append((REQUEST_ID, request_id))
        return RequestHeaders(own, propagated(passing, self._rules), request_id.encode())
