"""An answer from what is cached, and no other: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1.7"""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Final, NoReturn, TypeVar

from router.errors import ClientError
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport

T = TypeVar("T")

_GATEWAY_TIMEOUT: Final = 504


class _NotAskedError(SubgraphError):
    def __init__(self) -> None:
        super().__init__("NOT_CACHED", "the client wants nothing that has to be asked for")


class _Nobody:
    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        raise _NotAskedError


NOBODY: Final[SubgraphTransport] = _Nobody()
"""Inside a cache, in place of a subgraph that is not to be asked."""


class OnlyCached:
    """Of one request. The first thing that no cache has ends all of it, without errors in an answer that nobody gets."""

    def __init__(self, transports: Mapping[str, SubgraphTransport]) -> None:
        self._lacking = asyncio.Event()
        self.transports: Mapping[str, SubgraphTransport] = {
            name: _Cached(transport, self._lacking) for name, transport in transports.items()
        }

    async def answer(self, run: Coroutine[Any, Any, T]) -> T:
        """What `run` comes to with these transports. Raises ClientError NOT_CACHED."""
        work, lacking = asyncio.ensure_future(run), asyncio.ensure_future(self._lacking.wait())
        try:
            await asyncio.wait((work, lacking), return_when=asyncio.FIRST_COMPLETED)
            if self._lacking.is_set():
                not_cached()
            return await work
        finally:
            work.cancel()
            lacking.cancel()


class _Cached:
    def __init__(self, inner: SubgraphTransport, lacking: asyncio.Event) -> None:
        self._inner = inner
        self._lacking = lacking

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        try:
            return await self._inner.fetch(request)
        except _NotAskedError:
            self._lacking.set()
            await asyncio.Event().wait()  # until all of it is cancelled
            raise


def not_cached() -> NoReturn:
    """Raises ClientError NOT_CACHED."""
    raise ClientError(
        "NOT_CACHED",
        "Not all of this is cached, and the request says only-if-cached.",
        status=_GATEWAY_TIMEOUT,
    )
