"""Drops leaves from fragments that are already selected for every type around them."""

from router.operation.selection import ALWAYS
from router.planner.fetch_graph import FetchGraph, Out


def drop_repeated_fields(graph: FetchGraph) -> None:
    """`{ id ... on Book { id title } }` is `{ id ... on Book { title } }`."""
    for group in graph.groups:
        _drop(group.out, frozenset())


def _drop(out: Out, outer: frozenset[str]) -> None:
    out.fields = {
        key: each for key, each in out.fields.items() if each.below is not None or each.key not in outer
    }
    here = outer | {
        each.key for each in out.fields.values() if each.below is None and each.conditions == ALWAYS
    }
    for fragment in out.fragments.values():
        _drop(fragment, here)
    for each in out.fields.values():
        if each.below is not None:
            _drop(each.below, frozenset())
