"""Which types of entities hold the values of a type: an object without a key is kept inside whatever led to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from router.cache.identity import Identities
from router.federation.subgraph_view import SubgraphInfo, TypeView
from router.federation.supergraph import Supergraph


class Holders:
    """Of one supergraph. What it knows of a subgraph is found out when it is first asked."""

    def __init__(self, supergraph: Supergraph, identities: Identities) -> None:
        self._supergraph = supergraph
        self._identities = identities
        self._known: dict[str, Mapping[str, set[str]]] = {}

    def of(self, type_name: str, graphs: Iterable[str]) -> set[str]:
        """Root types and types of entities, without the type itself."""
        found: set[str] = set()
        for graph in graphs:
            seen = {type_name}
            waiting = [type_name] if self._is_inside(graph, type_name) else []
            for each in waiting:
                for holder in self._leading_to(graph).get(each, set()) - seen:
                    seen.add(holder)
                    if self._is_inside(graph, holder):
                        waiting.append(holder)
                    else:
                        found.add(holder)
        return found

    def keeps(self, type_name: str) -> bool:
        """Whether there are entries of such objects themselves."""
        return type_name in self._supergraph.root_kinds or self._identities.key(type_name) is not None

    def _is_inside(self, graph: str, type_name: str) -> bool:
        """As `router.cache.read_operation` has it."""
        if type_name in self._supergraph.root_kinds:
            return False
        identity = self._identities.key(type_name)
        view = self._supergraph.view(graph, type_name)
        return identity is None or view is None or any(part.name not in view.fields for part in identity)

    def _leading_to(self, graph: str) -> Mapping[str, set[str]]:
        """For each object type, those that have a field of it."""
        if graph not in self._known:
            subgraph = self._supergraph.subgraphs[graph]
            leading: dict[str, set[str]] = defaultdict(set)
            for view in subgraph.types.values():
                for reached in _reached(view, subgraph):
                    leading[reached].add(view.name)
            self._known[graph] = leading
        return self._known[graph]


def _reached(view: TypeView, subgraph: SubgraphInfo) -> set[str]:
    found: set[str] = set()
    if not view.is_abstract:
        for field in view.fields.values():
            named = subgraph.types.get(field.named_type)
            if named is not None:
                found |= named.possible
    return found
