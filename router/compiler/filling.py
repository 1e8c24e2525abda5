"""What becomes of objects that a fetch says nothing about: they were not sent, or nobody knows them."""

from typing import Final

from graphql import is_non_null_type

from router.compiler.layout import Cell, Source
from router.compiler.names import attribute

DEVIATE: Final = "deviate()"


def unfilled(source: Source, cell: Cell, name: str) -> list[str]:
    """The lines for one such object: its fields are null, where they may be and nobody waits for them."""
    slots = [slot for asked in source.fields.values() if (slot := asked.slots.get(cell)) is not None]
    if any(slot.is_input or is_non_null_type(slot.type) for slot in slots):
        return [DEVIATE]
    lines = []
    for slot in slots:
        target = f"{name}.{attribute(slot.key)}"
        if slot.visible:
            only_if = f"if {target} is UNSET:\n    " if len(slot.providers) > 1 else ""
            lines.append(f"{only_if}{target} = None")
    return lines
