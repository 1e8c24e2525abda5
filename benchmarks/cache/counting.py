"""A field store and transports that tell what was asked of them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import httpx

from router.cache.store import FieldStore, Fill, Found, Invalidation, Wanted
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse

_ABSENT: Final = "!"
"""What ids begin with under which a store has that there is no such entity: no fields."""


class Call(NamedTuple):
    """One request to a subgraph, and its answer."""

    subgraph: str
    body: bytes
    answer: bytes


class Taken(NamedTuple):
    """Of one request: fields as (entity, id) that the store had, and those that subgraphs were asked for."""

    found: frozenset[tuple[str, str]]
    fetched: frozenset[tuple[str, str]]


class CountingStore:
    """Notes what it is asked. As the router does not know of what kind it is, it keeps no whole answers in front of it."""

    def __init__(self, inner: FieldStore) -> None:
        self._inner = inner
        self._found: set[tuple[str, str]] = set()
        self._fetched: set[tuple[str, str]] = set()

    def take(self) -> Taken:
        """Since the last time."""
        taken = Taken(frozenset(self._found), frozenset(self._fetched))
        self._found.clear()
        self._fetched.clear()
        return taken

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """As the store inside, here and below."""
        found = await self._inner.read(wanted)
        for each, entries in zip(wanted, found.entries, strict=True):
            self._found.update((each.entity, id_) for id_ in entries if not id_.startswith(_ABSENT))
        return found

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        for fill in fills:
            self._fetched.update((fill.entity, id_) for id_ in fill.values if not id_.startswith(_ABSENT))
        await self._inner.fill(stamp, fills, age)

    async def invalidate(self, what: Invalidation) -> None:
        await self._inner.invalidate(what)

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        return await self._inner.claim(names, milliseconds)

    async def release(self, names: Sequence[str]) -> None:
        await self._inner.release(names)

    async def close(self) -> None:
        await self._inner.close()


class CountingTransport:
    """To a subgraph over HTTP; `calls` gets every call."""

    def __init__(self, subgraph: str, url: str, client: httpx.AsyncClient, calls: list[Call]) -> None:
        self._subgraph = subgraph
        self._url = url
        self._client = client
        self._calls = calls

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises httpx.HTTPError, which ends the benchmark."""
        headers = {"content-type": "application/json"}
        found = await self._client.post(self._url, content=request.body, headers=headers)
        self._calls.append(Call(self._subgraph, request.body, found.content))
        return SubgraphResponse(
            found.content, found.status_code, {"content-type": found.headers["content-type"]}
        )
