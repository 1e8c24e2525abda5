"""Code that makes one object of equal ones. Many references to few entities are the rule, and joins take a step for each object.

Of a product that a subgraph knows by its key only, all occurrences will get the same fields: they stay equal, so that it
does not matter that they are one. That they are encoded as often as they occur is what makes this invisible.
"""

from collections.abc import Iterator
from typing import Final

from router.compiler.inputs import is_plain_leaf
from router.compiler.layout import Asked, Cell, Layout, Place, Slot
from router.compiler.names import TYPENAME, attribute
from router.compiler.paths import Objects
from router.compiler.writer import Writer

_MOST_FIELDS: Final = 3
"""The more fields have to be equal, the fewer objects are, and the more it costs to know."""


class Sharing:
    """Writes the loops."""

    def __init__(self, writer: Writer, objects: Objects, layout: Layout) -> None:
        self._writer = writer
        self._objects = objects
        self._count = 0
        # What an object sees around it may differ from one occurrence to the next.
        contextual = any(fetch.node.contexts for fetch in layout.fetches.values())
        self._parents = {} if contextual else {
            slot.place: (place, slot)
            for place in layout.places()
            for cell in place.cells
            for slot in cell.slots.values()
            if slot.place is not None
        }  # fmt: skip

    def share(self, place: Place) -> None:
        """Before anybody looks for the objects of a place. Does nothing where equal objects may become different ones."""
        if self._objects.knows(place):
            return
        key = self._key(place)
        if key is None:
            return
        parent, slot = self._parents[place]
        name, self._count = f"shared_{self._count}", self._count + 1
        field = f"o.{attribute(slot.key)}"
        values = ", ".join(f"same.{attribute(each)}" for each in key)
        same = f"{name}.setdefault({values if len(key) == 1 else f'({values})'}, same)"
        hop = place.hops[-1]
        parents = self._objects.at(parent)
        self._writer.line(f"{name} = {{}}")
        with self._writer.block(f"for o in {parents}:"):
            of_type = f"o.{TYPENAME} in {tuple(sorted(hop.types))!r} and " if hop.types is not None else ""
            if hop.depth:
                with self._writer.block(f"if {of_type}{field}:"):
                    self._writer.line(f"{field} = [same and {same} for same in {field}]")
            else:
                with self._writer.block(f"if {of_type}(same := {field}):"):
                    self._writer.line(f"{field} = {same}")
        self._objects.define(place, f"list({name}.values())")

    def _key(self, place: Place) -> list[str] | None:
        """The response keys of all that an object has, before anything joins it. None where that is not enough."""
        found = self._parents.get(place)
        if found is None or len(place.cells) != 1 or not place.is_known or place.hops[-1].depth > 1:
            return None
        if not any(hop.depth for hop in place.hops[:-1]):
            # There is one object around it, whose references are seldom the same.
            return None
        [cell] = place.cells
        origin = _origin(found[1])
        if origin is None or cell.is_interface or len(cell.typenames) != 1:
            return None
        own = list(_own_fields(origin, cell))
        if not 0 < len(own) <= _MOST_FIELDS or not all(map(is_plain_leaf, own)):
            return None
        if any(len(slot.providers) > 1 for slot in cell.slots.values()):
            return None
        return [slot.key for slot in own]


def _origin(slot: Slot) -> Asked | None:
    """What brings the objects, if they come from one fetch and are used as they come."""
    if len(slot.providers) != 1:
        return None
    [asked] = slot.providers
    return asked if asked.below is not None and asked.below.becomes and not asked.below.recast else None


def _own_fields(origin: Asked, cell: Cell) -> Iterator[Slot]:
    for asked in origin.below.fields.values() if origin.below else ():
        slot = asked.slots.get(cell)
        if slot is not None and slot.type is not None:
            yield slot
