"""What the cache asks of a subgraph: some fields of some entities, or the whole of an operation; and what comes of it."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from router.cache.asking import Asking, Spot
from router.cache.filling import Filling
from router.cache.identity import entity_name, key_values
from router.cache.looking import Looking, Missing
from router.cache.operation_text import GROUP, REPRESENTATIONS
from router.cache.shape import Case, Selection, Shape
from router.cache.store import Fill
from router.cache.take_apart import RAW_NULL, TakingApart, UnexpectedAnswerError, name_of
from router.cache.under_way import Fetching as Announced
from router.cache.under_way import UnderWay
from router.errors import JsonValue
from router.operation.request_body import encode_request
from router.upstream.subgraph import SubgraphRequest, SubgraphResponse, SubgraphTransport

_OK: Final = range(200, 300)


class FailedError(Exception):
    """A part could not be had: no answer, or one with errors."""


class Filler(Protocol):
    """Fills a store beside the request."""

    def __call__(self, stamp: int, fills: Sequence[Fill], announced: Announced) -> None:
        """Whoever waits for the fields is told when they are there."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all queries to one subgraph have in common."""

    asking: SubgraphTransport
    filling: Filling
    under_way: UnderWay
    absent: str
    negative_seconds: float
    fill: Filler
    beside: Callable[[Coroutine[Any, Any, None]], None]
    """Runs something that no request waits for."""


class Fetching:
    """Of one request."""

    def __init__(
        self,
        around: Surroundings,
        request: SubgraphRequest,
        variables: dict[str, Any],
        asking: Asking,
        looking: Looking,
    ) -> None:
        self._around = around
        self._request = request
        self._variables = variables
        self._asking = asking
        self._looking = looking

    async def part(self, missing: Missing) -> None:
        """Raises FailedError, SubgraphError, UnexpectedAnswerError, or what msgspec raises."""
        case, groups = missing.case, frozenset(missing.groups)
        spots = list(missing.spots.values())
        announced = self._announce(spots, groups)
        apart = TakingApart(self._asking, self._looking.values)
        try:
            response = await self._around.asking.fetch(self._own_request(case, spots, groups))
            absent = self._take_part(apart, case, spots, groups, response)
            self._keep(apart, absent, response, announced)
        except BaseException:
            announced.end(None)
            raise

    async def whole(self, shape: Shape, spots: Sequence[Spot]) -> SubgraphResponse:
        """The answer as it is. Raises SubgraphError."""
        body = encode_request(shape.text, self._variables, shape.operation_name)
        announced = self._announce(spots, None)
        apart = TakingApart(self._asking, self._looking.values)
        try:
            response = await self._around.asking.fetch(self._request_with(body))
            absent = self._take_whole(apart, shape, response)
            self._keep(apart, absent, response, announced)
        except (FailedError, UnexpectedAnswerError, msgspec.MsgspecError, UnicodeError):
            announced.end(None)
            self._looking.note(0)
            return response
        except BaseException:
            announced.end(None)
            raise
        return response

    def _announce(self, spots: Iterable[Spot], groups: frozenset[int] | None) -> Announced:
        fields = (
            (spot.entity, asked.id)
            for spot in spots
            for asked in self._asking.fields(spot)
            if asked.is_storable and (groups is None or asked.member.group in groups)
        )
        return self._around.under_way.begin(fields, self._looking.stamp or 0)

    def _own_request(self, case: Case, spots: Sequence[Spot], groups: frozenset[int]) -> SubgraphRequest:
        values: dict[str, JsonValue] = {
            name: self._variables[name] for name in case.variables if name in self._variables
        }
        if case.groups > 1:
            values |= {f"{GROUP}{number}": number in groups for number in range(case.groups)}
        if case.identity is not None:
            values[REPRESENTATIONS] = [_representation(spot) for spot in spots]
        return self._request_with(encode_request(case.text, values))

    def _request_with(self, body: bytes) -> SubgraphRequest:
        return SubgraphRequest(body, self._request.headers, False, self._request.deadline)

    def _take_part(
        self,
        apart: TakingApart,
        case: Case,
        spots: Sequence[Spot],
        groups: frozenset[int],
        response: SubgraphResponse,
    ) -> set[str]:
        """Gives the entities that there are not."""
        assert case.form is not None  # noqa: S101 - shapes are complete
        data = _data(response, case.form.decode_own)
        if case.identity is None:
            apart.take_entity(spots[0], data, groups)
            return set()
        if len(data.entities) != len(spots):
            raise UnexpectedAnswerError("more or fewer entities than were asked for")
        absent = set()
        for spot, found in zip(spots, data.entities, strict=True):
            if found is None:
                absent.add(spot.entity)
            elif name_of(case, found) != spot.entity:
                raise UnexpectedAnswerError("another entity than was asked for")
            else:
                apart.take_entity(spot, found, groups)
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
                absent |= _take_top(apart, top.selection, representation, each)
        return absent

    def _keep(
        self, apart: TakingApart, absent: set[str], response: SubgraphResponse, announced: Announced
    ) -> None:
        around = self._around
        fills = around.filling.fills(
            apart.taken,
            response.headers,
            lambda each: self._asking.arguments(each.member),
            self._asking.viewer.name,
        )
        if around.negative_seconds:
            fresh = int(around.negative_seconds * 1000)
            fills += [Fill(each, {around.absent: b"null"}, fresh) for each in absent]
        held = (
            fills
            and apart.is_complete
            and sum(len(fill.values) for fill in fills)
            >= len({(each.entity, each.id) for each in apart.taken})
        )
        self._looking.note(min(fill.fresh for fill in fills) if held else 0)
        self._looking.is_shared = self._looking.is_shared and apart.is_shared
        self._looking.absent |= absent
        self._looking.tags.update(tag for fill in fills for tag in fill.tags)
        around.fill(self._looking.stamp or 0, fills, announced)


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


def _take_top(
    apart: TakingApart, selection: Selection, representation: Mapping[str, Any], found: Any
) -> set[str]:
    if found is not None and found != RAW_NULL:
        apart.take(selection, found, representation)
        return set()
    named = top_name(selection, representation)
    return set() if named is None else {named[1]}


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
