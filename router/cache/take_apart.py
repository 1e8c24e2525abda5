"""answer -> entries: objects are taken apart where entities begin."""

from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, Raw

from router.cache.asking import Asked, Asking, Spot
from router.cache.forms import read_typename
from router.cache.identity import entity_name
from router.cache.shape import Case, Member, Selection

_encode: Final = msgspec.json.Encoder().encode
_NULL: Final = b"null"
RAW_NULL: Final = Raw(_NULL)


class UnexpectedAnswerError(Exception):
    """An answer is not what was asked for, so nothing of it is kept."""


class Taken(NamedTuple):
    """A value that came from a subgraph, and may be kept."""

    entity: str
    member: Member
    id: str
    value: bytes


class TakingApart:
    """`values` gets everything, by entity and field; `taken` is what may be kept of it."""

    def __init__(self, asking: Asking, values: dict[str, dict[str, bytes]]) -> None:
        self.taken: list[Taken] = []
        self.passed: list[Member] = []
        """Fields that may not be kept."""
        self.pointers: dict[str, tuple[Member, str]] = {}
        """By the names of entities under other keys, their own ones."""
        self.is_shared = True
        """It is the same for all viewers."""
        self.outermost: set[str] = set()
        """Entities that no other one led to."""
        self._depth = 0
        self._skims = False
        self._asking = asking
        self._values = values

    def take(self, selection: Selection, value: Any, sent: Any = None) -> bytes:
        """An object of an answer, as it is kept where it stands; `sent` is its representation. Raises UnexpectedAnswerError."""
        case, found = object_of(selection, value)
        if case is None:
            return _NULL
        if case.identity is None:
            return self._value_object(selection, case, found)
        name = name_of(case, found)
        if name is None:
            raise UnexpectedAnswerError(f"a {case.typename} without its key")
        if self._skims:
            self._take_skimmed(Spot(case, name), found)
            return _encode(name)
        if not self._depth:
            self.outermost.add(name)
        self._depth += 1
        self.take_entity(Spot(case, name, sent), found)
        self._depth -= 1
        return _encode(name)

    def take_entity(
        self,
        spot: Spot,
        found: Any,
        groups: frozenset[int] | None = None,
        skimmed: frozenset[int] = frozenset(),
    ) -> None:
        """All that was asked of it, or those groups, of which some were skimmed. Raises
        UnexpectedAnswerError where something is missing."""
        for asked in self._asking.fields(spot):
            member = asked.member
            if groups is None or member.group in groups:
                self._skims = member.group in skimmed and member.can_be_skimmed
                self._take_field(spot, asked, found)
        self._skims = False

    def _take_skimmed(self, spot: Spot, found: Any) -> None:
        for asked in self._asking.fields(spot):
            if asked.member.is_never_known:
                self._take_field(spot, asked, found)

    def _take_field(self, spot: Spot, asked: Asked, found: Any) -> None:
        value = self._field(asked.member, found)
        self._values.setdefault(spot.entity, {})[asked.id] = value
        self.is_shared = self.is_shared and asked.is_shared
        if asked.is_key:
            return
        if asked.is_storable:
            self.taken.append(Taken(spot.entity, asked.member, asked.id, value))
        else:
            self.passed.append(asked.member)

    def _value_object(self, selection: Selection, case: Case, found: Any) -> bytes:
        parts = [] if selection.is_known else [b'"__typename":%b' % _encode(case.typename)]
        for head, member in self._asking.shown(case):
            if member is not None:
                parts.append(head + self._field(member, found))
        return b"{%b}" % b",".join(parts)

    def _field(self, member: Member, found: Any) -> bytes:
        value = getattr(found, member.attribute)
        if value is UNSET:
            raise UnexpectedAnswerError(f"{member.name} is missing")
        return bytes(value) if member.below is None else self._list(member.below, value, member.depth)

    def _list(self, selection: Selection, value: Any, depth: int) -> bytes:
        if value is None:
            return _NULL
        if depth == 0:
            return self.take(selection, value)
        return b"[%b]" % b",".join([self._list(selection, item, depth - 1) for item in value])


def object_of(selection: Selection, value: Any) -> tuple[Case | None, Any]:
    """Of an answer. None where it is null. Raises UnexpectedAnswerError."""
    if value is None or value == RAW_NULL:
        return None, None
    if not isinstance(value, Raw):
        [case] = selection.cases.values()
        return case, value
    found = selection.cases.get(read_typename(value).typename)
    if found is None or found.form is None:
        raise UnexpectedAnswerError(f"a {selection.declared} of a type that it cannot be")
    return found, found.form.decode_answer(value)


def name_of(case: Case, found: Any) -> str | None:
    """Of an object of an answer; None without its key."""
    if case.identity is None or case.form is None:
        return None
    values = {name: getattr(found, attribute) for attribute, name in case.form.keys}
    return entity_name(case.typename, case.identity, values)
