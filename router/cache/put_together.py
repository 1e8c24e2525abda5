"""entries -> answer: objects are put together again, each entity once, however often it stands in the answer."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw

from router.cache.asking import Asked, Asking, Spot
from router.cache.forms import read_stored_typename
from router.cache.shape import Case, Member, Selection
from router.cache.take_apart import RAW_NULL

_read_name: Final = msgspec.json.Decoder(str).decode
_NULL: Final = b"null"
_QUOTE: Final = b'"'


class MissingEntryError(Exception):
    """Something has gone since it was seen, or is not what it should be."""


class Seen(NamedTuple):
    """What is not known of an entity, and the entities that the rest leads to, with the fields that do."""

    lacking: list[Asked]
    inside: list[tuple[Spot, Asked]]


class PuttingTogether:
    """From `values`, by entity and field, which grow while it looks and do not while it writes."""

    def __init__(self, asking: Asking, values: Mapping[str, Mapping[str, bytes]]) -> None:
        self._asking = asking
        self._values = values
        self._written: dict[tuple[int, str, int], bytes] = {}

    def look(self, spot: Spot) -> Seen:
        """Raises MissingEntryError or msgspec.MsgspecError for what is damaged."""
        known = self._values.get(spot.entity, {})
        seen = Seen([], [])
        for asked in self._asking.fields(spot):
            value = known.get(asked.id)
            if value is None:
                seen.lacking.append(asked)
            elif asked.member.below is not None and asked.member.decode is not None:
                inner = asked.member.decode(value)
                seen.inside.extend((each, asked) for each in self._names(asked.member.below, inner))
        return seen

    def write(self, spot: Spot) -> bytes:
        """An entity as an answer has it. Raises MissingEntryError."""
        key = id(spot.case), spot.entity, id(spot.representation)
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = self._write_entity(spot)
        return written

    def _write_entity(self, spot: Spot) -> bytes:
        known = self._values.get(spot.entity, {})
        fields = {id(asked.member): asked.id for asked in self._asking.fields(spot)}
        parts = []
        for head, member in self._asking.shown(spot.case):
            if member is None:
                parts.append(head)
                continue
            value = known.get(fields[id(member)])
            if value is None:
                raise MissingEntryError
            if member.below is not None and member.decode is not None:
                value = self._write(member.below, member.decode(value))
            parts.append(head + value)
        return b"{%b}" % b",".join(parts)

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

    def _names(self, selection: Selection, value: Any) -> Iterator[Spot]:
        if isinstance(value, list):
            for item in value:
                yield from self._names(selection, item)
        elif value is not None and value != RAW_NULL:
            case, found = kept(selection, value)
            if isinstance(found, str):
                yield Spot(case, found)
                return
            for _, member in self._asking.shown(case):
                if member is not None and member.below is not None:
                    yield from self._names(member.below, getattr(found, member.attribute))


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
