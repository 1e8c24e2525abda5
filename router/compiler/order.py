"""One order of fields for the objects of several cells."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from router.compiler.layout import Cell


def field_order(cells: Iterable[Cell]) -> list[str] | None:
    """Response keys: those that the client sees, in the order of each cell, then the others. None where there is no such order."""
    graph: dict[str, list[str]] = {}
    hidden: dict[str, None] = {}
    for cell in cells:
        before: list[str] = []
        for slot in cell.slots.values():
            if slot.visible:
                graph.setdefault(slot.key, []).extend(before)
                before = [slot.key]
            else:
                hidden[slot.key] = None
    try:
        visible = list(TopologicalSorter(graph).static_order())
    except CycleError:
        return None
    return [*visible, *(key for key in hidden if key not in graph)]
