"""The ways to get one field of an entity: from one subgraph, or its selections shared out among several."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from graphql import NamedTypeNode, NameNode

from router.federation.subgraph_view import FieldView
from router.operation.selection import Field, SelectionSet
from router.planner.hops import Hops
from router.planner.resolution import TYPENAME, Resolution, Resolved

_MAX_PAIRED = 5
_TYPENAME_VIEW = FieldView(TYPENAME, NamedTypeNode(name=NameNode(value="String")))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A field, or a share of its selections, in one subgraph."""

    graph: str
    field: Field
    resolved: Resolved


Option: TypeAlias = tuple[Part, ...]


class Options:
    """The options for the fields of one type in the hands of subgraph `start`, best guesses first."""

    def __init__(
        self,
        resolution: Resolution,
        type_name: str,
        start: str | None,
        provided: SelectionSet | None,
        hops: Hops,
    ) -> None:
        self._resolution = resolution
        self._type_name = type_name
        self._start = start
        self._provided = provided
        self._hops = hops
        self._is_away = False
        self._given: frozenset[str | None] = frozenset((start,))

    def away(self, given: Iterable[str]) -> None:
        """From now on `start` and the others that are given give nothing but keys: their fields cost a fetch, too."""
        self._is_away, self._provided = True, None
        self._given |= frozenset(given)

    def of(self, field: Field) -> list[Option]:
        """Empty where no subgraph that can be reached resolves the field."""
        singles = list(self._singles(field))
        is_here = bool(singles) and singles[0].graph == self._start and not self._is_away
        if self._start is not None and is_here and self._is_local(singles[0]):
            return [(singles[0],)]
        options: list[Option] = [(part,) for part in singles]
        if field.selections is None or len(singles) < 2 or any(self._is_local(part) for part in singles):
            return options
        return options + list(self._shared(field.selections, singles))

    def _singles(self, field: Field) -> Iterator[Part]:
        reachable = self._hops.reachable()
        graphs = sorted(reachable, key=lambda graph: (graph != self._start, reachable[graph].level))
        found = False
        if field.types is None and field.name != TYPENAME:
            for graph in graphs:
                resolved = self._resolve(graph, field.name)
                if resolved is not None:
                    found = True
                    yield Part(graph, field, resolved)
        elif field.name == TYPENAME and self._knows_type(self._start):
            found = True
            yield Part(graphs[0], field, Resolved(_TYPENAME_VIEW))
        if not found:
            for graph in graphs:
                if graph != self._start and self._lifts(graph):
                    yield Part(graph, field, Resolved(_TYPENAME_VIEW))

    def _knows_type(self, graph: str | None) -> bool:
        view = self._resolution.view(graph, self._type_name) if graph is not None else None
        return view is not None and not view.is_interface_object

    def _resolve(self, graph: str, name: str) -> Resolved | None:
        resolved = self._resolution.field(
            graph, self._type_name, name, self._provided if graph == self._start else None
        )
        if resolved is None or graph not in self._given:
            return resolved
        if not resolved.view.waits and not self._is_away:
            return resolved
        return resolved if self._resolution.keys(graph, self._type_name) else None

    def _lifts(self, graph: str) -> bool:
        """Whether the subgraph tells the real type of what others know as an interface object only."""
        view = self._resolution.view(graph, self._type_name)
        return view is not None and view.is_abstract

    def _is_local(self, part: Part) -> bool:
        if part.resolved.view.waits:
            return False
        below = part.field.selections
        view = part.resolved.view
        return below is None or self._resolution.is_local(
            below, part.graph, view.named_type, part.resolved.provided
        )

    def _shared(self, selections: SelectionSet, singles: list[Part]) -> Iterator[Option]:
        plain = [part for part in singles if not part.resolved.view.waits]
        if len(plain) <= _MAX_PAIRED:
            for first in plain:
                here, rest = self._take(selections, first)
                if here is not None and rest is not None:
                    for second in plain:
                        if second is not first:
                            yield _share(first, here), _share(second, rest)
        greedy = self._cover(selections, plain)
        if len(greedy) > 2:
            yield greedy

    def _cover(self, selections: SelectionSet, parts: list[Part]) -> Option:
        """Every subgraph takes what it has, until nothing is left; the last takes the rest for good or ill."""
        taken: list[Part] = []
        rest: SelectionSet | None = selections
        for part in parts:
            if rest is None:
                break
            here, left = self._take(rest, part)
            if here is not None:
                taken.append(_share(part, here))
                rest = left
        return tuple(taken) if rest is None else ()

    def _take(self, selections: SelectionSet, part: Part) -> tuple[SelectionSet | None, SelectionSet | None]:
        view = part.resolved.view
        return self._resolution.split(selections, part.graph, view.named_type, part.resolved.provided)


def _share(part: Part, selections: SelectionSet) -> Part:
    return replace(part, field=replace(part.field, selections=selections))
