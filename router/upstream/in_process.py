"""Subgraphs in the router's own process: an ASGI application, or a function. No socket, the same contract."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec

from router.errors import JsonValue
from router.upstream.codes import ACCEPT, HTTP_ERROR, INVALID_RESPONSE, TIMEOUT
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

T = TypeVar("T")

Message: TypeAlias = MutableMapping[str, Any]
AsgiApp: TypeAlias = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
SubgraphFunction: TypeAlias = Callable[[SubgraphRequest], Awaitable[Mapping[str, JsonValue]]]

_JSON_HEADERS: Final = {"content-type": "application/json"}
_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def json_response(answer: Mapping[str, JsonValue]) -> SubgraphResponse:
    """The HTTP answer with this GraphQL response. Raises what the encoder raises for a value that JSON has not."""
    return SubgraphResponse(_encoder.encode(answer), 200, _JSON_HEADERS)


class FunctionTransport:
    """Answers with what a function returns: a GraphQL response as a mapping."""

    def __init__(self, function: SubgraphFunction, *, timeout: float = 30.0) -> None:
        self._function = function
        self._timeout = timeout

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError. The answer goes through JSON, so it is the function's no longer, and really JSON."""
        answer = await _guarded(self._call(request), self._timeout)
        try:
            return json_response(answer)
        except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise SubgraphError(INVALID_RESPONSE, f"not JSON: {error}") from error

    async def _call(self, request: SubgraphRequest) -> Mapping[str, JsonValue]:
        return await self._function(request)


class AsgiTransport:
    """Calls an ASGI application as an HTTP server would. Its lifespan is the business of whoever made it."""

    def __init__(
        self,
        app: AsgiApp,
        *,
        url: str = "http://in-process/graphql",
        timeout: float = 30.0,
        max_response_bytes: int = 64 * 1024 * 1024,
        state: MutableMapping[str, Any] | None = None,
    ) -> None:
        self._app = app
        self._url = urlsplit(url)
        self._timeout = timeout
        self._max_bytes = max_response_bytes
        self._state = state

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
        exchange = _Exchange(request.body, self._max_bytes)
        await _guarded(self._call(request, exchange), self._timeout)
        if exchange.status is None or not exchange.complete:
            raise SubgraphError(INVALID_RESPONSE, "the application returned before its answer was complete")
        return SubgraphResponse(bytes(exchange.body), exchange.status, exchange.headers)

    async def _call(self, request: SubgraphRequest, exchange: "_Exchange") -> None:
        scope = self._scope(request, len(exchange.request_body))
        await self._app(scope, exchange.receive, exchange.send)

    def _scope(self, request: SubgraphRequest, content_length: int) -> MutableMapping[str, Any]:
        headers = {
            **request.headers,
            "host": self._url.netloc,
            "content-type": "application/json",
            "content-length": str(content_length),
            "accept": ACCEPT,
        }
        path = self._url.path or "/"
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": self._url.scheme,
            "path": path,
            "raw_path": path.encode(),
            "query_string": self._url.query.encode(),
            "root_path": "",
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            "client": None,
            "server": (self._url.hostname or "in-process", self._url.port or 80),
        }
        if self._state is not None:
            scope["state"] = dict(self._state)
        return scope


class _Exchange:
    """The server's side of one ASGI request."""

    def __init__(self, request_body: bytes, max_response_bytes: int) -> None:
        self.request_body = request_body
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.complete = False
        self._max_bytes = max_response_bytes
        self._received = False
        self._closed = asyncio.Event()

    async def receive(self) -> Message:
        """The whole request, then a disconnect, once the answer is complete."""
        if not self._received:
            self._received = True
            return {"type": "http.request", "body": self.request_body, "more_body": False}
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Keeps start and body of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in message.get("headers", ())
            }
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if len(self.body) > self._max_bytes:
                raise SubgraphError(INVALID_RESPONSE, f"more than {self._max_bytes} bytes")
            if not message.get("more_body", False):
                self.complete = True
                self._closed.set()


async def _guarded(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """An exception is a failed request, as it would be with a process between; context variables stay inside, too."""
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.create_task(work)
    except TimeoutError as error:
        raise SubgraphError(TIMEOUT, f"no answer within {seconds} s") from error
    except SubgraphError:
        raise
    except Exception as error:
        raise SubgraphError(HTTP_ERROR, f"the subgraph raised {error!r}") from error
