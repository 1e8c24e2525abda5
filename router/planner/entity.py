"""Chooses the visits for one object: which subgraph gives which of its fields, and in which order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Protocol

from router.operation.selection import Field, SelectionSet
from router.planner.choice import EntityPosition, LocalPosition, Placed, Position, Visit, fetch_cost
from router.planner.hops import Hop, Hops
from router.planner.options import Option, Options, Part
from router.planner.resolution import TYPENAME, Resolution

_MAX_COMBINATIONS = 256


class Solver(Protocol):
    """What the choice for an object needs from the planner: the choice for what lies below."""

    resolution: Resolution

    def solve(
        self, selections: SelectionSet, graph: str, type_name: str, provided: SelectionSet | None, level: int
    ) -> Position | None:
        """None where it cannot be resolved from there."""


@dataclass(slots=True, eq=False)
class _Item:
    """A field to get. A requirement is only needed while some chosen part requires it."""

    field: Field
    options: list[Option]
    is_requirement: bool = False
    chosen: int = 0


@dataclass(slots=True)
class _Evaluation:
    """The levels and positions that follow from one combination of options."""

    hops: dict[str, Hop]
    levels: dict[int, int] = field(default_factory=dict)
    ready: dict[int, int] = field(default_factory=dict)
    below: dict[int, Position | None] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)


class _Impossible(Exception):
    """The combination has no order of visits."""


class EntityChoice:
    """The choice for one set of fields of `type_name`, in the hands of subgraph `start` (None at the root)."""

    def __init__(
        self,
        solver: Solver,
        type_name: str,
        start: str | None,
        provided: SelectionSet | None,
        level: int,
        *,
        given: Mapping[str, Hop] | None = None,
    ) -> None:
        """With `given`, everything is fetched anew: `start`, and the visits that are given, have no more than keys."""
        self._is_away = given is not None and start is not None
        self._given = given if given is not None and start is not None else {}
        self._solver = solver
        self._resolution = solver.resolution
        self._type_name = type_name
        self._start = start
        self._level = level
        self._hops = Hops(self._resolution, type_name, start, provided, self._given)
        self._options = Options(self._resolution, type_name, start, provided, self._hops)
        if self._is_away:
            self._options.away(self._given)
        self._items: list[_Item] = []
        self._required: dict[tuple[str, int], int] = {}

    def best(self, fields: Sequence[Field]) -> EntityPosition | None:
        """The cheapest way found to get all fields, or None where there is none."""
        self._items = [_Item(each, self._options.of(each)) for each in fields]
        self._add_requirements()
        if any(not item.options for item in self._items if not item.is_requirement):
            return None
        self._drop_hopeless_options()
        self._settle_leaves()
        variables = self._variables()
        best: EntityPosition | None = None
        for combination in self._combinations(variables):
            for group, chosen in zip(variables, combination, strict=True):
                for item in group:
                    item.chosen = chosen
            found = self._evaluate()
            if found is not None and (best is None or _rank(found) < _rank(best)):
                best = found
        return best

    def _add_requirements(self) -> None:
        """Every field that some option requires becomes an item of its own, and so on with its options."""
        for item in self._items:
            for option in item.options:
                for part in option:
                    for each in self._requirements(part):
                        key = (each.signature, id(each.selections))
                        if key not in self._required:
                            self._required[key] = len(self._items)
                            self._items.append(_Item(each, self._options.of(each), is_requirement=True))

    def _requirements(self, part: Part) -> tuple[Field, ...]:
        node = part.resolved.view.requires
        view = self._resolution.view(part.graph, self._type_name)
        if node is None or view is None:
            return ()
        selections = self._resolution.field_set(node, view.name)
        if self._type_name != view.name:
            selections = self._resolution.narrowing.to_object(selections, self._type_name)
        return selections.fields

    def _required_items(self, part: Part) -> list[int]:
        return [self._required[(each.signature, id(each.selections))] for each in self._requirements(part)]

    def _drop_hopeless_options(self) -> None:
        """Options whose requirements nobody gives are none."""
        for item in self._items:
            kept = [
                option
                for option in item.options
                if all(self._items[index].options for part in option for index in self._required_items(part))
            ]
            item.options = kept or item.options

    def _settle_leaves(self) -> None:
        """A leaf that several subgraphs have comes from one that has to be visited anyway."""
        fixed = {
            part.graph
            for item in self._items
            if len(item.options) == 1 and not item.is_requirement
            for part in item.options[0]
        }
        for item in self._items:
            if item.field.selections is None and len(item.options) > 1:
                near = [
                    option
                    for option in item.options
                    if option[0].graph in fixed and not option[0].resolved.view.waits
                ]
                item.options = near[:1] or item.options

    def _variables(self) -> list[list[_Item]]:
        """Items that are open, leaves with the same options together."""
        groups: dict[object, list[_Item]] = {}
        for index, item in enumerate(self._items):
            if len(item.options) > 1:
                plain = all(not option[0].resolved.view.waits for option in item.options)
                graphs = tuple(option[0].graph for option in item.options)
                key: object = graphs if plain and item.field.selections is None else index
                groups.setdefault(key, []).append(item)
        return list(groups.values())

    def _combinations(self, variables: list[list[_Item]]) -> Iterator[tuple[int, ...]]:
        sizes = [len(group[0].options) for group in variables]
        if prod(sizes) <= _MAX_COMBINATIONS:
            yield from product(*(range(size) for size in sizes))
            return
        # Too many to try all: improve one variable at a time.
        current = [0] * len(sizes)
        yield tuple(current)
        for index, size in enumerate(sizes):
            costs: list[tuple[tuple[int, int, int] | None, int]] = []
            for chosen in range(size):
                current[index] = chosen
                for group, each in zip(variables, current, strict=True):
                    for item in group:
                        item.chosen = each
                found = self._evaluate()
                costs.append((_rank(found) if found is not None else None, chosen))
            possible = [(rank, chosen) for rank, chosen in costs if rank is not None]
            current[index] = min(possible)[1] if possible else 0
        yield tuple(current)

    def _active(self) -> tuple[list[tuple[int, Part]], set[str]]:
        """The parts of every item that is needed, and the subgraphs to visit for them."""
        pending = [index for index, item in enumerate(self._items) if not item.is_requirement]
        seen = set(pending)
        parts: list[tuple[int, Part]] = []
        wanted: set[str] = set()
        for index in pending:
            item = self._items[index]
            if not item.options:
                raise _Impossible
            for part in item.options[item.chosen]:
                parts.append((index, part))
                if part.graph != self._start and part.graph not in self._given:
                    wanted.add(part.graph)
                for required in self._required_items(part):
                    if required not in seen:
                        seen.add(required)
                        pending.append(required)
        return parts, wanted

    def _evaluate(self) -> EntityPosition | None:
        self._resolution.budget.spend(len(self._items))
        try:
            parts, wanted = self._active()
            hops = self._hops.connect(frozenset(wanted))
            if hops is None:
                return None
            state = _Evaluation(hops)
            for index in dict.fromkeys(index for index, _ in parts):
                self._ready(index, state)
            return self._assemble(parts, state)
        except _Impossible:
            return None

    def _ready(self, index: int, state: _Evaluation) -> int:
        """The level at which all of the item is there, what lies below it included."""
        if index in state.ready:
            return state.ready[index]
        if index in state.open:
            raise _Impossible
        state.open.add(index)
        item = self._items[index]
        if not item.options:
            raise _Impossible
        ready = 0
        for part in item.options[item.chosen]:
            level = self._part_level(part, state)
            below = self._below(part, level)
            state.levels[id(part)] = level
            state.below[id(part)] = below
            ready = max(ready, level + (below.depth if below is not None else 0))
        state.open.discard(index)
        state.ready[index] = ready
        return ready

    def _part_level(self, part: Part, state: _Evaluation) -> int:
        required = self._required_items(part)
        base = 0 if part.graph == self._start else state.hops[part.graph].level
        is_here = part.graph == self._start or part.graph in self._given
        is_reentry = is_here and (self._is_away or part.resolved.view.waits)
        if part.field.name == TYPENAME or not (required or is_reentry):
            return base
        ready = 1 + max((self._ready(index, state) for index in required), default=-1)
        if is_reentry:
            hop = self._hops.reentry(part.graph, state.hops)
            if hop is None:
                raise _Impossible
            base = hop.level
        return max(base, ready)

    def _below(self, part: Part, level: int) -> Position | None:
        if part.field.selections is None or self._is_lifted(part):
            return None
        view, provided = part.resolved.view, part.resolved.provided
        below = self._solver.solve(
            part.field.selections, part.graph, view.named_type, provided, self._level + level
        )
        if below is None:
            raise _Impossible
        return below

    def _is_lifted(self, part: Part) -> bool:
        view = self._resolution.view(part.graph, self._type_name)
        return view is not None and view.is_abstract

    def _assemble(self, parts: list[tuple[int, Part]], state: _Evaluation) -> EntityPosition:
        builder = _Visits(self._start, state.hops, self._given)
        for index, part in parts:
            if part.field.name == TYPENAME and part.graph == self._start:
                continue
            builder.place(index, part, state, self._items[index].is_requirement)
        for _, part in parts:
            required = self._required_items(part)
            if required:
                visit = builder.at(part.graph, state.levels[id(part)])
                visit.required = list(dict.fromkeys([*visit.required, *required]))
        builder.reenter(self._hops)
        builder.merge_into_later()
        self._lift(parts, builder, state)
        visits = builder.finish()
        return self._priced(visits)

    def _lift(self, parts: list[tuple[int, Part]], builder: "_Visits", state: _Evaluation) -> None:
        by_visit: dict[tuple[str, int], dict[int, Field]] = {}
        for index, part in parts:
            if self._is_lifted(part):
                by_visit.setdefault((part.graph, state.levels[id(part)]), {})[index] = part.field
        for (graph, level), fields in by_visit.items():
            visit = builder.at(graph, level)
            visit.placed = [placed for placed in visit.placed if placed.index not in fields]
            visit.lifted_fields = fields
            selections = SelectionSet(self._type_name, tuple(fields.values()))
            visit.lifted = self._solver.solve(selections, graph, self._type_name, None, self._level + level)
            if visit.lifted is None:
                raise _Impossible

    def _priced(self, visits: tuple[Visit, ...]) -> EntityPosition:
        cost = depth = 0
        for number, visit in enumerate(visits):
            if not visit.is_given and (number or self._start is None):
                cost += fetch_cost(self._level + visit.level)
            depth = max(depth, visit.level)
            positions = [placed.below for placed in visit.placed] + [visit.lifted]
            for below in positions:
                if below is not None:
                    cost += below.cost
                    depth = max(depth, visit.level + below.depth)
        return EntityPosition(self._type_name, visits, cost, depth)


class _Visits:
    """Gathers the visits of one evaluation by subgraph and level."""

    def __init__(self, start: str | None, hops: dict[str, Hop], given: Mapping[str, Hop]) -> None:
        self._start = start
        self._hops = hops
        self._given = given
        self._reentries: dict[str, Hop] = {}
        self._visits: dict[tuple[str, int], Visit] = {}
        self._given_visits: dict[str, Visit] = {}
        for hop in hops.values():
            visit = Visit(hop.graph, hop.level, hop.key, is_given=hop.graph in given)
            if visit.is_given:
                self._given_visits[hop.graph] = visit
            else:
                self._visits[(hop.graph, hop.level)] = visit

    def at(self, graph: str, level: int) -> Visit:
        """The visit, made where it is the first on that level."""
        found = self._visits.get((graph, level))
        if found is None:
            found = self._visits[(graph, level)] = Visit(graph, level, self._hops[graph].key)
        return found

    def place(self, index: int, part: Part, state: _Evaluation, is_requirement: bool) -> None:
        """Puts a part into its visit."""
        level = state.levels[id(part)]
        below = state.below[id(part)]
        self.at(part.graph, level).placed.append(
            Placed(part.field, part.resolved.view, below, index, is_requirement)
        )

    def reenter(self, hops: Hops) -> None:
        """Gives visits back into subgraphs where the object has been the key by which they are made."""
        for (graph, level), visit in self._visits.items():
            if graph in self._given or (graph == self._start and level > 0):
                hop = hops.reentry(graph, self._hops)
                if hop is None:
                    raise _Impossible
                visit.key = hop.key
                self._reentries[graph] = hop

    def merge_into_later(self) -> None:
        """One visit to a subgraph instead of two, where nothing waits for the earlier one."""
        sources = {source for hop in self._hops.values() for source in hop.sources}
        for (graph, level), visit in list(self._visits.items()):
            if graph == self._start and level == 0:
                continue
            later = [each for (other, at), each in self._visits.items() if other == graph and at > level]
            is_source = graph in sources and graph not in self._given
            is_needed = is_source and level == self._hops[graph].level
            if later and not is_needed and visit.placed and all(_can_wait(each) for each in visit.placed):
                target = min(later, key=lambda each: each.level)
                target.placed = visit.placed + target.placed
                target.required = list(dict.fromkeys([*visit.required, *target.required]))
                del self._visits[(graph, level)]

    def finish(self) -> tuple[Visit, ...]:
        """The visits in the order in which they can be made, those without any use left out."""
        arrivals = [hop for graph, hop in self._hops.items() if graph not in self._given]
        sources = {source for hop in (*arrivals, *self._reentries.values()) for source in hop.sources}
        used = [
            visit
            for (graph, level), visit in self._visits.items()
            if (graph == self._start and level == 0)
            or visit.placed
            or visit.lifted is not None
            or (graph in sources and graph not in self._given and level == self._hops[graph].level)
        ]
        used += [visit for graph, visit in self._given_visits.items() if graph in sources]
        used.sort(key=lambda visit: (visit.level, visit.graph != self._start, not visit.is_given))
        first = {visit.graph: number for number, visit in reversed(list(enumerate(used)))}
        for visit in used:
            if visit.key is not None and not visit.is_given:
                hop = self._reentries.get(visit.graph, self._hops[visit.graph])
                visit.key_sources = tuple(first[name] for name in hop.sources)
        return tuple(used)


def _can_wait(placed: Placed) -> bool:
    return not placed.is_requirement and (placed.below is None or isinstance(placed.below, LocalPosition))


def _rank(position: EntityPosition) -> tuple[int, int, int]:
    return position.cost, position.depth, len(position.visits)
