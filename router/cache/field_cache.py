"""The cache of one supergraph, around all of its subgraphs."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from router.cache.answers import Answers
from router.cache.caching import CachingOptions, CachingTransport
from router.cache.filling import Filling
from router.cache.identity import Identities
from router.cache.invalidating import Naming
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.pace import haste
from router.cache.partitions import TieredPartitions
from router.cache.policy import policies
from router.cache.read_operation import Reader
from router.cache.settings import FieldCacheSettings
from router.cache.shapes import Shapes
from router.cache.store import FieldStore, Invalidation, StoreUnavailableError
from router.cache.surrogate_keys import surrogate_keys
from router.cache.tiers import TieredStore
from router.cache.usage import CacheDemand, Usage
from router.federation.supergraph import Supergraph
from router.upstream.subgraph import SubgraphTransport

_log: Final = logging.getLogger(__name__)
_AGAIN_SECONDS: Final = 0.5
_SHARE_OF_ANSWERS: Final = 4
"""They take up to this part of the memory of a process, beside its fields."""


class FieldCache:
    """Does nothing by itself: its transports read, fill and invalidate the store, which may outlive it."""

    def __init__(
        self,
        supergraph: Supergraph,
        settings: FieldCacheSettings,
        opened: OpenStore,
        clock: Callable[[], float] = time.monotonic,
        again_seconds: float = _AGAIN_SECONDS,
    ) -> None:
        """`again_seconds`: how often a store that could not be told of a change is told again."""
        self._again_seconds = again_seconds
        self.store: FieldStore = opened.store
        self.surrogate_keys = surrogate_keys(settings)
        self.coordinates = opened.coordinates
        self.clock = clock
        self._supergraph = supergraph
        self._settings = settings
        self._transports: dict[str, CachingTransport] = {}
        self._owed: list[Invalidation] = []
        self._paying: asyncio.Task[None] | None = None
        self._opened = opened
        self.answers = _answers(opened, settings.memory_bytes // _SHARE_OF_ANSWERS, clock)
        if self.answers is not None:
            opened.answers.add(self.answers)

    def around(self, transports: Mapping[str, SubgraphTransport]) -> dict[str, SubgraphTransport]:
        """By name of the subgraph. The event loop that they are for has to run. Raises InvalidSupergraphError."""
        identities = Identities(self._supergraph)
        naming = Naming(self._supergraph, identities)
        is_own = isinstance(self.store, MemoryStore)
        options = CachingOptions(
            self._settings.viewer_headers,
            self._settings.negative_seconds,
            0.0 if is_own else self._settings.lease_ms / 1000,
            self._settings.viewer.claims,
        )
        self._transports = {}
        for name, transport in transports.items():
            found = policies(self._supergraph, name, self._settings)
            filling = Filling(name, identities, self._settings.jitter)
            shapes = Shapes(Reader(name, self._supergraph, identities, found, self.coordinates))
            self._transports[name] = CachingTransport(name, transport, shapes, self, filling, naming, options)
        return dict(self._transports)

    async def invalidate(self, what: Invalidation) -> None:
        """From its end on nobody reads what was there before. Raises StoreUnavailableError."""
        await self._opened.invalidate(what)

    async def invalidate_in_any_case(self, what: Invalidation) -> None:
        """Of what has changed already. While the store cannot be told, nothing is read from it here."""
        try:
            await self.invalidate(what)
        except StoreUnavailableError:
            _log.warning("The cache's store cannot be told what has changed, and is not read until it can.")
            self._owed.append(what)
            if self._paying is None:
                self._paying = asyncio.create_task(self._pay())

    def usage(self, demand: CacheDemand) -> Usage:
        """For a request that begins now."""
        moment = self.answers.moment if self.answers is not None else 0
        usage = Usage(moment, demand, self.haste() if demand.fetches else 0.0, clock=self.clock)
        share = self._settings.shadow if demand.fetches else 0.0
        usage.compares = share > 0 and random.random() < share  # noqa: S311 - no secret
        return usage

    def haste(self) -> float:
        """Drawn anew for each request: see `pace.haste`."""
        return haste(self._settings.refresh_ahead) if self._settings.refresh_ahead else 0.0

    def may_be_read(self) -> bool:
        """Whether the store knows of all changes that this process knows of."""
        return not self._owed

    async def _pay(self) -> None:
        while self._owed:
            await asyncio.sleep(self._again_seconds)
            with suppress(StoreUnavailableError):
                while self._owed:
                    await self.invalidate(self._owed[0])
                    del self._owed[0]
        self._paying = None
        _log.info("The cache's store knows of all changes again.")

    async def close(self) -> None:
        """Waits for what is being filled."""
        if self._paying is not None:
            self._paying.cancel()
        for each in self._transports.values():
            await each.close()


def _answers(opened: OpenStore, max_bytes: int, clock: Callable[[], float]) -> Answers | None:
    """Only where every invalidation is heard of."""
    store = opened.store
    if isinstance(store, TieredStore | TieredPartitions):
        return Answers(clock, max_bytes, opened.coordinates, lambda: store.is_coherent)
    return Answers(clock, max_bytes, opened.coordinates) if isinstance(store, MemoryStore) else None
