"""The contract between the executor and whatever carries a request to a subgraph."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from router.errors import InternalError, JsonValue


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL request. `headers` are those that propagation lets through, names in lower case."""

    query: str
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mutation: bool = False


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """`data` is None where the subgraph answered null or no data; `errors` are as the subgraph sent them."""

    data: dict[str, JsonValue] | None
    errors: tuple[dict[str, JsonValue], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


class SubgraphError(InternalError):
    """The subgraph gave no GraphQL answer: unreachable, too slow, not JSON, not the shape of a GraphQL response."""


class SubgraphTransport(Protocol):
    """In process and HTTP are the same to the executor; in a test it is a function behind this."""

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
