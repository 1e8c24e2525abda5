"""Conditions that hold for a whole fetch: they decide whether it is sent at all, and leave its text."""

from collections.abc import Iterator

from router.operation.selection import ALWAYS, Conditions
from router.planner.fetch_graph import FetchGroup, Out
from router.planner.resolution import TYPENAME


def common_conditions(group: FetchGroup) -> Conditions:
    """The conditions under which everything stands that the fetch is for."""
    found: Conditions | None = None
    for each in _conditions(group.out):
        found = each if found is None else found & each
        if not found:
            return ALWAYS
    return found or ALWAYS


def _conditions(out: Out) -> Iterator[Conditions]:
    """Of its fields, where they are not below others. An entity's type may be what its fetch is for."""
    yield from (each.conditions for each in out.fields.values() if each.name != TYPENAME)
    if out.typename_asked is not None:
        yield out.typename_asked
    for fragment in out.fragments.values():
        yield from _conditions(fragment)
