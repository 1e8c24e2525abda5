"""Speaks ASGI to an application as a server does, byte for byte."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from router.pipeline import GraphQLRequest, GraphQLResponse

Headers = Iterable[tuple[bytes, bytes]]


@dataclass
class RawRequest:
    """One HTTP request, its body in the pieces in which it comes in."""

    method: str = "POST"
    query_string: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ((b"content-type", b"application/json"),)
    body: Sequence[bytes] = (b"",)
    path: str = "/graphql"
    root_path: str = ""

    def scope(self) -> dict[str, Any]:
        """As uvicorn makes it."""
        return {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": self.method, "scheme": "http", "path": self.path, "raw_path": self.path.encode(),
            "query_string": self.query_string, "root_path": self.root_path, "headers": list(self.headers),
            "client": ("127.0.0.1", 1), "server": ("router", 80), "state": {},
        }  # fmt: skip


@dataclass
class RawAnswer:
    """What was sent back, and how often the application asked for more of the request."""

    messages: list[Any] = field(default_factory=list)
    received: int = 0

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return sorted(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


async def exchange(app: Any, request: RawRequest) -> RawAnswer:
    """The client stays until it has its answer."""
    answer = RawAnswer()
    pieces = list(request.body)

    async def receive() -> Any:
        answer.received += 1
        if not pieces:
            await asyncio.Event().wait()
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        answer.messages.append(message)

    await app(request.scope(), receive, send)
    return answer


@dataclass
class Executor:
    """Answers everything with the same, and keeps what it was asked."""

    response: GraphQLResponse = field(default_factory=lambda: GraphQLResponse(b'{"data":{"a":1}}'))
    requests: list[GraphQLRequest] = field(default_factory=list)

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        self.requests.append(request)
        return self.response
