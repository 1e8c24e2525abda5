"""Code that looks over decoded objects, where their classes alone do not say that all is as it should be.

That is so where objects of several types share a class, where a leaf is kept as text, and where a field has another
name in the subgraph's answer.
"""

from collections.abc import Iterator

from graphql import GraphQLNonNull, get_named_type

from router.compiler.layout import Asked, Cell, Place, Slot, Source
from router.compiler.names import TYPENAME, attribute, is_verbatim, list_depth, null_pattern
from router.compiler.recast import Recasting
from router.compiler.structs import (
    differs_in_nulls,
    has_one_type,
    is_always_asked,
    is_constant,
    shown_typenames,
    shows_typename,
)
from router.compiler.writer import Writer


class Settling:
    """Writes the functions, each when it is first called for."""

    def __init__(self, writer: Writer, recasting: Recasting) -> None:
        self._writer = writer
        self._recasting = recasting
        self._names: dict[tuple[int, int], str | None] = {}

    def function(self, source: Source, place: Place) -> str | None:
        """The name of the function for objects of a source that lie, or will lie, at a place; None where none is needed.

        It takes the object, and a list that gets the texts of Floats. For objects whose fields go into others, it takes
        the other as well.
        """
        key = (source.number, place.number)
        if key not in self._names:
            self._names[key] = None
            self._names[key] = self._write(source, place)
        return self._names[key]

    def _write(self, source: Source, place: Place) -> str | None:
        cells = [cell for cell in place.cells if cell in source.cells]
        bodies = [(cell, list(self._body(source, cell))) for cell in cells]
        if not any(lines for _, lines in bodies) and len(cells) == len(place.cells):
            return None
        name = f"settle_{source.number}_{place.number}"
        subject = "o" if source.becomes else "target"
        with self._writer.block(f"def {name}({'o, floats' if source.becomes else 'o, floats, target'}):"):
            for position, (cell, lines) in enumerate(bodies):
                if place.is_split:
                    head = f"{'elif' if position else 'if'} {subject}.{TYPENAME} in {cell.typenames!r}:"
                    with self._writer.block(head):
                        self._writer.lines(lines)
                else:
                    self._writer.lines(lines)
            if place.is_split:
                with self._writer.block("else:"):
                    self._writer.line("deviate()")
        self._writer.line("\n")
        return name

    def _body(self, source: Source, cell: Cell) -> Iterator[str]:
        yield from _presence(source, cell)
        for asked in source.fields.values():
            slot = asked.slots.get(cell)
            if slot is None:
                continue
            yield from _leaf_checks(asked, slot)
            if slot.type is not None and differs_in_nulls(asked):
                yield f"check_nulls(o.{attribute(asked.key)}, {null_pattern(slot.type)!r})"
            if asked.below is not None and slot.place is not None:
                yield from self._below(asked, slot)
            if source.becomes and not source.recast:
                yield from self._move(asked, slot)
        if source.becomes and not source.recast:
            yield from _type_names(source, cell)

    def _move(self, asked: Asked, slot: Slot) -> Iterator[str]:
        """Puts the field where it belongs, in the form in which it is shown."""
        before, after = f"o.{attribute(asked.key)}", f"o.{attribute(slot.key)}"
        value = self._recasting.value(asked, slot, before)
        if after != value:
            yield f"{after} = {value}"
        if after != before:
            yield f"{before} = UNSET"

    def _below(self, asked: Asked, slot: Slot) -> Iterator[str]:
        assert asked.below is not None and slot.place is not None and slot.type is not None  # noqa: S101, PT018
        function = self.function(asked.below, slot.place)
        if function is None:
            return
        value, depth = f"o.{attribute(asked.key)}", list_depth(slot.type)
        items = f"flat({value}, {depth})" if depth > 1 else f"{value} or ()"
        if depth:
            yield f"for item in {items}:\n    if item is not None:\n        {function}(item, floats)"
        else:
            yield f"if {value} is not None:\n    {function}({value}, floats)"


def _names(source: Source) -> set[str]:
    return {name for cell in source.cells for name in cell.typenames}


def _type_names(source: Source, cell: Cell) -> Iterator[str]:
    """Each object shows its own under the keys of its cell, and none under those of other cells."""
    if cell.is_interface:
        return  # its type will be learned, or it shows none
    name = repr(cell.typenames[0]) if cell.place.is_known else f"o.{TYPENAME}"
    for key in shown_typenames(source):
        if is_constant(source, key):
            continue
        shows = shows_typename(cell, key)
        if shows and name != f"o.{attribute(key)}":
            yield f"o.{attribute(key)} = {name}"
        elif not shows and (key != "__typename" or has_one_type(source)):
            yield f"o.{attribute(key)} = UNSET"


def _presence(source: Source, cell: Cell) -> Iterator[str]:
    """Fields that only some of the source's objects have."""
    wrong = [
        f"o.{attribute(asked.key)} is {'UNSET' if cell in asked.slots else 'not UNSET'}"
        for asked in source.fields.values()
        if not is_always_asked(source, asked)
    ]
    typed = cell in source.typed
    is_read = not has_one_type(source) or source.recast
    if source.becomes and is_read and source.typed and source.typed.keys() != source.cells.keys():
        wrong.append(f"o.{TYPENAME} is {'UNSET' if typed else 'not UNSET'}")
    if not source.becomes and typed and len(_names(source)) > 1:
        wrong.append(f"o.{TYPENAME} is not UNSET and o.{TYPENAME} != target.{TYPENAME}")
    if wrong:
        yield f"if {' or '.join(wrong)}:\n    deviate()"


def _leaf_checks(asked: Asked, slot: Slot) -> Iterator[str]:
    if slot.type is None or not is_verbatim(slot.type):
        return
    value, depth = f"o.{attribute(asked.key)}", list_depth(slot.type)
    is_float = get_named_type(slot.type).name == "Float"
    if depth == 0:
        if isinstance(slot.type, GraphQLNonNull):
            yield f"if {value} == NULL:\n    deviate()"
        if is_float:
            yield f"floats.append({value})"
        return
    if isinstance(_innermost(slot), GraphQLNonNull):
        yield f"if NULL in flat({value}, {depth}):\n    deviate()"
    if is_float:
        yield f"floats += flat({value}, {depth})"


def _innermost(slot: Slot) -> object:
    """The type of the leaves, with its own non-null."""
    type_ = slot.type
    for _ in range(list_depth(type_)) if type_ is not None else ():
        while isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        type_ = type_.of_type  # type: ignore[union-attr]
    return type_
