"""Chooses, from the root of the operation down, how each position is resolved; every question is answered once."""

from router.federation.subgraph_view import TypeView
from router.operation.selection import Field, SelectionSet
from router.planner.choice import AbstractPosition, EntityPosition, LocalPosition, Position, fetch_cost
from router.planner.entity import EntityChoice
from router.planner.resolution import TYPENAME, Resolution, Resolved


class PositionSolver:
    """The choices for one operation."""

    def __init__(self, resolution: Resolution) -> None:
        self.resolution = resolution
        self._known: dict[tuple[int, str, str, int, int], Position | None] = {}
        self._alive: list[SelectionSet] = []

    def root(self, fields: tuple[Field, ...], type_name: str) -> EntityPosition | None:
        """The choice for fields of a root type, which every subgraph can be asked for at once."""
        return EntityChoice(self, type_name, None, None, 0).best(fields)

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
        return EntityChoice(self, type_name, graph, provided, level).best(selections.fields)

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
            found = EntityChoice(self, type_name, view.graph, provided, level).best(own.fields)
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
    fields = tuple((field, resolved.view, position) for field, resolved, position in shared)
    return AbstractPosition(view.graph, view.name, fields, objects, cost, depth)
