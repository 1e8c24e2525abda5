"""Gives every request an id: the client's, if it has a sane one, for the log, the subgraphs and the answer."""

import re
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "x-request-id"
_SANE: Final = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")


def _new_id() -> str:
    return uuid4().hex


class RequestIdMiddleware:
    """Replaces the header in the request, so that whatever reads it further in sees the same id."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str] = _new_id) -> None:
        self.app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else self._new_id()
        others = [(name, value) for name, value in scope["headers"] if name != HEADER.encode()]
        scope["headers"] = [*others, (HEADER.encode(), request_id.encode())]

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)
