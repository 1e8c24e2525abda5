"""The contract between the transport and whatever knows who sends a request."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from router.security.principal import Principal

RawHeaders: TypeAlias = Iterable[tuple[bytes, bytes]]
"""As ASGI has them."""


class Sender(NamedTuple):
    """`principal` is None for the anonymous. `headers` are those for subgraphs, with the token as it was read here."""

    principal: Principal | None
    headers: Mapping[str, str]


class Authentication(Protocol):
    """`header` is the one that tells who asks, in lower case."""

    header: str

    async def sender(self, headers: RawHeaders, passed: Mapping[str, str]) -> Sender:
        """`passed` are the headers that go on to subgraphs. Raises ClientError."""
