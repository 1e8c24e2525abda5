"""Takes fields that need a context back into the fetch their object comes from, where the context is known before it."""

from collections.abc import Iterator

from router.planner.fetch_graph import FetchGraph, FetchGroup, Out
from router.planner.nodes import OnTypes


def inline_contexts(graph: FetchGraph) -> None:
    """Such a fetch waits for the object's own fetch and for those of the context; if the first can wait, one is enough."""
    for group in list(graph.groups):
        source = _own_source(group)
        if source is None:
            continue
        others = [parent for parent in group.parents if parent is not source]
        is_known_before = bool(others) and all(source not in _ancestors(each) for each in others)
        if not is_known_before or not _lies_above(group, source) or _has_children(group, graph):
            continue
        places = list(_places(source.out, group.path[len(source.path) :]))
        if not places:
            continue
        for place in places:
            place.merge(group.out)
        source.contexts |= group.contexts
        source.depends_on(others)
        graph.groups.remove(group)


def _own_source(group: FetchGroup) -> FetchGroup | None:
    """The entity fetch to the same subgraph that gives the object, if there is one."""
    if not group.contexts:
        return None
    found = [
        each
        for each in group.parents
        if each.graph == group.graph
        and each.is_entity_fetch
        and len(each.path) < len(group.path)
        and group.path[: len(each.path)] == each.path
        and not any(isinstance(element, OnTypes) for element in group.path[len(each.path) :])
    ]
    return found[0] if len(found) == 1 and found[0].deferral is group.deferral else None


def _lies_above(group: FetchGroup, source: FetchGroup) -> bool:
    """Whether the context is set by objects that are there before the source is fetched."""
    firsts = {keys[0] for context in group.contexts.values() for keys in context.sources}
    return all(each.key not in firsts for each in source.out.walk())


def _has_children(group: FetchGroup, graph: FetchGraph) -> bool:
    return any(group in each.parents for each in graph.groups)


def _ancestors(group: FetchGroup) -> set[FetchGroup]:
    seen, pending = {group}, [group]
    while pending:
        for parent in pending.pop().parents:
            if parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return seen


def _places(out: Out, path: tuple[object, ...]) -> Iterator[Out]:
    """The selections at the path below `out`, one for each fragment that leads there."""
    keys = [each for each in path if each != "@"]
    if not keys:
        yield out
        return
    for each in out.fields.values():
        if each.key == keys[0] and each.below is not None:
            yield from _places(each.below, tuple(keys[1:]))
    for fragment in out.fragments.values():
        yield from _places(fragment, tuple(keys))
