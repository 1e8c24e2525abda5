"""Values that a field takes from the objects around its own, `@fromContext`, as expressions."""

from router.compiler.layout import FetchLayout, Layout, Place
from router.compiler.names import attribute
from router.planner.nodes import ContextInput, FetchNode


def context_values(node: FetchNode, place: Place, layout: Layout) -> list[str]:
    """The items of a dictionary by variable. `{N}` in them is the object after N of the place's hops."""
    around = _around(place, layout)
    return [f"{each.variable!r}: {_nearest(each, around)}" for each in node.contexts]


def mark_contexts(fetch: FetchLayout, layout: Layout) -> None:
    """Notes which slots are sent as values of contexts."""
    for entity in fetch.entities:
        for target in entity.targets:
            for place in _around(target.place, layout):
                for cell in place.cells:
                    for context in fetch.node.contexts:
                        for first, *_ in context.sources:
                            if first in cell.slots:
                                cell.slots[first].is_input = True


def _nearest(context: ContextInput, around: list[Place]) -> str:
    """What the nearest object says that has one of the sources; the object itself counts."""
    expression = "None"
    for level, place in enumerate(around):
        for first, *rest in reversed(context.sources):
            if any(first in cell.slots for cell in place.cells):
                value = f"{{{level}}}.{attribute(first)}"
                found = f"follow({value}, {tuple(map(attribute, rest))!r})" if rest else value
                expression = f"({found} if {value} is not UNSET else {expression})"
    return expression


def _around(place: Place, layout: Layout) -> list[Place]:
    """The places on the way from the root, the place itself included."""
    by_hops = {each.hops: each for each in layout.places()}
    return [by_hops[place.hops[:length]] for length in range(len(place.hops) + 1)]
