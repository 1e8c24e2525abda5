"""What the cache asks of a subgraph: some fields of some entities, or the whole of an operation; and what comes of it."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from router.cache.asking import Asking, Spot
from router.cache.coordinates import Coordinates
from router.cache.filling import Filling
from router.cache.identity import entity_name, key_values
from router.cache.leases import Leases
from router.cache.looking import Looking, Missing
from router.cache.operation_text import GROUP, REPRESENTATIONS, SKIM
from router.cache.other_keys import pointer_names, read_pointer
from router.cache.pace import Pace
from router.cache.put_together import MissingEntryError
from router.cache.shape import Case, Member, Selection, Shape
from router.cache.store import Fill
from router.cache.take_apart import RAW_NULL, TakingApart, UnexpectedAnswerError, name_of
from router.cache.under_way import Announced, FieldOf, Nothing, UnderWay, Values
from router.errors import JsonValue
from router.operation.request_body import encode_request
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport

_OK: Final = range(200, 300)


class FailedError(Exception):
    """A part could not be had: no answer, or one with errors."""


UNUSABLE: Final = (
    FailedError,
    MissingEntryError,
    UnexpectedAnswerError,
    msgspec.MsgspecError,
    UnicodeError,
)
"""What may be wrong with an answer, or an entry."""


class Filler(Protocol):
    """Fills a store beside the request."""

    def __call__(self, stamp: int, began: float, fills: Sequence[Fill], ended: "Sequence[Part]") -> None:
        """Whoever waits for these parts is told when they are there. `began`: when they were asked for."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all queries to one subgraph have in common."""

    asking: SubgraphTransport
    filling: Filling
    under_way: UnderWay
    pace: Pace
    coordinates: Coordinates
    clock: Callable[[], float]
    """In seconds; it does not go back."""
    absent: str
    negative_seconds: float
    fill: Filler
    beside: Callable[[Coroutine[Any, Any, None]], None]
    """Runs something that no request waits for."""
    release: Callable[[Sequence[str]], None]
    """Leases, beside the request."""


@dataclass(slots=True)
class Part:
    """What is asked at once: of some entities of one case, some groups of fields. Nobody else in this process asks for these
    fields until it ends. Without a case it is the whole of an operation."""

    case: Case | None
    spots: list[Spot]
    groups: frozenset[int]
    announced: Announced
    fields: set[FieldOf]
    """Of those that are missing, the ones that may be kept."""
    skimmed: frozenset[int] = frozenset()
    """Of the groups, those that are asked for no more of their entities than has to be."""
    lists: frozenset[Member] = frozenset()
    """Those that could be, and are not."""
    names: Sequence[str] = ()
    """Leases to be released at its end."""
    is_kept: bool = False
    """It ends when what came of it is in the store."""


class Fetching:
    """Of one request."""

    def __init__(
        self,
        around: Surroundings,
        request: SubgraphRequest,
        variables: dict[str, Any],
        asking: Asking,
        looking: Looking,
        leases: Leases,
    ) -> None:
        self._around = around
        self._request = request
        self._variables = variables
        self._asking = asking
        self._looking = looking
        self._leases = leases

    def announce(self, missing: Missing) -> Part:
        """To be ended, whatever happens."""
        spots = [spot for spot, _ in missing.spots.values()]
        groups = frozenset(each.member.group for _, lacking in missing.spots.values() for each in lacking)
        part = Part(missing.case, spots, groups, self._announced(spots, groups), missing.fields())
        self._skim(part, missing)
        return part

    def _skim(self, part: Part, missing: Missing) -> None:
        """Where that leaves something unknown, the rest is fetched next, and not by the same list again."""
        members = {
            each.member
            for _, lacking in missing.spots.values()
            for each in lacking
            if each.member.can_be_skimmed and each.member not in self._looking.skimmed
        }
        chosen = {each for each in members if each.coordinate.skimming.is_worth_it}
        self._looking.skim(chosen)
        part.lists = frozenset(members - chosen)
        part.skimmed = frozenset(each.group for each in chosen)

    def without(self, part: Part, missing: Missing, elsewhere: set[FieldOf]) -> None:
        """Leaves out what another process is fetching."""
        found = [
            (spot, own)
            for spot, lacking in missing.spots.values()
            if (
                own := [
                    each
                    for each in lacking
                    if not each.is_storable or (spot.entity, each.id) not in elsewhere
                ]
            )
        ]
        part.spots = [spot for spot, _ in found]
        part.groups = frozenset(each.member.group for _, own in found for each in own)
        part.skimmed &= part.groups
        part.fields = part.fields - elsewhere

    async def part(self, part: Part) -> None:
        """Raises FailedError, SubgraphError, UnexpectedAnswerError, or what msgspec raises."""
        assert part.case is not None  # noqa: S101 - that is the whole
        apart = TakingApart(self._asking, self._looking.values)
        request = self._own_request(part.case, part)
        await self._fetch(request, apart, lambda answer: self._take_part(apart, part, answer), [part])

    async def whole(
        self, shape: Shape, spots: Sequence[Spot], parts: Sequence[Part] = ()
    ) -> SubgraphResponse:
        """The answer as it is, which has what was announced as parts. Raises SubgraphError."""
        body = encode_request(shape.text, self._variables, shape.operation_name)
        own = Part(None, list(spots), frozenset(), self._announced(spots, None), set())
        apart = TakingApart(self._asking, self._looking.values)
        answers: list[SubgraphResponse] = []

        def take(answer: SubgraphResponse) -> set[str]:
            answers.append(answer)
            return self._take_whole(apart, shape, answer)

        try:
            await self._fetch(self._request_with(body), apart, take, [*parts, own])
        except UNUSABLE:
            self._looking.note(0)
        return answers[0]

    async def again(self, shape: Shape) -> Values:
        """All that the operation has, of which nothing is kept. Raises as `part`."""
        body = encode_request(shape.text, self._variables, shape.operation_name)
        values: dict[str, dict[str, bytes]] = {}
        response = await self._around.asking.fetch(self._request_with(body))
        self._take_whole(TakingApart(self._asking, values), shape, response)
        return values

    async def _fetch(
        self,
        request: SubgraphRequest,
        apart: TakingApart,
        take: Callable[[SubgraphResponse], set[str]],
        parts: Sequence[Part],
    ) -> None:
        """Ends the parts, once the answer is in the store or nothing comes of it. `take` gives the entities that there are
        not."""
        began = self._around.clock()
        try:
            response = await self._around.asking.fetch(request)
            seconds = self._around.clock() - began
            absent = take(response)
            self._count(apart, seconds)
            self._keep(apart, response, absent, parts, began)
        except BaseException as error:
            failed = isinstance(error, SubgraphError | FailedError)
            for each in parts:
                each.announced.end(Nothing.FAILED if failed else Nothing.GIVEN_UP)
            raise

    def _count(self, apart: TakingApart, seconds: float) -> None:
        self._around.pace.note(seconds)
        for each in apart.taken:
            each.member.coordinate.misses += 1
        for member in apart.passed:
            member.coordinate.passed += 1
        members = [*(each.member for each in apart.taken), *apart.passed]
        for member in members:
            member.coordinate.fetched_in += seconds / len(members)

    def _announced(self, spots: Iterable[Spot], groups: frozenset[int] | None) -> Announced:
        fields = (
            (spot.entity, asked.id)
            for spot in spots
            for asked in self._asking.fields(spot)
            if asked.is_storable and (groups is None or asked.member.group in groups)
        )
        return self._around.under_way.begin(fields, self._looking.stamp or 0)

    def _own_request(self, case: Case, part: Part) -> SubgraphRequest:
        values: dict[str, JsonValue] = {
            name: self._variables[name] for name in case.variables if name in self._variables
        }
        if case.groups > 1 or case.skimmed:
            full = part.groups - part.skimmed
            values |= {f"{GROUP}{number}": number in full for number in range(case.groups)}
            values |= {f"{SKIM}{number}": number in part.skimmed for number in case.skimmed}
        if case.identity is not None:
            values[REPRESENTATIONS] = [_representation(spot) for spot in part.spots]
        return self._request_with(encode_request(case.text, values))

    def _request_with(self, body: bytes) -> SubgraphRequest:
        return SubgraphRequest(
            body, self._request.headers, deadline=self._request.deadline, since=self._looking.stamp or 0
        )

    def _take_part(self, apart: TakingApart, part: Part, response: SubgraphResponse) -> set[str]:
        """Gives the entities that there are not."""
        case, spots, groups = part.case, part.spots, part.groups
        assert case is not None  # noqa: S101 - that is the whole
        assert case.form is not None  # noqa: S101 - shapes are complete
        data = _data(response, case.form.decode_own)
        if case.identity is None:
            apart.take_entity(spots[0], data, groups, part.skimmed)
            return set()
        if len(data.entities) != len(spots):
            raise UnexpectedAnswerError("more or fewer entities than were asked for")
        absent = set()
        for spot, found in zip(spots, data.entities, strict=True):
            if found is None and spot.is_pointed:
                raise UnexpectedAnswerError("the key leads elsewhere now")
            if found is None:
                absent.add(spot.entity)
            elif name_of(case, found) != spot.entity:
                raise UnexpectedAnswerError("another entity than was asked for")
            else:
                apart.take_entity(spot, found, groups, part.skimmed)
        return absent

    def _take_whole(self, apart: TakingApart, shape: Shape, response: SubgraphResponse) -> set[str]:
        assert shape.decode is not None  # noqa: S101 - shapes are complete
        data = _data(response, shape.decode)
        if shape.root is not None:
            apart.take_entity(Spot(shape.root, root_name(shape.root)), data)
            return set()
        absent: set[str] = set()
        for number, top in enumerate(shape.tops):
            sent = self._variables.get(top.variable, ())
            found = getattr(data, f"top{number}")
            if not isinstance(found, list) or len(found) != len(sent):
                raise UnexpectedAnswerError("more or fewer entities than were asked for")
            for representation, each in zip(sent, found, strict=True):
                absent |= self._take_top(apart, top.selection, representation, each)
        return absent

    def _take_top(
        self, apart: TakingApart, selection: Selection, representation: Mapping[str, Any], found: Any
    ) -> set[str]:
        """Gives what it is called where there is none."""
        named = top_name(selection, representation)
        pointers = [] if named is not None else pointers_of(selection, representation)
        if found is None or found == RAW_NULL:
            return {name for _, name in pointers} if named is None else {named[1]}
        name = apart.take(selection, found, representation)
        if named is None and not pointers:
            self._looking.note(0)  # nobody knows for how long this key leads to it
        for case, pointer in pointers:
            if case.pointer is not None:
                apart.pointers[pointer] = case.pointer, read_pointer(name, case.typename)
        return set()

    def _keep(
        self,
        apart: TakingApart,
        response: SubgraphResponse,
        absent: set[str],
        parts: Sequence[Part],
        began: float,
    ) -> None:
        around = self._around
        fills = around.filling.fills(
            apart.taken,
            response.headers,
            lambda each: self._asking.arguments(each.member),
            self._asking.viewer.name,
        )
        wanted = len({(each.entity, each.id) for each in apart.taken}) + len(apart.pointers) + len(absent)
        fills += around.filling.pointers(apart.pointers, response.headers)
        fills += around.filling.absent(absent, around.absent, around.negative_seconds, response.headers)
        held = fills and not apart.passed and sum(len(fill.values) for fill in fills) >= wanted
        age = (around.clock() - began) * 1000
        self._looking.note(max(0.0, min(fill.fresh for fill in fills) - age) if held else 0)
        self._looking.is_shared = self._looking.is_shared and apart.is_shared
        self._looking.absent |= absent
        self._looking.trace(apart.taken, fills, int(age))
        self._looking.tags.update(tag for fill in fills for tag in fill.tags)
        if parts[-1].case is None:
            for taken in apart.taken:
                coordinate = taken.member.coordinate
                self._looking.fetched[coordinate] = self._looking.fetched.get(coordinate, 0) + 1
        for each in parts:
            each.names, each.is_kept = self._leases.handed_over(each.fields), True
        around.fill(self._looking.stamp or 0, began, fills, parts)


def root_name(case: Case) -> str:
    """A root type is an entity without a key."""
    return f"{case.typename}:"


def top_name(selection: Selection, representation: Mapping[str, Any]) -> tuple[Case, str] | None:
    """Of an entity that is sent. None where it has no name here: another key is sent, or an unknown type."""
    case = selection.cases.get(representation.get("__typename", ""))
    if case is None or case.identity is None:
        return None
    name = entity_name(case.typename, case.identity, representation)
    return None if name is None else (case, name)


def _representation(spot: Spot) -> JsonValue:
    if spot.representation is not None:
        return dict(spot.representation)
    assert spot.case.identity is not None  # noqa: S101 - only entities are fetched by keys
    return {"__typename": spot.case.typename, **key_values(spot.entity, spot.case.identity)}


def pointers_of(selection: Selection, representation: Mapping[str, Any]) -> list[tuple[Case, str]]:
    """What an entity that is sent is called under its other keys, if that may be kept."""
    case = selection.cases.get(representation.get("__typename", ""))
    if case is None or case.pointer is None:
        return []
    return [(case, name) for name in pointer_names(case.typename, case.others, representation)]


def _data(response: SubgraphResponse, decode: Callable[[bytes], Any]) -> Any:
    """Of an answer without errors. Raises FailedError, or what msgspec raises."""
    if response.status not in _OK:
        raise FailedError
    if not response.body.isascii():
        response.body.decode()
    answer = decode(response.body)
    if answer.errors or answer.data is None:
        raise FailedError
    return answer.data
