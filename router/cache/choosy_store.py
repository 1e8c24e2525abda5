"""A field store as a client sees it that does not take everything: for it, what is too old is not there."""

from collections.abc import Sequence

from router.cache.statistics import StoreStatistics
from router.cache.store import FieldStore, Fill, Found, Invalidation, Wanted
from router.cache.usage import CacheDemand


class ChoosyStore:
    """Of one request. Everybody else sees all of the store."""

    def __init__(self, store: FieldStore, demand: CacheDemand) -> None:
        self._store = store
        self._demand = demand

    async def read(self, wanted: Sequence[Wanted]) -> Found:
        """What the client takes of it."""
        found = await self._store.read(wanted)
        takes = self._demand.takes
        return Found(
            found.stamp,
            [
                {id_: entry for id_, entry in entries.items() if takes(entry.age, entry.fresh)}
                for entries in found.entries
            ],
        )

    async def fill(self, stamp: int, fills: Sequence[Fill], age: int = 0) -> None:
        """For everybody."""
        await self._store.fill(stamp, fills, age)

    async def invalidate(self, what: Invalidation) -> None:
        """For everybody. Raises StoreUnavailableError."""
        await self._store.invalidate(what)

    async def claim(self, names: Sequence[str], milliseconds: int) -> Sequence[int]:
        """Among everybody."""
        return await self._store.claim(names, milliseconds)

    async def release(self, names: Sequence[str]) -> None:
        """Among everybody."""
        await self._store.release(names)

    async def close(self) -> None:
        """For everybody."""
        await self._store.close()

    def statistics(self) -> StoreStatistics:
        """Of all of it."""
        return self._store.statistics()
