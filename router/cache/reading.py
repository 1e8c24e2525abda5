"""One query on its way through the cache: look, fetch what is missing, and put the answer together."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import msgspec

from router.cache.asking import Asking, Spot
from router.cache.fetching import (
    UNUSABLE,
    FailedError,
    Fetching,
    Part,
    Surroundings,
    pointers_of,
    root_name,
    top_name,
)
from router.cache.leases import Leases
from router.cache.looking import Looking, Outlook
from router.cache.shadow import compare
from router.cache.shape import Member, Shape
from router.cache.store import FieldStore
from router.cache.take_apart import Taken
from router.cache.trace import Traced
from router.cache.tracing import Tracing
from router.cache.under_way import FieldOf, Nothing, Values
from router.cache.usage import CacheMode, Usage
from router.cache.viewer import Viewer
from router.errors import JsonValue
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

_ROUNDS: Final = 8
"""Whoever waits for somebody else's fetch may have to look again; after so many times it asks for the whole."""
_JSON: Final = {"content-type": "application/json"}
_encode: Final = msgspec.json.Encoder().encode

_Tops: TypeAlias = list[tuple[str, list[Spot]]]
"""By response key, what an operation begins with."""


class Reading:
    """Of one request."""

    def __init__(
        self,
        around: Surroundings,
        store: FieldStore,
        leases: Leases,
        shape: Shape,
        request: SubgraphRequest,
        variables: dict[str, Any],
        viewer: Viewer,
    ) -> None:
        usage: Usage | None = request.usage
        trace = usage.trace if usage is not None else None
        ahead = usage.haste * around.pace.milliseconds if usage is not None else 0.0
        compares = usage is not None and usage.compares
        sampled = around.coordinates.is_sampled() or trace is not None or compares
        self._around = around
        self._shape = shape
        self._request = request
        self._usage = usage
        self._variables = variables
        self._asking = Asking(variables, viewer)
        self._leases = leases
        self._looking = Looking(
            store, around.under_way, self._asking, around.absent, around.clock, ahead, sampled=sampled
        )
        self._trace = trace
        if trace is not None:
            self._looking.origins = {}
        if compares:
            self._looking.compared = {}
        self._store = store
        self._tops: _Tops | None = None
        self._fetching = Fetching(around, request, variables, self._asking, self._looking, leases)

    async def run(self) -> SubgraphResponse:
        """Raises SubgraphError, as the transport would."""
        try:
            response = await self._run()
        finally:
            self._around.release(self._leases.rest())
        if self._usage is not None:
            self._note(self._usage)
        if self._looking.compared:
            hits = self._looking.compared
            self._around.beside(compare(self._fetching, self._store, self._shape, hits))
        if self._trace is not None:
            self._trace.note(response, self._origins(response))
        return response

    def _origins(self, response: SubgraphResponse) -> list[Traced]:
        """At once, since what was found may be fetched anew from here on."""
        looking, found = self._looking, list[Traced]()
        tracing = Tracing(
            self._asking, looking.values, looking.origins or {}, looking.absent, self._around.absent
        )
        with suppress(*UNUSABLE):
            if self._tops is None:
                found.extend(tracing.whole(self._shape, self._variables, response))
            else:
                found.extend(tracing.parts(self._shape, self._tops))
        return found

    def _note(self, usage: Usage) -> None:
        looking = self._looking
        tags, is_shared, counts = set(looking.tags), looking.is_shared, dict(looking.fetched)
        for view, spots in looking.visited.items():
            is_shared = is_shared and view.is_shared
            for asked in view.asked:
                coordinate = asked.member.coordinate
                counts[coordinate] = counts.get(coordinate, 0) + len(spots)
                member = asked.member
                if member.listed or member.tags or member.refers:
                    for spot in spots if member.tags or member.refers else spots[:1]:
                        value = looking.values.get(spot.entity, {}).get(asked.id, b"")
                        taken = Taken(spot.entity, member, asked.id, value)
                        tags.update(self._around.filling.tags(taken, self._arguments, None))
        usage.add(
            looking.until,
            (*looking.values, *looking.absent),
            tags,
            counts,
            is_shared=is_shared,
            pace=self._around.pace.milliseconds,
        )

    def _arguments(self, taken: Taken) -> Mapping[str, JsonValue]:
        return self._asking.arguments(taken.member)

    async def _run(self) -> SubgraphResponse:
        refreshes = self._usage is not None and self._usage.mode is CacheMode.REFRESH
        tops = await self._find_tops() if self._shape.useful and not refreshes else None
        if tops is None:
            await self._looking.now()
            return await self._whole(())
        self._tops = tops
        spots = [spot for _, found in tops for spot in found]
        try:
            answer = await self._from_parts(tops, spots)
        except FailedError:
            answer = await self._from_spare(tops, spots)
        except UNUSABLE:
            answer = None
        return answer or await self._whole(spots)

    async def _whole(self, spots: Sequence[Spot], parts: Sequence[Part] = ()) -> SubgraphResponse:
        self._tops = None
        self._looking.visited = {}
        if self._looking.origins is not None:
            self._looking.origins.clear()
        return await self._fetching.whole(self._shape, spots, parts)

    async def _find_tops(self) -> _Tops | None:
        """None where the cache has no name for an entity that is sent."""
        if self._shape.root is not None:
            return [("", [Spot(self._shape.root, root_name(self._shape.root))])]
        found: _Tops = []
        pointers: dict[str, Member] = {}
        for top in self._shape.tops:
            spots: list[Spot] = []
            for representation in self._variables.get(top.variable, ()):
                named = top_name(top.selection, representation)
                if named is not None and named[0].fetchable:
                    spots.append(Spot(*named, representation))
                    continue
                pointed = pointers_of(top.selection, representation) if named is None else ()
                if not pointed:
                    return None
                case, name = pointed[0]
                assert case.pointer is not None  # noqa: S101 - else it has no such names
                pointers[name] = case.pointer
                spots.append(Spot(case, name, representation, is_pointed=True))
            found.append((top.key, spots))
        return await self._followed(found, pointers) if pointers else found

    async def _followed(self, tops: _Tops, pointers: Mapping[str, Member]) -> _Tops | None:
        """With the names that others stand for; None where one of them is not known."""
        try:
            names = await self._looking.follow(pointers)
        except msgspec.MsgspecError:
            return None
        if len(names) < len(pointers):
            return None
        return [
            (key, [spot._replace(entity=names.get(spot.entity) or spot.entity) for spot in spots])
            for key, spots in tops
        ]

    async def _from_parts(self, tops: _Tops, spots: Sequence[Spot]) -> SubgraphResponse | None:
        """None where it does not come to an end. Raises FailedError where a subgraph fails."""
        looking = self._looking
        for _ in range(_ROUNDS):
            outlook = await looking.look(spots)
            if outlook.is_clear:
                answer = self._answer(tops)
                if looking.stale:
                    self._around.beside(self._refresh(spots))
                return answer
            parts = [self._fetching.announce(each) for each in outlook.missing.values()]
            try:
                elsewhere = await self._claim(parts, outlook)
                is_skimmed = any(part.skimmed for part in parts)
                if not (looking.hits or looking.spare or outlook.waits or elsewhere or is_skimmed):
                    return await self._whole(spots, parts)
                await self._get(parts, outlook.waits, elsewhere)
            finally:
                _give_up(parts)
        return None

    async def _from_spare(self, tops: _Tops, spots: Sequence[Spot]) -> SubgraphResponse | None:
        """With what is beyond its time, but better than an error. None if that is not all that is needed."""
        known = 0
        with suppress(*UNUSABLE):
            while len(self._looking.spare) > known:
                known = len(self._looking.spare)
                self._looking.use_spare()
                if (await self._looking.look(spots)).is_clear:
                    return self._answer(tops)
        return None

    async def _refresh(self, spots: Sequence[Spot]) -> None:
        """Fetches what was stale, or soon will be, after the answer; unless somebody does so already."""
        self._looking.forget_stale()
        await self._looking.now()
        parts: list[Part] = []
        try:
            outlook = await self._looking.look(spots)
            parts = [self._fetching.announce(each) for each in outlook.missing.values()]
            await self._claim(parts, outlook)
            await self._get(parts, set(), set())
        except UNUSABLE:
            pass  # what was stale ends in its own time
        finally:
            _give_up(parts)
            self._around.release(self._leases.rest())

    async def _claim(self, parts: Sequence[Part], outlook: Outlook) -> set[FieldOf]:
        """Takes out of the parts what another process is fetching, and gives that. What is not missing any more is for others."""
        fields = {field for part in parts for field in part.fields}
        self._around.release(self._leases.handed_over(self._leases.held - fields))
        elsewhere = await self._leases.claim(fields)
        if elsewhere:
            for part, missing in zip(parts, outlook.missing.values(), strict=True):
                self._fetching.without(part, missing, elsewhere)
        return elsewhere

    async def _get(
        self, parts: Sequence[Part], waits: "set[asyncio.Future[Values | Nothing]]", elsewhere: set[FieldOf]
    ) -> None:
        """Raises FailedError."""
        works = [self._fetching.part(part) for part in parts if part.spots]
        if waits:
            works.append(self._wait(waits))
        if elsewhere:
            works.append(self._wait_elsewhere(parts, elsewhere))
        for outcome in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(outcome, SubgraphError):
                raise FailedError from outcome
            if isinstance(outcome, BaseException):
                raise outcome

    async def _wait(self, waits: "set[asyncio.Future[Values | Nothing]]") -> None:
        left = None
        if self._request.deadline is not None:
            left = max(0.0, self._request.deadline - asyncio.get_running_loop().time())
        done, late = await asyncio.wait(waits, timeout=left)
        found = [each.result() for each in done]
        if late or Nothing.FAILED in found:
            raise FailedError
        for values in found:
            if values is Nothing.ELSEWHERE:
                self._looking.look_again()
            elif not isinstance(values, Nothing):
                self._looking.take_over(values)

    async def _wait_elsewhere(self, parts: Sequence[Part], fields: set[FieldOf]) -> None:
        await self._leases.wait(fields, self._request.deadline)
        self._looking.look_again()
        for part in parts:
            if not part.spots:
                part.announced.end(Nothing.ELSEWHERE)

    def _answer(self, tops: _Tops) -> SubgraphResponse:
        together, absent = self._looking.together, self._looking.absent
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


def _give_up(parts: Sequence[Part]) -> None:
    for part in parts:
        if not part.is_kept:
            part.announced.end(Nothing.GIVEN_UP)
