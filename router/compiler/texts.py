"""Long texts are not decoded where that is not needed: a look at their first characters tells that they are texts.

Decoding and encoding a text of some hundred characters copies it twice, into memory that another request has just used.
"""

from collections.abc import Iterator

from graphql import is_non_null_type

from router.compiler.layout import FetchLayout, Source
from router.compiler.names import attribute, list_depth


def text_checks(fetch: FetchLayout) -> Iterator[str]:
    """The lines that check the long texts of an answer in the variable `data`."""
    if fetch.entities:
        for each in fetch.entities:
            start = f"for o in data.{attribute(each.input.alias)} if o is not None"
            yield from _checks(each.source, "o", start, 0)
    else:
        yield from _checks(fetch.source, "o", "for o in (data,)", 0)


def _checks(source: Source, value: str, loops: str, level: int) -> Iterator[str]:
    for asked in source.fields.values():
        field = f"{value}.{attribute(asked.key)}"
        if asked.below is None:
            if asked.is_text:
                may_be_null = not any(is_non_null_type(slot.type) for slot in asked.slots.values())
                yield f"check_texts([{field} {loops}], {may_be_null}, is_plain)"
            continue
        below = f"o{level}"
        depths = {list_depth(slot.type) for slot in asked.slots.values() if slot.type is not None}
        depth = depths.pop()
        items = f"flat({field}, {depth})" if depth > 1 else f"{field} or ()" if depth else f"({field},)"
        yield from _checks(asked.below, below, f"{loops} for {below} in {items} if {below}", level + 1)
