"""What one request asks of the entities of each case: its variables, its conditions, and for whom."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from router.cache.field_ids import arguments_of, field_id
from router.cache.shape import Case, Member
from router.cache.viewer import Viewer
from router.errors import JsonValue

_encode: Final = msgspec.json.Encoder().encode


class Spot(NamedTuple):
    """An entity where something is asked of it. `representation` is what was sent of it, where it was sent."""

    case: Case
    entity: str
    representation: Mapping[str, Any] | None = None
    is_pointed: bool = False
    """Its name was found under another key, which is what was sent."""


class Asked(NamedTuple):
    """A field that is asked. `head` is its response key as it stands in an answer. `is_storable`: it may be kept, and read,
    for this viewer."""

    member: Member
    id: str
    head: bytes
    is_storable: bool
    is_shared: bool
    """It is the same for all viewers."""


class Asking:
    """Works everything out once for each case, for it is the same for all entities of it that were not sent."""

    def __init__(self, variables: Mapping[str, JsonValue], viewer: Viewer) -> None:
        self.viewer = viewer
        self._variables = variables
        self._fields: dict[int, tuple[Asked, ...]] = {}
        self._shown: dict[int, tuple[tuple[bytes, Member | None], ...]] = {}

    def fields(self, spot: Spot) -> tuple[Asked, ...]:
        """All that is asked of it, but for its type name."""
        case = spot.case
        if case.is_computed and spot.representation is not None:
            return self._find(case, spot.representation)
        found = self._fields.get(id(case))
        if found is None:
            found = self._fields[id(case)] = self._find(case, None)
        return found

    def shown(self, case: Case) -> tuple[tuple[bytes, Member | None], ...]:
        """What an answer has of an object, in its order: the beginning of each field; all of it for a type name."""
        found = self._shown.get(id(case))
        if found is None:
            found = self._shown[id(case)] = tuple(
                (b"%b:%b" % (_encode(each.key), _encode(case.typename)), None)
                if each.name == "__typename"
                else (b"%b:" % _encode(each.key), each)
                for each in case.members
                if self.is_asked(each)
            )
        return found

    def is_asked(self, member: Member) -> bool:
        """By the conditions on it."""
        return not member.conditions or all(
            (self._variables.get(name) is True) is wanted for name, wanted in member.conditions
        )

    def arguments(self, member: Member) -> Mapping[str, JsonValue]:
        """As this request has them."""
        return arguments_of(member, self._variables)

    def _find(self, case: Case, representation: Mapping[str, Any] | None) -> tuple[Asked, ...]:
        return tuple(
            self._asked(member, representation)
            for member in case.members
            if member.name != "__typename" and self.is_asked(member)
        )

    def _asked(self, member: Member, representation: Mapping[str, Any] | None) -> Asked:
        scope = self.viewer.scope(member.policy)
        return Asked(
            member,
            field_id(member, self._variables, representation, scope or ""),
            b"%b:" % _encode(member.key),
            member.policy is not None and scope is not None,
            not scope,
        )
