"""Conditions that hold for a whole fetch: they decide whether it is sent at all, and leave its text."""

from router.operation.selection import ALWAYS, Conditions
from router.planner.fetch_graph import FetchGroup, Out, OutField
from router.planner.resolution import TYPENAME


def common_conditions(group: FetchGroup) -> Conditions:
    """The conditions under which every field of the fetch stands."""
    found: Conditions | None = None
    for each in _top_fields(group.out):
        found = each.conditions if found is None else found & each.conditions
        if not found:
            return ALWAYS
    return found or ALWAYS


def _top_fields(out: Out) -> list[OutField]:
    fields = [each for each in out.fields.values() if each.name != TYPENAME]
    return fields + [each for fragment in out.fragments.values() for each in _top_fields(fragment)]
