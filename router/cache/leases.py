"""Of all processes that miss the same, one fetches it; the others wait for what that one fills in, no longer than a lease lasts."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from router.cache.store import GIVEN_BACK, FieldStore, Wanted
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
        """What was waited for in vain: it is fetched without a lease."""
        self._found: set[FieldOf] = set()
        """What the last claim came too late for: it is there by now."""
        self._doubted: set[FieldOf] = set()
        """What was looked for, since somebody had given it back. Once: it may be there and not be of use."""

    async def claim(self, fields: Collection[FieldOf]) -> set[FieldOf]:
        """Gives those that another process is fetching, or has fetched a moment ago."""
        denied = await self._claim(fields)
        return {*denied, *self._found}

    async def wait(self, fields: set[FieldOf], until: float | None) -> None:
        """Until each is there, or one is granted here: nobody holds what he does not fetch, or two might wait for each other. Nor does
        anybody wait for a second fetch where the first has ended with nothing: when somebody has got a lease that another one has
        given back. One that was over by itself belongs to somebody who is slow, and the next one is waited for, too.

        `until`: seconds of the event loop's clock.
        """
        assert self._store is not None  # noqa: S101 - else nothing is denied
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE
        fields = fields - self._found
        before, asked = dict.fromkeys(fields, int(self._seconds * 1000)), loop.time()
        while fields and (until is None or loop.time() < until):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            fields -= await self._filled(fields)
            begun = loop.time()
            denied = await self._claim(fields)
            passed = (loop.time() - asked) * 1000
            self._waived.update(field for field, left in denied.items() if left > before[field] > passed)
            if not self.held.isdisjoint(fields) or not self._waived.isdisjoint(fields):
                return
            before, asked = denied, begun
            fields -= self._found

    async def _claim(self, fields: Collection[FieldOf]) -> dict[FieldOf, int]:
        """For how long others have theirs, in milliseconds."""
        self._found = set()
        wanted = [field for field in fields if field not in self.held and field not in self._waived]
        if self._store is None or not wanted or len(wanted) > _MOST:
            return {}
        left = await self._store.claim(list(map(_name, wanted)), int(self._seconds * 1000))
        told = dict(zip(wanted, left, strict=True))
        self.held.update(field for field, each in told.items() if each <= 0)
        if back := {field for field, each in told.items() if each == GIVEN_BACK} - self._doubted:
            self._doubted |= back
            self._found = await self._filled(back)
            await self._store.release(self.handed_over(self._found))
        return {field: each for field, each in told.items() if each > 0}

    async def _filled(self, fields: set[FieldOf]) -> set[FieldOf]:
        """What of these is there by now."""
        assert self._store is not None  # noqa: S101 - else nothing is denied
        wanted = _wanted(fields)
        found = await self._store.read(wanted)
        return {
            (each.entity, id_)
            for each, entries in zip(wanted, found.entries, strict=True)
            for id_, entry in entries.items()
            if entry.fresh > 0
        }

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
