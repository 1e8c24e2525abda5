"""Of all processes that miss the same, one fetches it; the others wait for what that one fills in, no longer than a lease lasts."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from router.cache.store import FieldStore, Wanted
from router.cache.under_way import FieldOf

_MOST: Final = 128
"""Fields that are claimed at once. Whoever misses more is not part of a herd, and claiming would take longer than it saves."""
_FIRST_PAUSE: Final = 0.004
_LONGEST_PAUSE: Final = 0.064


class Leases:
    """Of one request. Without a store, nobody else can miss the same, and all is granted."""

    def __init__(self, store: FieldStore | None, seconds: float) -> None:
        self._store = store
        self._seconds = seconds
        self.held: set[FieldOf] = set()
        self._waived: set[FieldOf] = set()
        """What was waited for in vain: somebody else has got the lease that was over, and it is fetched without."""

    async def claim(self, fields: Collection[FieldOf]) -> set[FieldOf]:
        """Gives those that another process is fetching."""
        return set(await self._claim(fields))

    async def wait(self, fields: set[FieldOf], until: float | None) -> None:
        """Until each is there, or somebody has failed or is late: then some are granted here, or to others, for whom nobody waits
        again. And nobody holds what he does not fetch, or two might wait for each other.

        `until`: seconds of the event loop's clock.
        """
        assert self._store is not None  # noqa: S101 - else nothing is denied
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        fields, before = set(fields), dict.fromkeys(fields, self._seconds * 1000)
        while fields and (until is None or loop.time() < until):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            found = await self._store.read(_wanted(fields))
            known = {
                (each.entity, id_)
                for each, entries in zip(_wanted(fields), found.entries, strict=True)
                for id_, entry in entries.items()
                if entry.fresh > 0
            }
            fields -= known
            denied = await self._claim(fields)
            self._waived.update(field for field, left in denied.items() if left > before[field])
            if len(denied) < len(fields) or not self._waived.isdisjoint(fields):
                return
            before.update(denied)

    async def _claim(self, fields: Collection[FieldOf]) -> dict[FieldOf, int]:
        """For how long others have theirs, in milliseconds."""
        wanted = [field for field in fields if field not in self.held and field not in self._waived]
        if self._store is None or not wanted or len(wanted) > _MOST:
            return {}
        left = await self._store.claim(list(map(_name, wanted)), int(self._seconds * 1000))
        self.held.update(field for field, each in zip(wanted, left, strict=True) if not each)
        return {field: each for field, each in zip(wanted, left, strict=True) if each}

    def handed_over(self, fields: Iterable[FieldOf]) -> Sequence[str]:
        """Whoever gets these names releases them."""
        own = self.held.intersection(fields)
        self.held -= own
        return list(map(_name, own))

    def rest(self) -> Sequence[str]:
        """The names of all that are still held; they are to be released."""
        return self.handed_over(tuple(self.held))


def _name(field: FieldOf) -> str:
    return "\0".join(field)


def _wanted(fields: Iterable[FieldOf]) -> list[Wanted]:
    ids: dict[str, list[str]] = {}
    for entity, id_ in sorted(fields):
        ids.setdefault(entity, []).append(id_)
    return [Wanted(entity, tuple(found)) for entity, found in ids.items()]
