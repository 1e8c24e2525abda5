"""entries -> answer: objects are put together again, each entity once, however often it stands in the answer."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw

from router.cache.asking import Asking, Spot, View
from router.cache.forms import read_stored_typename
from router.cache.shape import Case, Member, Selection
from router.cache.take_apart import RAW_NULL

_read_name: Final = msgspec.json.Decoder(str).decode
_NULL: Final = b"null"
_QUOTE: Final = b'"'


class MissingEntryError(Exception):
    """Something has gone since it was seen, or is not what it should be."""


class PuttingTogether:
    """From `values`, by entity and field, which grow while it looks and do not while it writes."""

    def __init__(self, asking: Asking, values: Mapping[str, Mapping[str, bytes]]) -> None:
        self._asking = asking
        self._values = values
        self._names: dict[bytes, Any] = {}
        self._written: dict[tuple[int, str, int], bytes] = {}
        self._written_of: dict[int, dict[str, bytes]] = {}

    def inside(self, member: Member, value: bytes) -> list[Spot]:
        """The entities that a value leads to. Raises MissingEntryError or msgspec.MsgspecError for what is damaged."""
        assert member.below is not None  # noqa: S101 - it has objects
        if member.decode_names is not None:
            [case] = member.below.cases.values()
            names = self._named(member, value)
            return [
                Spot(case, name) for name in (names if member.depth == 1 and names else _flat(names)) if name
            ]
        assert member.decode is not None  # noqa: S101 - it has objects
        return list(self._spots(member.below, member.decode(value)))

    def write(self, spot: Spot) -> bytes:
        """An entity as an answer has it. Raises MissingEntryError."""
        key = id(spot.case), spot.entity, id(spot.representation)
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = self._write_entity(self._asking.view(spot), spot.entity)
        return written

    def _write_entity(self, view: View, entity: str) -> bytes:
        try:
            found = view.values(self._values[entity]) if view.asked else ()
        except KeyError:
            raise MissingEntryError from None
        if view.links:
            parts = list(found)
            for place, asked in view.links:
                parts[place] = self._write_link(asked.member, parts[place])
            found = tuple(parts)
        return view.template % found

    def _write_link(self, member: Member, value: bytes) -> bytes:
        assert member.below is not None  # noqa: S101 - it has objects
        if member.decode_names is None:
            assert member.decode is not None  # noqa: S101 - it has objects
            return self._write(member.below, member.decode(value))
        [case] = member.below.cases.values()
        written = self._written_of.setdefault(id(case), {})
        return self._write_named(case, written, self._named(member, value))

    def _write_named(self, case: Case, written: dict[str, bytes], names: Any) -> bytes:
        if names is None:
            return _NULL
        if isinstance(names, list):
            return b"[%b]" % b",".join([self._write_named(case, written, each) for each in names])
        found = written.get(names)
        if found is None:
            found = written[names] = self._write_entity(self._asking.view(Spot(case, names)), names)
        return found

    def _named(self, member: Member, value: bytes) -> Any:
        found = self._names.get(value)
        if found is None:
            assert member.decode_names is not None  # noqa: S101 - it has entities of one type
            found = self._names[value] = member.decode_names(value)
        return found

    def _write(self, selection: Selection, value: Any) -> bytes:
        if value is None or value == RAW_NULL:
            return _NULL
        if isinstance(value, list):
            return b"[%b]" % b",".join([self._write(selection, item) for item in value])
        case, found = kept(selection, value)
        if isinstance(found, str):
            return self.write(Spot(case, found))
        parts = []
        for head, member in self._asking.shown(case):
            parts.append(head if member is None else head + self._write_field(member, found))
        return b"{%b}" % b",".join(parts)

    def _write_field(self, member: Member, found: Any) -> bytes:
        inner = getattr(found, member.attribute)
        if inner is UNSET:
            raise MissingEntryError
        return bytes(inner) if member.below is None else self._write(member.below, inner)

    def _spots(self, selection: Selection, value: Any) -> Iterator[Spot]:
        if isinstance(value, list):
            for item in value:
                yield from self._spots(selection, item)
        elif value is not None and value != RAW_NULL:
            case, found = kept(selection, value)
            if isinstance(found, str):
                yield Spot(case, found)
                return
            for _, member in self._asking.shown(case):
                if member is not None and member.below is not None:
                    yield from self._spots(member.below, getattr(found, member.attribute))


def _flat(names: Any) -> Iterator[str]:
    if isinstance(names, list):
        for each in names:
            yield from _flat(each)
    elif names is not None:
        yield names


def kept(selection: Selection, value: Raw) -> tuple[Case, Any]:
    """The name of an entity, or an object that is none."""
    if bytes(value)[:1] == _QUOTE:
        name = _read_name(value)
        case = selection.cases.get(name.partition(":")[0])
        if case is None:
            raise MissingEntryError
        return case, name
    if selection.is_known:
        [case] = selection.cases.values()
    else:
        found = selection.cases.get(read_stored_typename(value).typename)
        if found is None:
            raise MissingEntryError
        case = found
    if case.form is None or case.identity is not None:
        raise MissingEntryError
    return case, case.form.decode_stored(value)
