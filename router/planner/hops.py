"""How to get from one subgraph to others with an entity in hand: which keys, from where, in how many steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from router.operation.selection import Field, SelectionSet
from router.planner.resolution import EntityKey, Resolution


@dataclass(frozen=True, slots=True)
class Hop:
    """The arrival at one subgraph. `sources` are the subgraphs that the key's fields come from, one per field."""

    graph: str
    level: int
    key: EntityKey | None = None
    sources: tuple[str, ...] = ()


class Hops:
    """The hops that are open for objects of one type that `start` has given; None starts at the root of the graph.

    `given` are other visits to the same object that are made anyway.
    """

    def __init__(
        self,
        resolution: Resolution,
        type_name: str,
        start: str | None,
        provided: SelectionSet | None,
        given: Mapping[str, Hop] | None = None,
    ) -> None:
        self._given = given or {}
        self._resolution = resolution
        self._type_name = type_name
        self._start = start
        self._provided = provided
        self._graphs = tuple(view.graph for view in resolution.supergraph.graphs_of[type_name])
        self._everywhere: dict[str, Hop] | None = None
        self._local: dict[tuple[int, str], bool] = {}

    def reachable(self) -> dict[str, Hop]:
        """Every subgraph that can be reached at all, by the fewest levels."""
        if self._everywhere is None:
            self._everywhere = self._closure(self._graphs)
        return self._everywhere

    def connect(self, wanted: frozenset[str]) -> dict[str, Hop] | None:
        """Hops to all of `wanted` over as few other subgraphs as possible, or None."""
        found = self._closure(wanted)
        if wanted <= found.keys():
            return found
        everywhere = self.reachable()
        if not wanted <= everywhere.keys():
            return None
        best: dict[str, Hop] | None = None
        for extra in everywhere:
            if extra not in wanted:
                tried = self._closure(wanted | {extra})
                if wanted <= tried.keys() and (best is None or _levels(tried) < _levels(best)):
                    best = tried
        return best if best is not None else self._trace(wanted, everywhere)

    def reentry(self, graph: str, hops: dict[str, Hop]) -> Hop | None:
        """A hop back into the subgraph that is already known, for fields that require what others give."""
        return self._arrive(graph, hops)

    def _trace(self, wanted: Iterable[str], everywhere: dict[str, Hop]) -> dict[str, Hop]:
        needed: dict[str, Hop] = {}
        pending = list(wanted)
        while pending:
            graph = pending.pop()
            if graph not in needed:
                needed[graph] = everywhere[graph]
                pending.extend(everywhere[graph].sources)
        return dict(sorted(needed.items(), key=lambda item: item[1].level))

    def _closure(self, graphs: Iterable[str]) -> dict[str, Hop]:
        allowed = [graph for graph in self._graphs if graph in set(graphs)]
        if self._start is None:
            return {graph: Hop(graph, 0) for graph in allowed}
        found = {self._start: Hop(self._start, 0), **self._given}
        waiting = [graph for graph in allowed if graph not in found]
        while waiting:
            arrived = [hop for graph in waiting if (hop := self._arrive(graph, found)) is not None]
            if not arrived:
                break
            nearest = min(hop.level for hop in arrived)
            for hop in arrived:
                if hop.level == nearest:
                    found[hop.graph] = hop
            waiting = [graph for graph in waiting if graph not in found]
        return found

    def _arrive(self, graph: str, found: dict[str, Hop]) -> Hop | None:
        if self._type_name in self._resolution.supergraph.root_kinds:
            # A root type needs no key: any subgraph that has it can be asked at any time.
            return Hop(graph, 1)
        best: Hop | None = None
        for key in self._resolution.keys(graph, self._type_name):
            sources: list[str] = []
            for field in key.selections.fields:
                source = self._source(field, found)
                if source is None:
                    break
                sources.append(source)
            else:
                level = 1 + max((found[source].level for source in sources), default=0)
                rank = (level, len(set(sources)))
                if best is None or rank < (best.level, len(set(best.sources))):
                    best = Hop(graph, level, key, tuple(sources))
        return best

    def _source(self, field: Field, found: dict[str, Hop]) -> str | None:
        for graph in found:
            if self._gives(field, graph):
                return graph
        return None

    def _gives(self, field: Field, graph: str) -> bool:
        known = (id(field), graph)
        if known not in self._local:
            self._local[known] = self._resolves(field, graph)
        return self._local[known]

    def _resolves(self, field: Field, graph: str) -> bool:
        provided = self._provided if graph == self._start else None
        resolved = self._resolution.field(graph, self._type_name, field.name, provided)
        if resolved is None or resolved.view.waits:
            return False
        if field.selections is None:
            return True
        return self._resolution.is_local(field.selections, graph, resolved.view.named_type, resolved.provided)


def _levels(hops: dict[str, Hop]) -> tuple[int, int]:
    return max(hop.level for hop in hops.values()), sum(hop.level for hop in hops.values())
