"""Drops fetches that ask for nothing: roots of which nothing was chosen, visits whose fields went elsewhere."""

from router.planner.fetch_graph import FetchGraph


def drop_empty_fetches(graph: FetchGraph) -> None:
    """A fetch that others wait for asks at least for their keys, so nothing depends on an empty one."""
    graph.groups = [group for group in graph.groups if not group.out.is_empty()]
    kept = set(graph.groups)
    for group in graph.groups:
        group.parents = {parent: None for parent in group.parents if parent in kept}
