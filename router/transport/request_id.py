"""Gives every request an id: the client's, if it has a sane one, for the log, the subgraphs and the answer."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from secrets import token_hex
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "x-request-id"
_SANE: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")


def new_ids() -> Callable[[], str]:
    """Ids of 32 hexadecimal digits: a random beginning for all of them, and a number.

    The beginning is drawn for the first id, so processes that are forked from one have different ones.
    """
    return _numbered().__next__


def _numbered() -> Iterator[str]:
    beginning = token_hex(10)
    for number in count():
        yield f"{beginning}{number:012x}"


def request_id_of(given: bytes | None, new_id: Callable[[], str]) -> str:
    """The client's own, if it is 1 to 128 letters, digits or `._:/+=@-`."""
    return given.decode("ascii") if given is not None and _SANE.fullmatch(given) else new_id()


class RequestIdMiddleware:
    """Replaces the header in the request, so that whatever reads it further in sees the same id."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str]) -> None:
        self.app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = request_id_of(given.encode("latin-1"), self._new_id)
        others = [(name, value) for name, value in scope["headers"] if name != HEADER.encode()]
        scope["headers"] = [*others, (HEADER.encode(), request_id.encode())]

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)
