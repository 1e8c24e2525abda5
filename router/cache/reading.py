"""One query on its way through the cache: look, fetch what is missing, and put the answer together."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import msgspec

from router.cache.asking import Asking, Spot
from router.cache.fetching import FailedError, Fetching, Surroundings, root_name, top_name
from router.cache.looking import Looking, Missing
from router.cache.put_together import MissingEntryError, PuttingTogether
from router.cache.shape import Shape
from router.cache.store import FieldStore
from router.cache.take_apart import Taken, UnexpectedAnswerError
from router.cache.usage import CacheMode, Usage
from router.cache.viewer import Viewer
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

_ROUNDS: Final = 8
"""Whoever waits for somebody else's fetch may have to look again; after so many times it asks for the whole."""
_JSON: Final = {"content-type": "application/json"}
_UNUSABLE: Final = (MissingEntryError, UnexpectedAnswerError, msgspec.MsgspecError, UnicodeError)
_encode: Final = msgspec.json.Encoder().encode

_Tops: TypeAlias = list[tuple[str, list[Spot]]]
"""By response key, what an operation begins with."""


class Reading:
    """Of one request."""

    def __init__(
        self,
        around: Surroundings,
        store: FieldStore,
        shape: Shape,
        request: SubgraphRequest,
        variables: dict[str, Any],
        viewer: Viewer,
    ) -> None:
        self._around = around
        self._shape = shape
        self._request = request
        self._variables = variables
        self._asking = Asking(variables, viewer)
        self._looking = Looking(store, around.under_way, self._asking, around.absent)
        self._fetching = Fetching(around, request, variables, self._asking, self._looking)

    async def run(self) -> SubgraphResponse:
        """Raises SubgraphError, as the transport would."""
        response = await self._run()
        if self._request.usage is not None:
            self._note(self._request.usage)
        return response

    def _note(self, usage: Usage) -> None:
        filling, asking, looking = self._around.filling, self._asking, self._looking
        tags: set[str] = set(looking.tags)
        is_shared = True
        for spot in looking.visited:
            for asked in asking.fields(spot):
                is_shared = is_shared and asked.is_shared
                taken = Taken(spot.entity, asked.member, asked.id, b"")
                tags.update(filling.tags(taken, lambda each: asking.arguments(each.member), None))
        usage.add(
            looking.fresh, (*looking.values, *looking.absent), tags, is_shared=is_shared and looking.is_shared
        )

    async def _run(self) -> SubgraphResponse:
        usage = self._request.usage
        refreshes = usage is not None and usage.mode is CacheMode.REFRESH
        tops = self._tops() if self._shape.useful and not refreshes else None
        if tops is None:
            await self._looking.now()
            return await self._fetching.whole(self._shape, ())
        spots = [spot for _, found in tops for spot in found]
        try:
            answer = await self._from_parts(tops, spots)
        except FailedError:
            answer = await self._from_spare(tops, spots)
        except _UNUSABLE:
            answer = None
        return answer or await self._fetching.whole(self._shape, spots)

    def _tops(self) -> _Tops | None:
        """None where the cache has no name for an entity that is sent."""
        if self._shape.root is not None:
            return [("", [Spot(self._shape.root, root_name(self._shape.root))])]
        found: _Tops = []
        for top in self._shape.tops:
            spots = []
            for representation in self._variables.get(top.variable, ()):
                named = top_name(top.selection, representation)
                if named is None or not named[0].fetchable:
                    return None
                spots.append(Spot(*named, representation))
            found.append((top.key, spots))
        return found

    async def _from_parts(self, tops: _Tops, spots: Sequence[Spot]) -> SubgraphResponse | None:
        """None where nothing is known, or it does not come to an end. Raises FailedError where a subgraph fails."""
        looking = self._looking
        for _ in range(_ROUNDS):
            outlook = await looking.look(spots)
            if outlook.is_clear:
                answer = self._answer(tops)
                if looking.stale:
                    self._around.beside(self._refresh(spots))
                return answer
            if not looking.hits and not looking.spare and not outlook.waits:
                return None
            await self._get(outlook.missing.values(), outlook.waits)
        return None

    async def _from_spare(self, tops: _Tops, spots: Sequence[Spot]) -> SubgraphResponse | None:
        """With what is beyond its time, but better than an error. None if that is not all that is needed."""
        known = 0
        with suppress(*_UNUSABLE):
            while len(self._looking.spare) > known:
                known = len(self._looking.spare)
                self._looking.use_spare()
                if (await self._looking.look(spots)).is_clear:
                    return self._answer(tops)
        return None

    async def _refresh(self, spots: Sequence[Spot]) -> None:
        """Fetches what was stale, after the answer."""
        self._looking.forget_stale()
        await self._looking.now()
        with suppress(FailedError, *_UNUSABLE):
            outlook = await self._looking.look(spots)
            await self._get(outlook.missing.values(), set())

    async def _get(self, missing: Iterable[Missing], waits: "set[asyncio.Future[Any]]") -> None:
        """Raises FailedError."""
        fetches = [self._fetching.part(each) for each in missing]
        outcomes = await asyncio.gather(*fetches, self._wait(waits), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, SubgraphError):
                raise FailedError from outcome
            if isinstance(outcome, BaseException):
                raise outcome

    async def _wait(self, waits: "set[asyncio.Future[Any]]") -> None:
        if not waits:
            return
        left = None
        if self._request.deadline is not None:
            left = max(0.0, self._request.deadline - asyncio.get_running_loop().time())
        done, late = await asyncio.wait(waits, timeout=left)
        if late:
            raise FailedError
        for each in done:
            self._looking.take_over(each.result() or {})

    def _answer(self, tops: _Tops) -> SubgraphResponse:
        together = PuttingTogether(self._asking, self._looking.values)
        absent = self._looking.absent
        if self._shape.root is not None:
            [(_, [spot])] = tops
            data = together.write(spot)
        else:
            parts = []
            for key, spots in tops:
                found = [b"null" if spot.entity in absent else together.write(spot) for spot in spots]
                parts.append(b"%b:[%b]" % (_encode(key), b",".join(found)))
            data = b"{%b}" % b",".join(parts)
        return SubgraphResponse(b'{"data":%b}' % data, 200, _JSON)
