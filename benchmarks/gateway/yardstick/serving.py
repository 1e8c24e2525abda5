"""A program behind HTTP: the least that an ASGI application can do for a GraphQL request."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import msgspec
from starlette.types import Receive, Scope, Send

from benchmarks.gateway.yardstick.client import Call, Pool, SingleFlight


class _Request(msgspec.Struct, gc=False):
    query: str
    variables: msgspec.Raw = msgspec.Raw(b"null")
    operation_name: str | None = msgspec.field(name="operationName", default=None)


class Program(Protocol):
    """Made with a call for each subgraph."""

    async def run(self) -> bytes:
        """The answer, as JSON."""


_read: Final = msgspec.json.Decoder(_Request).decode
_JSON: Final = (b"content-type", b"application/json")


class Application:
    """Answers every request with the program's one answer. `make` is called once the event loop is there."""

    def __init__(
        self, make: Callable[[Mapping[str, Call]], Program], urls: Mapping[str, str], *, single_flight: bool
    ) -> None:
        pools = {name: Pool(url).call for name, url in urls.items()}
        calls = {name: SingleFlight(call).call for name, call in pools.items()} if single_flight else pools
        self._run = make(calls).run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the request as a router has to, and does not look at what it says."""
        message = await receive()
        body = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        _read(body)
        answer = await self._run()
        length = (b"content-length", b"%d" % len(answer))
        await send({"type": "http.response.start", "status": 200, "headers": [_JSON, length]})
        await send({"type": "http.response.body", "body": answer})
