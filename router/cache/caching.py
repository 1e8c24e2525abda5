"""The cache around the transport to one subgraph: what is known is not asked, and what is asked becomes known.

It stands between the executor and the guard, and speaks the language of both: a request with an operation, a response with
its answer. So neither programs nor the interpreter know of it, and any subgraph will do.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from router.cache.choosy_store import ChoosyStore
from router.cache.coordinates import Coordinates
from router.cache.fetching import Part, Surroundings
from router.cache.filling import Filling
from router.cache.invalidating import Naming
from router.cache.leases import Leases
from router.cache.mutating import Kept, Mutating
from router.cache.only_cached import NOBODY
from router.cache.pace import Pace
from router.cache.reading import Reading
from router.cache.shape import Shape
from router.cache.shapes import Shapes, variables_of
from router.cache.store import Fill, Wanted
from router.cache.under_way import UnderWay
from router.cache.usage import CacheMode, Usage
from router.cache.viewer import Viewer
from router.incident import incident
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport


@dataclass(frozen=True, slots=True)
class CachingOptions:
    """`viewer_headers` say who asks, for what is private, or `viewer_claims` where there are any. An entity that a subgraph
    does not know is kept so for `negative_seconds`."""

    viewer_headers: tuple[str, ...] = ("authorization",)
    negative_seconds: float = 10.0
    lease_seconds: float = 0.0
    """For how long one process may be the only one to fetch something. 0 where nobody else can."""
    viewer_claims: tuple[str, ...] = ()

    def viewer(self, request: SubgraphRequest) -> Viewer:
        """Who sends it."""
        return Viewer(request.headers, self.viewer_headers, request.claims, self.viewer_claims)


class Cache(Kept, Protocol):
    """What all subgraphs share."""

    coordinates: Coordinates

    def clock(self) -> float:
        """Seconds that do not go back."""

    def may_be_read(self) -> bool:
        """Whether it knows of all changes that are known here."""


class CachingTransport:
    """One subgraph with a field store before it."""

    def __init__(
        self,
        subgraph: str,
        inner: SubgraphTransport,
        shapes: Shapes,
        cache: Cache,
        filling: Filling,
        naming: Naming,
        options: CachingOptions | None = None,
    ) -> None:
        self._cache = cache
        self._inner = inner
        self._shapes = shapes
        self._mutating = Mutating(subgraph, inner, cache, naming)
        self._options = options or CachingOptions()
        self._filling: set[asyncio.Task[None]] = set()
        self._around = Surroundings(
            inner,
            filling,
            UnderWay(),
            Pace(),
            cache.coordinates,
            cache.clock,
            f"!{subgraph}",
            self._options.negative_seconds,
            self._fill,
            self._beside,
            self._release,
        )

    def start(self, request: SubgraphRequest) -> "asyncio.Future[SubgraphResponse]":
        """As the transport inside, at once where the cache has nothing to do with the operation."""
        shape = self._shapes.of(request.body)
        if request.mutation:
            return asyncio.ensure_future(self._mutate(shape, request))
        usage = request.usage
        bypassed = usage is not None and usage.mode is CacheMode.BYPASS
        inner = self._inner if usage is None or usage.demand.fetches else NOBODY
        if shape is None or shape.is_mutation or bypassed or not self._cache.may_be_read():
            if usage is not None:
                usage.never()
            begin = getattr(inner, "start", None)
            return begin(request) if begin else asyncio.ensure_future(inner.fetch(request))
        return asyncio.ensure_future(self._cached(shape, request))

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
        return await self.start(request)

    async def close(self) -> None:
        """Waits for what is being filled."""
        while self._filling:
            done, _ = await asyncio.wait(self._filling, timeout=1)
            if not done:
                return

    async def _cached(self, shape: Shape, request: SubgraphRequest) -> SubgraphResponse:
        viewer = self._options.viewer(request)
        around, store, seconds = self._around, self._cache.store, self._options.lease_seconds
        usage: Usage | None = request.usage
        if usage is not None and usage.demand.is_choosy:
            store = ChoosyStore(store, usage.demand)
        if usage is not None and not usage.demand.fetches:
            # Nobody else is to wait for what it does not fetch.
            around, seconds = replace(around, asking=NOBODY, under_way=UnderWay()), 0.0
        leases = Leases(store if seconds else None, seconds)
        return await Reading(around, store, leases, shape, request, variables_of(request.body), viewer).run()

    async def _mutate(self, shape: Shape | None, request: SubgraphRequest) -> SubgraphResponse:
        return await self._mutating.run(shape, request, self._options.viewer(request).name)

    def _fill(self, stamp: int, began: float, fills: Sequence[Fill], ended: Sequence[Part]) -> None:
        self._beside(self._fill_and_tell(stamp, began, fills, ended))

    def _release(self, names: Sequence[str]) -> None:
        if names:
            self._beside(self._cache.store.release(names))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._filling.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._filling.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception) and not isinstance(error, SubgraphError):
            incident(error)

    async def _fill_and_tell(
        self, stamp: int, began: float, fills: Sequence[Fill], ended: Sequence[Part]
    ) -> None:
        values: dict[str, dict[str, bytes]] = {}
        for fill in fills:
            values.setdefault(fill.entity, {}).update(fill.values)
        try:
            await self._learn(fills, ended)
            if fills:
                age = int((self._cache.clock() - began) * 1000)
                await self._cache.store.fill(stamp, fills, age)
        finally:
            for each in ended:
                each.announced.end(values)
        names = [name for each in ended for name in each.names]
        if names:
            await self._cache.store.release(names)

    async def _learn(self, fills: Sequence[Fill], ended: Sequence[Part]) -> None:
        """How much of what lists brought was known already."""
        lists = {member for part in ended for member in part.lists}
        own = {spot.entity for part in ended for spot in part.spots}
        inner = [Wanted(fill.entity, tuple(fill.values)) for fill in fills if fill.entity not in own]
        if not lists or not inner:
            return
        found = await self._cache.store.read(inner)
        known = sum(entry.fresh > 0 for entries in found.entries for entry in entries.values())
        total = sum(len(each.fields) for each in inner)
        for member in lists:
            member.coordinate.skimming.note(known, total)
