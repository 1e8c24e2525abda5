"""Objects that have to be made anew: where one class cannot have the fields of all in the order that each needs.

That is so where types share fields and ask them in different orders, or by one key a field and the type's name, and where the same answered object becomes part
of several places that show, or need, different things.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from router.compiler.inputs import representation
from router.compiler.layout import Asked, Cell, EntityLayout, Layout, Place, Slot, Source
from router.compiler.names import TYPENAME, attribute, list_depth
from router.compiler.not_compilable import NotCompilableError
from router.compiler.order import field_order
from router.compiler.writer import Writer, through


def mark_recasts(layout: Layout) -> None:
    """Notes which sources' objects are only read, and then made anew. Raises NotCompilableError."""
    contextual = any(fetch.node.contexts for fetch in layout.fetches.values())
    for source in layout.sources:
        if source.becomes and not _can_share(source.cells):
            source.recast = True
    for fetch in layout.fetches.values():
        for entity in fetch.entities:
            for asked in entity.source.fields.values():
                if asked.below is not None and (contextual or _is_mixed(entity, asked)):
                    _mark(asked.below)
    _refuse_learning(layout)


def _can_share(cells: Iterable[Cell]) -> bool:
    """Whether one class can have the fields of all."""
    kinds = {(key, slot.type is None) for cell in cells for key, slot in cell.slots.items()}
    return field_order(cells) is not None and len(kinds) == len({key for key, _ in kinds})


def _refuse_learning(layout: Layout) -> None:
    """An object that is made anew is of its type's class, and cannot become one of another type."""
    learning = {
        cell.place for source in layout.sources if source.learns for cell in source.cells if cell.is_interface
    }
    if any(source.recast and cell.place in learning for source in layout.sources for cell in source.cells):
        raise NotCompilableError("objects that are made anew would learn their types later")


def _mark(source: Source) -> None:
    source.recast = True
    for asked in source.fields.values():
        if asked.below is not None:
            _mark(asked.below)


def _is_mixed(entity: EntityLayout, asked: Asked) -> bool:
    """Whether the same entity may be at two places that are not alike."""
    cells = [
        (cell, form.typename)
        for target in entity.targets
        for cell, fragments in target.requires.items()
        if cell in asked.slots and (form := representation(cell, fragments)) is not None
    ]
    return any(
        (sent == other_sent or None in (sent, other_sent))
        and _signature(asked.slots[one].place) != _signature(asked.slots[other].place)
        for (one, sent), (other, other_sent) in combinations(cells, 2)
    )


def _signature(place: Place | None) -> object:
    """Equal for places whose objects have the same fields from the same fetches."""
    if place is None:
        return None
    return tuple(
        (
            cell.typenames,
            tuple(
                (slot.key, slot.visible, tuple(id(each) for each in slot.providers), _signature(slot.place))
                for slot in cell.slots.values()
            ),
        )
        for cell in place.cells
    )


class Recasting:
    """Writes classes and functions, each when it is first called for."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._functions: dict[tuple[int, int], str] = {}
        self._classes: dict[Cell, str] = {}

    def value(self, asked: Asked, slot: Slot, value: str) -> str:
        """What goes into the slot for the `value` of an answered field."""
        if asked.below is None or not asked.below.recast or slot.place is None or slot.type is None:
            return value
        return through(value, self._function(asked.below, slot.place), list_depth(slot.type))

    def _function(self, source: Source, place: Place) -> str:
        key = (source.number, place.number)
        if key not in self._functions:
            cells = [cell for cell in place.cells if cell in source.cells]
            calls = [
                (cell, f"{self._class(cell)}({', '.join(self._members(source, cell))})") for cell in cells
            ]
            name = self._functions[key] = f"recast_{source.number}_{place.number}"
            with self._writer.block(f"def {name}(o):"):
                for cell, call in calls:
                    if place.is_split:
                        with self._writer.block(f"if o.{TYPENAME} in {cell.typenames!r}:"):
                            self._writer.line(f"return {call}")
                    else:
                        self._writer.line(f"return {call}")
                if place.is_split:
                    self._writer.line("deviate()")
            self._writer.line("\n")
        return self._functions[key]

    def _members(self, source: Source, cell: Cell) -> Iterator[str]:
        for asked in source.fields.values():
            slot = asked.slots.get(cell)
            if slot is not None:
                value = self.value(asked, slot, f"o.{attribute(asked.key)}")
                yield f"{attribute(slot.key)}={value}"
        for slot in cell.slots.values():
            if slot.type is None and (slot.visible or not cell.place.is_known):
                known = repr(cell.typenames[0]) if cell.place.is_known else f"o.{TYPENAME}"
                yield f"{attribute(slot.key)}={known}"

    def _class(self, cell: Cell) -> str:
        if cell not in self._classes:
            name = self._classes[cell] = f"{cell.typenames[0]}_{cell.place.number}_as_asked"
            renamed = {attribute(key): key for key in cell.slots if attribute(key) != key}
            rename = f", rename={renamed!r}" if renamed else ""
            head = f"class {name}(Struct, kw_only=True, gc=False{rename}):"
            with self._writer.block(head):
                for key in cell.slots:
                    self._writer.line(f"{attribute(key)}: Any = UNSET")
            self._writer.line("\n")
        return self._classes[cell]
