"""entries -> origins: goes through an answer as `put_together` does, and says of each field where it came from."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from router.cache.asking import Asking, Spot
from router.cache.fetching import pointers_of, root_name, top_name
from router.cache.put_together import kept
from router.cache.shape import Selection, Shape
from router.cache.take_apart import RAW_NULL, name_of, object_of
from router.cache.trace import UNCACHED, Origin, Traced
from router.cache.under_way import FieldOf, Values
from router.executor.tree import ResponsePath
from router.upstream.subgraph import SubgraphResponse

_AT_TOP: Final[ResponsePath] = ()


@dataclass(frozen=True, slots=True)
class Tracing:
    """Of one answer. `absent`: entities that there are not, of which `origins` has that under `absent_id`."""

    asking: Asking
    values: Values
    origins: Mapping[FieldOf, Origin]
    absent: Container[str]
    absent_id: str

    def parts(self, shape: Shape, tops: Sequence[tuple[str, Sequence[Spot]]]) -> Iterator[Traced]:
        """Of an answer that was put together. Type names are left out. Raises what is in UNUSABLE."""
        for key, spots in tops:
            for index, spot in enumerate(spots):
                yield from self._top(spot, _AT_TOP if shape.root is not None else (key, index))

    def whole(
        self, shape: Shape, variables: Mapping[str, Any], response: SubgraphResponse
    ) -> Iterator[Traced]:
        """Of an answer that is as the subgraph gave it. Raises what is in UNUSABLE."""
        assert shape.decode is not None  # noqa: S101 - shapes are complete
        data = shape.decode(response.body).data
        if data is None:
            return
        if shape.root is not None:
            yield from self._top(Spot(shape.root, root_name(shape.root)), _AT_TOP)
        for number, top in enumerate(shape.tops):
            answered = zip(variables[top.variable], getattr(data, f"top{number}"), strict=True)
            for index, (sent, found) in enumerate(answered):
                place = top.key, index
                if found is not None and found != RAW_NULL:
                    yield from self._answered(top.selection, found, place, sent)
                    continue
                named = top_name(top.selection, sent)
                for case, name in [named] if named is not None else pointers_of(top.selection, sent)[:1]:
                    yield from self._top(Spot(case, name, sent), place)

    def _top(self, spot: Spot, path: ResponsePath) -> Iterator[Traced]:
        if spot.entity not in self.absent:
            yield from self._entity(spot, path)
            return
        origin = self.origins.get((spot.entity, self.absent_id), UNCACHED)
        for _, member in self.asking.shown(spot.case):
            if member is not None:
                yield (*path, member.key), origin

    def _entity(self, spot: Spot, path: ResponsePath) -> Iterator[Traced]:
        known = self.values.get(spot.entity, {})
        ids = {id(asked.member): asked.id for asked in self.asking.fields(spot)}
        for _, member in self.asking.shown(spot.case):
            if member is None:
                continue
            here, id_ = (*path, member.key), ids[id(member)]
            origin = self.origins.get((spot.entity, id_), UNCACHED)
            yield here, origin
            if member.below is not None and member.decode is not None and id_ in known:
                yield from self._stored(member.below, member.decode(known[id_]), here, origin)

    def _stored(
        self, selection: Selection, value: Any, path: ResponsePath, origin: Origin
    ) -> Iterator[Traced]:
        """What is kept inside a field has its origin."""
        if value is None or value == RAW_NULL:
            return
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._stored(selection, item, (*path, index), origin)
            return
        case, found = kept(selection, value)
        if isinstance(found, str):
            yield from self._entity(Spot(case, found), path)
            return
        for _, member in self.asking.shown(case):
            if member is not None:
                here = (*path, member.key)
                yield here, origin
                if member.below is not None:
                    yield from self._stored(member.below, getattr(found, member.attribute), here, origin)

    def _answered(
        self, selection: Selection, value: Any, path: ResponsePath, sent: Mapping[str, Any] | None = None
    ) -> Iterator[Traced]:
        """An object where it has no name here, and so is not kept, while entities in it are."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._answered(selection, item, (*path, index))
            return
        case, found = object_of(selection, value)
        if case is None:
            return
        name = name_of(case, found)
        if name is not None:
            yield from self._entity(Spot(case, name, sent), path)
            return
        for _, member in self.asking.shown(case):
            if member is not None:
                here = (*path, member.key)
                yield here, UNCACHED
                if member.below is not None:
                    yield from self._answered(member.below, getattr(found, member.attribute), here)
