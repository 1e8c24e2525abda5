"""entries -> origins: goes through an answer as `put_together` does, and says of each field where it came from."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from router.cache.asking import Asking, Spot
from router.cache.fetching import pointers_of, root_name, top_name
from router.cache.other_keys import POINTER
from router.cache.put_together import kept
from router.cache.shape import Selection, Shape
from router.cache.take_apart import RAW_NULL, name_of, object_of
from router.cache.trace import UNCACHED, Origin, Status, Traced
from router.cache.under_way import FieldOf, Values
from router.executor.tree import ResponsePath
from router.upstream.subgraph import SubgraphResponse

_AT_HAND: Final = Origin(Status.HIT)


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
        if shape.root is not None:
            [(_, [spot])] = tops
            yield from self._entity(spot, (), UNCACHED)
            return
        for top, (key, spots) in zip(shape.tops, tops, strict=True):
            for index, spot in enumerate(spots):
                if spot.entity in self.absent:
                    yield from self._absent(spot, (key, index))
                else:
                    yield from self._entity(
                        spot, (key, index), self._sent(top.selection, spot.representation)
                    )

    def whole(
        self, shape: Shape, variables: Mapping[str, Any], response: SubgraphResponse
    ) -> Iterator[Traced]:
        """Of an answer that is as the subgraph gave it. Raises what is in UNUSABLE."""
        assert shape.decode is not None  # noqa: S101 - shapes are complete
        data = shape.decode(response.body).data
        if data is None:
            return
        if shape.root is not None:
            yield from self._entity(Spot(shape.root, root_name(shape.root)), (), UNCACHED)
        for number, top in enumerate(shape.tops):
            answered = zip(variables[top.variable], getattr(data, f"top{number}"), strict=True)
            for index, (sent, found) in enumerate(answered):
                place = top.key, index
                if found is not None and found != RAW_NULL:
                    yield from self._answered(top.selection, found, place, sent)
                    continue
                named = top_name(top.selection, sent)
                for case, name in [named] if named is not None else pointers_of(top.selection, sent)[:1]:
                    yield from self._absent(Spot(case, name, sent), place)

    def _sent(self, selection: Selection, representation: Mapping[str, Any] | None) -> Origin:
        """Of the key of an entity that is sent: it is at hand, unless another key was sent, which leads to it."""
        if representation is None or top_name(selection, representation) is not None:
            return _AT_HAND
        pointers = [name for _, name in pointers_of(selection, representation)]
        return next(
            (self.origins[name, POINTER] for name in pointers if (name, POINTER) in self.origins), UNCACHED
        )

    def _absent(self, spot: Spot, path: ResponsePath) -> Iterator[Traced]:
        origin = self.origins.get((spot.entity, self.absent_id), UNCACHED)
        for _, member in self.asking.shown(spot.case):
            if member is not None:
                yield (*path, member.key), origin

    def _entity(self, spot: Spot, path: ResponsePath, leading: Origin) -> Iterator[Traced]:
        """`leading`: of the field that leads to it. Its name is there, and in that the fields of its key."""
        known = self.values.get(spot.entity, {})
        fields = {id(asked.member): asked for asked in self.asking.fields(spot)}
        for _, member in self.asking.shown(spot.case):
            if member is None:
                continue
            here, asked = (*path, member.key), fields[id(member)]
            origin = leading if asked.is_key else self.origins.get((spot.entity, asked.id), UNCACHED)
            yield here, origin
            if member.below is not None and member.decode is not None and asked.id in known:
                yield from self._stored(member.below, member.decode(known[asked.id]), here, origin)

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
            yield from self._entity(Spot(case, found), path, origin)
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
            leading = UNCACHED if sent is None else self._sent(selection, sent)
            yield from self._entity(Spot(case, name, sent), path, leading)
            return
        for _, member in self.asking.shown(case):
            if member is not None:
                here = (*path, member.key)
                yield here, UNCACHED
                if member.below is not None:
                    yield from self._answered(member.below, getattr(found, member.attribute), here)
