"""The cache of one supergraph, around all of its subgraphs."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from router.cache.answers import Answers
from router.cache.caching import CachingOptions, CachingTransport
from router.cache.filling import Filling
from router.cache.identity import Identities
from router.cache.invalidating import Naming
from router.cache.memory import MemoryStore
from router.cache.open_store import OpenStore
from router.cache.policy import policies
from router.cache.read_operation import Reader
from router.cache.settings import FieldCacheSettings
from router.cache.shapes import Shapes
from router.cache.store import Invalidation
from router.federation.supergraph import Supergraph
from router.upstream.subgraph import SubgraphTransport

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
    ) -> None:
        self.store = opened.store
        self._supergraph = supergraph
        self._settings = settings
        self._transports: dict[str, CachingTransport] = {}
        # Whole answers need to hear of every invalidation, and of a shared store's nobody tells.
        own = isinstance(opened.store, MemoryStore)
        self.answers = Answers(clock, settings.memory_bytes // _SHARE_OF_ANSWERS) if own else None
        self._all_answers = opened.answers
        if self.answers is not None:
            opened.answers.add(self.answers)

    def around(self, transports: Mapping[str, SubgraphTransport]) -> dict[str, SubgraphTransport]:
        """By name of the subgraph. The event loop that they are for has to run. Raises InvalidSupergraphError."""
        identities = Identities(self._supergraph)
        naming = Naming(self._supergraph, identities)
        filling = Filling(identities, self._settings.jitter)
        options = CachingOptions(negative_seconds=self._settings.negative_seconds)
        self._transports = {}
        for name, transport in transports.items():
            found = policies(self._supergraph, name, self._settings)
            shapes = Shapes(Reader(name, self._supergraph, identities, found))
            self._transports[name] = CachingTransport(
                name, transport, shapes, self.store, filling, naming, self.invalidate, options
            )
        return dict(self._transports)

    async def invalidate(self, what: Invalidation) -> None:
        """From its end on nobody reads what was there before. Raises StoreUnavailableError."""
        self._drop(what)
        try:
            await self.store.invalidate(what)
        finally:
            self._drop(what)  # again, for what was put together of it meanwhile

    def _drop(self, what: Invalidation) -> None:
        for each in self._all_answers:
            each.drop(what)

    async def close(self) -> None:
        """Waits for what is being filled."""
        for each in self._transports.values():
            await each.close()
