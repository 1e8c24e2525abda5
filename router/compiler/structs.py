"""The classes that answers are decoded into. Their field order is the client's, so that encoding them answers it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from router.compiler.layout import Asked, Cell, FetchLayout, Layout, Source
from router.compiler.names import annotation, attribute, leaf_annotation
from router.compiler.not_compilable import NotCompilableError
from router.compiler.order import field_order

_OPTIONS: Final = "kw_only=True, gc=False"
_LATE: Final = "UnsetType = UNSET"


@dataclass(slots=True)
class _Class:
    """The text of a class. `fields`: what follows the colon, by attribute."""

    name: str
    fields: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, declaration: str) -> None:
        name = attribute(key)
        self.fields[name] = declaration
        if name != key:
            self.renamed[name] = key

    def text(self) -> str:
        rename = f", rename={self.renamed!r}" if self.renamed else ""
        lines = [f"class {self.name}(Struct, {_OPTIONS}{rename}):"]
        lines += [f"    {name}: {declaration}" for name, declaration in self.fields.items()]
        return "\n".join(lines if self.fields else [*lines, "    pass"])


def class_name(source: Source) -> str:
    """Unique in a program."""
    [first, *others] = _typenames(source) or ["Nothing"]
    return f"{first}{'Or' + others[0] if len(others) == 1 else 'OrOthers' if others else ''}_{source.number}"


def structs(layout: Layout) -> Iterator[str]:
    """The texts of all classes, each after those that it needs."""
    done: set[int] = set()
    for fetch in layout.fetches.values():
        for source in (each.source for each in fetch.entities):
            yield from _with_those_below(source, done)
        yield from _with_those_below(fetch.source, done, fetch)
        yield _envelope(fetch)
    yield _root(layout)


def stores_typename(source: Source, cell: Cell) -> bool:
    """Whether objects of the cell that come from this source have a type name that is encoded."""
    if source.recast:
        return not cell.place.is_known
    if not source.becomes:
        return False
    return "__typename" in shown_typenames(source) if has_one_type(source) else cell in source.typed


def _with_those_below(source: Source, done: set[int], fetch: FetchLayout | None = None) -> Iterator[str]:
    if source.number in done:
        return
    done.add(source.number)
    for asked in source.fields.values():
        if asked.below is not None:
            yield from _with_those_below(asked.below, done)
    if fetch is not None and fetch.entities:
        found = _Class(class_name(source))
        for each in fetch.entities:
            found.add(each.input.alias, f"list[{class_name(each.source)} | None]")
        yield found.text()
    else:
        yield _class(source)


def _envelope(fetch: FetchLayout) -> str:
    found = _Class(f"Answer_{fetch.number}")
    found.add("data", class_name(fetch.source))
    found.add("errors", "list[Raw] | None = None")
    return found.text()


def _root(layout: Layout) -> str:
    data = _Class("Data")
    [cell] = layout.root.cells
    for slot in cell.slots.values():
        is_constant = slot.type is None and slot.visible
        constant = f"str = {cell.typenames[0]!r}"
        data.add(slot.key, constant if is_constant else "Any = UNSET")
    response = _Class("Response")
    response.add("data", "Data")
    return f"{data.text()}\n\n\n{response.text()}"


def _class(source: Source) -> str:
    found = _Class(class_name(source))
    stays = source.becomes and not source.recast
    keys = (field_order(source.cells) or ()) if stays else ()
    asked_at = {key: asked for asked in source.fields.values() for key in _final_keys(asked)}
    for key in keys:
        asked = source.fields.get(key)
        if key == "__typename" or key in shown_typenames(source):
            declaration = _typename(source, key)
            if declaration:
                found.add(key, declaration)
        elif asked is not None and key in asked_at:
            found.add(key, _declaration(source, asked))
        else:
            found.add(key, _LATE)
    if not stays and source.typed:
        required = source.becomes and source.typed.keys() == source.cells.keys()
        found.add("__typename", _names(source) if required else f"{_names(source)} | UnsetType = UNSET")
    for key, asked in source.fields.items():
        if attribute(key) not in found.fields:
            found.add(key, _declaration(source, asked))
    return found.text()


def _final_keys(asked: Asked) -> set[str]:
    return {slot.key for slot in asked.slots.values()}


def _declaration(source: Source, asked: Asked) -> str:
    types = [slot.type for slot in asked.slots.values() if slot.type is not None]
    lenient = differs_in_nulls(asked)
    named = {class_name(asked.below) if asked.below is not None else leaf_annotation(each) for each in types}
    texts = {annotation(each, "X", lenient=lenient) for each in types}
    if len(named) > 1 or len(texts) > 1:
        raise NotCompilableError(
            f"{asked.key} stands for fields of several types: {', '.join(map(str, types))}"
        )
    text = annotation(types[0], named.pop(), lenient=lenient)
    return text if is_always_asked(source, asked) else f"{text} | UnsetType = UNSET"


def differs_in_nulls(asked: Asked) -> bool:
    """Whether the field may be null, or hold nulls, in some cells and not in others."""
    return len({annotation(slot.type, "X") for slot in asked.slots.values() if slot.type is not None}) > 1


def is_always_asked(source: Source, asked: Asked) -> bool:
    """Whether every object of the source has to have the field."""
    return asked.slots.keys() == source.cells.keys()


def has_one_type(source: Source) -> bool:
    """Whether its objects can be of one type only, by the schema: then nobody looks at what they say of it."""
    return len(_typenames(source)) == 1 and all(cell.place.is_known for cell in source.cells)


def shown_typenames(source: Source) -> list[str]:
    """The keys under which any of its objects show their type name: `__typename`, and other names for it."""
    return list(
        dict.fromkeys(key for cell in source.cells for key in cell.slots if shows_typename(cell, key))
    )


def shows_typename(cell: Cell, key: str) -> bool:
    """Whether its objects show their type name under this key."""
    slot = cell.slots.get(key)
    return slot is not None and slot.type is None and slot.visible


def is_constant(source: Source, key: str) -> bool:
    """Whether all its objects show the same type name under this key, so that the class does."""
    return has_one_type(source) and all(shows_typename(cell, key) for cell in source.cells)


def _typenames(source: Source) -> list[str]:
    return list(dict.fromkeys(name for cell in source.cells for name in cell.typenames))


def _names(source: Source) -> str:
    return f"Literal[{', '.join(map(repr, _typenames(source)))}]"


def _typename(source: Source, key: str) -> str | None:
    """`__typename` itself, or another name for it."""
    literal = _names(source)
    if is_constant(source, key):
        return f"{literal} = {_typenames(source)[0]!r}"
    is_read = key == "__typename" and not has_one_type(source)
    if is_read and source.typed.keys() == source.cells.keys():
        return literal
    is_there = key in shown_typenames(source) or (is_read and source.typed)
    return f"{literal} | UnsetType = UNSET" if is_there else None
