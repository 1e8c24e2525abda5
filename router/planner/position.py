"""Chooses, from the root of the operation down, how each position is resolved; every question is answered once."""

from dataclasses import replace

from router.federation.subgraph_view import TypeView
from router.operation.selection import Field, SelectionSet
from router.planner.choice import (
    AbstractPosition,
    DeferredPosition,
    EntityPosition,
    LocalPosition,
    Position,
    fetch_cost,
)
from router.planner.entity import EntityChoice
from router.planner.hops import Hop
from router.planner.resolution import TYPENAME, Resolution, Resolved


class PositionSolver:
    """The choices for one operation."""

    def __init__(self, resolution: Resolution) -> None:
        self.resolution = resolution
        self._known: dict[tuple[int, str, str, int, int], Position | None] = {}
        self._alive: list[SelectionSet] = []

    def root(self, fields: tuple[Field, ...], type_name: str) -> EntityPosition | None:
        """The choice for fields of a root type, which every subgraph can be asked for at once."""
        return self._entity(fields, type_name, None, None, 0)

    def solve(
        self, selections: SelectionSet, graph: str, type_name: str, provided: SelectionSet | None, level: int
    ) -> Position | None:
        """The cheapest way from an object that `graph` gave after `level` fetches, or None."""
        key = (id(selections), graph, type_name, id(provided), level)
        if key not in self._known:
            self._alive.append(selections)
            self._known[key] = self._solve(selections, graph, type_name, provided, level)
        return self._known[key]

    def _solve(
        self, selections: SelectionSet, graph: str, type_name: str, provided: SelectionSet | None, level: int
    ) -> Position | None:
        if self.resolution.is_local(selections, graph, type_name, provided):
            return LocalPosition(graph, type_name, selections, provided)
        view = self.resolution.static_view(graph, type_name)
        if view.is_abstract:
            return self._abstract(selections, view, provided, level)
        if not view.is_interface_object:
            selections = self.resolution.narrowing.to_object(selections, type_name)
        return self._entity(selections.fields, type_name, graph, provided, level)

    def _entity(
        self,
        fields: tuple[Field, ...],
        type_name: str,
        graph: str | None,
        provided: SelectionSet | None,
        level: int,
    ) -> EntityPosition | None:
        now = [field for field in fields if field.defer is None]
        found = EntityChoice(self, type_name, graph, provided, level).best(now)
        if found is None or len(now) == len(fields):
            return found
        given = {
            visit.graph: Hop(visit.graph, visit.level, visit.key) for visit in reversed(found.visits[1:])
        }
        deferred: list[DeferredPosition] = []
        for tag in dict.fromkeys(field.defer for field in fields if field.defer is not None):
            later = [replace(field, defer=None) for field in fields if field.defer is tag]
            for part in self._parts(later, type_name, graph):
                position = EntityChoice(self, type_name, graph, provided, level, given=given).best(part)
                if position is None or part[0] in self._with_object(part, type_name, graph):
                    # There is nothing to fetch again: the fields come with the object, and are only shown later.
                    position = EntityChoice(self, type_name, graph, provided, level).best(part)
                if position is None:
                    return None
                deferred.append(DeferredPosition(tag, tuple(part), position))
        return replace(found, deferred=tuple(deferred))

    def _parts(self, fields: list[Field], type_name: str, graph: str | None) -> list[list[Field]]:
        """Fields that are fetched with the object in any case, and the others."""
        with_object = self._with_object(fields, type_name, graph)
        parts = (with_object, [field for field in fields if field not in with_object])
        return [part for part in parts if part]

    def _with_object(self, fields: list[Field], type_name: str, graph: str | None) -> list[Field]:
        view = self.resolution.view(graph, type_name) if graph is not None else None
        if view is None:
            return []
        keys = {
            each.name
            for key in view.keys
            for each in self.resolution.field_set(key.fields, view.name).fields
            if each.selections is None
        }
        return [field for field in fields if field.name in keys]

    def _abstract(
        self, selections: SelectionSet, view: TypeView, provided: SelectionSet | None, level: int
    ) -> Position | None:
        narrowed = self.resolution.narrowing.to_types(selections, view.name, view.possible)
        shared: list[tuple[Field, Resolved, Position | None]] = []
        by_type: dict[str, list[Field]] = {}
        for field in narrowed.fields:
            if field.name == TYPENAME:
                continue
            placed = self._shared(field, view, provided, level)
            if placed is not None:
                shared.append((field, *placed))
                continue
            for type_name, _ in self.resolution.exploded(field, view):
                by_type.setdefault(type_name, []).append(field)
        objects: dict[str, EntityPosition] = {}
        for type_name in sorted(by_type):
            wanted = SelectionSet(narrowed.type, tuple(by_type[type_name]))
            own = self.resolution.narrowing.to_object(wanted, type_name)
            found = self._entity(own.fields, type_name, view.graph, provided, level)
            if found is None:
                return None
            objects[type_name] = found
        return _abstract_position(view, shared, objects, level)

    def _shared(
        self, field: Field, view: TypeView, provided: SelectionSet | None, level: int
    ) -> tuple[Resolved, Position | None] | None:
        """The field resolved on the interface itself, for all types at once, if that can be."""
        resolved = self.resolution.abstract_field(view.graph, view, field, provided)
        if resolved is None:
            return None
        if field.selections is None:
            return resolved, None
        below = self.solve(field.selections, view.graph, resolved.view.named_type, resolved.provided, level)
        return None if below is None else (resolved, below)


def _abstract_position(
    view: TypeView,
    shared: list[tuple[Field, Resolved, Position | None]],
    objects: dict[str, EntityPosition],
    level: int,
) -> AbstractPosition:
    """Fetches that several object types have in common count once: they will be one fetch."""
    fetches: set[tuple[str, int]] = set()
    below: dict[tuple[str, int], Position] = {}
    depth = 0
    for field, _, position in shared:
        if position is not None:
            below[(field.key, id(position))] = position
            depth = max(depth, position.depth)
    for entity in objects.values():
        depth = max(depth, entity.depth)
        for visit in entity.visits[1:]:
            fetches.add((visit.graph, visit.level))
        for visit in entity.visits:
            for placed in visit.placed:
                if placed.below is not None:
                    below[(placed.field.key, id(placed.below))] = placed.below
    cost = sum(fetch_cost(level + at) for _, at in fetches) + sum(each.cost for each in below.values())
    fields = [(field, resolved.view, position) for field, resolved, position in shared]
    now = tuple(each for each in fields if each[0].defer is None)
    later = tuple(each for each in fields if each[0].defer is not None)
    return AbstractPosition(view.graph, view.name, now, objects, cost, depth, later)
