"""The contract between the executor and whatever carries a request to a subgraph: bytes out, bytes in."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from router.errors import InternalError, JsonValue

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


class _Parameters(msgspec.Struct, frozen=True):
    query: str
    variables: dict[str, Any] = {}
    operation_name: str | None = msgspec.field(name="operationName", default=None)


_read: Final = msgspec.json.Decoder(_Parameters).decode


class SubgraphRequest(msgspec.Struct, frozen=True, gc=False):
    """One GraphQL request. `body` is what is posted; `headers` are those that propagation lets through, in lower case.

    https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
    """

    body: bytes
    headers: Mapping[str, str] = {}
    mutation: bool = False

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


def encode_request(
    query: str, variables: Mapping[str, JsonValue] | None = None, operation_name: str | None = None
) -> bytes:
    """A request's body. The variables come last, so that all before them can be prepared."""
    body: dict[str, JsonValue] = {"query": query}
    if operation_name is not None:
        body["operationName"] = operation_name
    if variables:
        body["variables"] = variables
    return _encoder.encode(body)


class SubgraphResponse(msgspec.Struct, frozen=True, gc=False):
    """An HTTP answer that nobody has looked into. Names of headers are in lower case, repeated ones joined."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


class SubgraphError(InternalError):
    """The subgraph gave no GraphQL answer: unreachable, too slow, not JSON, not the shape of a GraphQL response."""


class SubgraphTransport(Protocol):
    """In process and HTTP are the same to the executor; in a test it is a function behind this."""

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
