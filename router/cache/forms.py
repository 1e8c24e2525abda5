"""The classes that answers and entries are decoded into: leaves stay as they are written, and lists and nulls as they come."""

from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from router.cache.operation_text import KEY, TYPENAME
from router.cache.shape import Case, CaseForm, Selection, Shape


class _Typed(msgspec.Struct, gc=False, rename={"typename": TYPENAME}):
    typename: str


class _StoredTyped(msgspec.Struct, gc=False, rename={"typename": "__typename"}):
    typename: str


read_typename: Final = msgspec.json.Decoder(_Typed).decode
read_stored_typename: Final = msgspec.json.Decoder(_StoredTyped).decode


def add_forms(shape: Shape) -> None:
    """Makes the classes of a shape, inner ones first."""
    fields: list[tuple[str, Any, Any]] = []
    rename = {}
    for number, top in enumerate(shape.tops):
        _add(top.selection)
        fields.append((f"top{number}", list[_position(top.selection)], UNSET))  # type: ignore[misc]
        rename[f"top{number}"] = top.key
    if shape.root is not None and shape.root_selection is not None:
        _add(shape.root_selection)
        assert shape.root.form is not None  # noqa: S101 - it was just added
        data: Any = shape.root.form.answer
    else:
        data = msgspec.defstruct("Data", fields, rename=rename, gc=False)
    shape.decode = _envelope(data)


def _add(selection: Selection) -> None:
    for case in selection.cases.values():
        for member in case.members:
            if member.below is not None:
                _add(member.below)
        case.form = _form(case, selection)


def _form(case: Case, selection: Selection) -> CaseForm:
    answer: list[tuple[str, Any, Any]] = []
    stored: list[tuple[str, Any, Any]] = []
    rename = {}
    for number, member in enumerate(case.members):
        member.attribute = f"m{number}"
        rename[member.attribute] = member.key
        if member.below is None:
            answer.append((member.attribute, Raw | UnsetType, UNSET))
            stored.append((member.attribute, Raw | UnsetType, UNSET))
            continue
        answer.append((member.attribute, _lists(_position(member.below), member.depth) | UnsetType, UNSET))
        kept = _lists(Raw, member.depth)
        stored.append((member.attribute, kept | UnsetType, UNSET))
        member.decode = msgspec.json.Decoder(kept).decode
        if member.below.is_known and not member.below.has_values:
            member.decode_names = msgspec.json.Decoder(_lists(str | None, member.depth)).decode
    keys = tuple((f"k{number}", part.name) for number, part in enumerate(case.identity or ()))
    answer += [(attribute, Any, None) for attribute, _ in keys]
    renamed = {**rename, **{attribute: KEY + name for attribute, name in keys}}
    cls = msgspec.defstruct(f"{case.typename}_", answer, rename=renamed, gc=False)
    kept_cls = msgspec.defstruct(f"{case.typename}_kept", stored, rename=rename, gc=False)
    entities: Any = list[cls | None]  # type: ignore[valid-type]
    own = msgspec.defstruct("Entities", [("entities", entities)], rename={"entities": "_entities"}, gc=False)
    root = case.identity is None and selection.declared == case.typename
    return CaseForm(
        cls,
        msgspec.json.Decoder(cls).decode,
        msgspec.json.Decoder(kept_cls).decode,
        _envelope(cls if root else own),
        keys,
    )


def _position(selection: Selection) -> Any:
    """Of an object in an answer: where there may be several types, its text, which says of which type it is."""
    if not selection.is_known:
        return Raw
    [case] = selection.cases.values()
    assert case.form is not None  # noqa: S101 - inner ones come first
    return case.form.answer | None


def _lists(inner: Any, depth: int) -> Any:
    for _ in range(depth):
        inner = list[inner] | None
    return inner


def _envelope(data: type[msgspec.Struct]) -> Any:
    cls = msgspec.defstruct(
        "Answer",
        [("data", data | None, None), ("errors", list[Raw] | None, None), ("extensions", Raw, Raw())],
        gc=False,
    )
    return msgspec.json.Decoder(cls).decode
