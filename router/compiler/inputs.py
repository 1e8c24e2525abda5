"""What is sent of an object: the fields of a representation, and the code that puts them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphql import is_non_null_type

from router.compiler.layout import Cell, Place, Slot
from router.compiler.names import attribute, is_verbatim, list_depth
from router.compiler.not_compilable import NotCompilableError
from router.compiler.writer import Writer, through
from router.planner.nodes import InputField, InputFragment, InputSelection


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a representation of the objects of a cell."""

    name: str
    slot: Slot
    is_key: bool
    below: tuple[InputSelection, ...]

    @property
    def may_lack(self) -> bool:
        """Whether an object can be without it, and then is not sent."""
        return self.is_key and not is_non_null_type(self.slot.type)

    def lacks(self, value: str) -> str:
        """The condition for that."""
        verbatim = (
            self.slot.type is not None and is_verbatim(self.slot.type) and not list_depth(self.slot.type)
        )
        return f"{value} == NULL" if verbatim else f"{value} is None"

    @property
    def is_simple(self) -> bool:
        """Whether its value can be a key of a dictionary."""
        return is_plain_leaf(self.slot) and not self.below


@dataclass(frozen=True, slots=True)
class Representation:
    """`typename` is None where each object's own is sent."""

    typename: str | None
    inputs: tuple[Input, ...]

    @property
    def is_simple(self) -> bool:
        """Whether its values tell representations apart."""
        return self.typename is not None and all(each.is_simple for each in self.inputs)

    @property
    def has_certain_key(self) -> bool:
        """Whether there is something to send beside nulls."""
        return any(each.is_key or is_non_null_type(each.slot.type) for each in self.inputs)


def is_plain_leaf(slot: Slot) -> bool:
    """Whether equal values of it are the same value, and can be told by their hashes."""
    return (
        slot.type is not None
        and slot.place is None
        and not is_verbatim(slot.type)
        and not list_depth(slot.type)
    )


def representation(cell: Cell, fragments: Sequence[InputFragment]) -> Representation | None:
    """None where the cell's objects are not sent: wrong type, or a field that no fetch gives."""
    if not fragments:
        return None
    sent = next((each.typename for each in fragments if each.typename is not None), None)
    known = cell.typenames[0] if len(cell.typenames) == 1 else None
    inputs = _inputs(cell, [field for each in fragments for field in _fields(each.selections, cell)])
    return None if inputs is None else Representation(sent or known, inputs)


def mark_inputs(cell: Cell, fragments: Iterable[InputSelection]) -> None:
    """Notes which slots are sent, here and below."""
    for each in _fields(fragments, cell):
        slot = cell.slots.get(each.source)
        if slot is not None:
            slot.is_input = True
            for below in slot.place.cells if slot.place else ():
                mark_inputs(below, each.selections)


class Picks:
    """Writes the functions that pick what is sent of objects inside objects."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._count = 0

    def expression(self, each: Input, value: str) -> str:
        """The value of an input in a representation."""
        type_ = each.slot.type
        if not each.below or each.slot.place is None or type_ is None:
            return value
        return through(value, self._function(each.slot.place, each.below), list_depth(type_))

    def _function(self, place: Place, selections: Sequence[InputSelection]) -> str:
        texts = [(cell, self._members(cell, selections)) for cell in place.cells]
        name = f"pick_{self._count}"
        self._count += 1
        with self._writer.block(f"def {name}(o):"):
            for cell, (checks, members) in texts:
                if place.is_split:
                    with self._writer.block(f"if o.typename_ in {cell.typenames!r}:"):
                        self._body(checks, members)
                else:
                    self._body(checks, members)
            if place.is_split:
                self._writer.line("deviate()")
        self._writer.line("\n")
        return name

    def _body(self, checks: Iterable[str], members: Iterable[str]) -> None:
        for check in checks:
            with self._writer.block(f"if {check}:"):
                self._writer.line("raise MissingInput")
        self._writer.line(f"return {{{', '.join(members)}}}")

    def _members(self, cell: Cell, selections: Sequence[InputSelection]) -> tuple[list[str], list[str]]:
        typename = _sent_typename(selections, cell)
        members = [] if typename is None else [f'"__typename": {typename}']
        inputs = _inputs(cell, _fields(selections, cell))
        if inputs is None:
            return ["True"], members
        checks = [each.lacks(f"o.{attribute(each.slot.key)}") for each in inputs if each.may_lack]
        members += [
            f"{each.name!r}: {self.expression(each, f'o.{attribute(each.slot.key)}')}" for each in inputs
        ]
        return checks, members


def _fields(selections: Iterable[InputSelection], cell: Cell) -> list[InputField]:
    """Those that objects of the cell have, without their fragments."""
    found: list[InputField] = []
    for each in selections:
        if isinstance(each, InputField):
            found.append(each)
        elif matches(each, cell):
            found += _fields(each.selections, cell)
    return found


def matches(fragment: InputFragment, cell: Cell) -> bool:
    """Whether the fragment is for the cell's objects. Raises NotCompilableError where it is for some of them only."""
    types = {fragment.type_condition, *fragment.possible_types}
    found = {name in types for name in cell.typenames}
    if len(found) > 1:
        raise NotCompilableError(f"only some of {cell!r} are sent")
    return found.pop()


def _sent_typename(selections: Iterable[InputSelection], cell: Cell) -> str | None:
    for each in selections:
        if isinstance(each, InputFragment) and matches(each, cell):
            if each.typename is not None:
                return repr(each.typename)
            return repr(cell.typenames[0]) if len(cell.typenames) == 1 else "o.typename_"
        if isinstance(each, InputField) and each.name == "__typename":
            return repr(cell.typenames[0]) if len(cell.typenames) == 1 else "o.typename_"
    return None


def _inputs(cell: Cell, fields: Iterable[InputField]) -> tuple[Input, ...] | None:
    found: dict[str, Input] = {}
    for each in fields:
        if each.name == "__typename":
            continue
        slot = cell.slots.get(each.source)
        if slot is None or (each.selections and slot.place is None):
            return None
        known = found.get(each.name)
        below = (*(known.below if known else ()), *each.selections)
        is_key = each.is_key or (known is not None and known.is_key)
        found[each.name] = Input(each.name, slot, is_key, below)
    return tuple(found.values())
