"""Makes one fetch of several that ask one subgraph about the same objects at the same stage."""

from router.planner.fetch_graph import Deferral, FetchGraph, FetchGroup
from router.planner.nodes import Path


def merge_same_path(graph: FetchGraph) -> None:
    """Fetches on one level cannot depend on each other, so merging them makes no cycle and no longer chain."""
    found: dict[tuple[str, Path, int, Deferral | None], FetchGroup] = {}
    replaced: dict[FetchGroup, FetchGroup] = {}
    for group, level in graph.levels().items():
        if not group.is_entity_fetch:
            continue
        first = found.setdefault((group.graph, group.path, level, group.deferral), group)
        if first is not group:
            _absorb(first, group)
            replaced[group] = first
    graph.groups = [group for group in graph.groups if group not in replaced]
    for group in graph.groups:
        group.parents = {replaced.get(parent, parent): None for parent in group.parents}


def _absorb(target: FetchGroup, other: FetchGroup) -> None:
    target.out.merge(other.out)
    target.contexts |= other.contexts
    target.parents.update(other.parents)
    for key, requirement in other.requirements.items():
        before = target.requirements.setdefault(key, requirement)
        if before is not requirement:
            for source, selection in requirement.selections.items():
                before.selections.setdefault(source, selection)
