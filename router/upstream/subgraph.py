"""The contract between the executor and whatever carries a request to a subgraph: bytes out, bytes in."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

import msgspec

from router.errors import InternalError, JsonValue


class _Parameters(msgspec.Struct, frozen=True):
    query: str
    variables: dict[str, Any] = {}
    operation_name: str | None = msgspec.field(name="operationName", default=None)


_read: Final = msgspec.json.Decoder(_Parameters).decode


class SubgraphRequest(msgspec.Struct, frozen=True, gc=False):
    """One GraphQL request. `body` is what is posted; `headers` are those that propagation lets through, in lower case.

    `deadline` is when nobody waits for it any more, in seconds of the event loop's clock.
    https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
    """

    body: bytes
    headers: Mapping[str, str] = {}
    mutation: bool = False
    deadline: float | None = None
    usage: Any = None
    """Where a cache notes what became of it. Whatever carries it over a network has no use for that."""
    claims: Mapping[str, JsonValue] | None = None
    """Those of the client's token, for caches likewise."""
    since: int = 0
    """The moment of a cache at which it was made. Nobody shares a call with others than those of his moment: one from before an
    invalidation may bring what was there before."""

    @property
    def query(self) -> str:
        """The operation's text, read from the body."""
        return _read(self.body).query

    @property
    def variables(self) -> dict[str, JsonValue]:
        """Those that the operation declares and that have a value, read from the body."""
        return _read(self.body).variables

    @property
    def operation_name(self) -> str | None:
        """Read from the body."""
        return _read(self.body).operation_name


class SubgraphResponse(msgspec.Struct, frozen=True, gc=False):
    """An HTTP answer that nobody has looked into. Names of headers are in lower case, repeated ones joined."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


class SubgraphError(InternalError):
    """The subgraph gave no GraphQL answer: unreachable, too slow, not JSON, not the shape of a GraphQL response.

    `connecting`: it failed before there was a connection, so nothing of the request was sent.
    """

    def __init__(self, code: str, message: str, *, connecting: bool = False) -> None:
        super().__init__(code, message)
        self.connecting = connecting


class SubgraphTransport(Protocol):
    """In process and HTTP are the same to the executor; in a test it is a function behind this."""

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""


@runtime_checkable
class StartingTransport(Protocol):
    """A transport that needs no task: what it starts goes on by callbacks."""

    def start(self, request: SubgraphRequest) -> asyncio.Future[SubgraphResponse]:
        """The future fails with SubgraphError. Cancelling it says that nobody waits any more."""
