"""What one request asks of the entities of each case: its variables, its conditions, and for whom."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from router.cache.field_ids import arguments_of, field_id, names_in
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
    """A field that is asked. `is_storable`: it may be kept, and read, for this viewer."""

    member: Member
    id: str
    is_storable: bool
    is_shared: bool
    """It is the same for all viewers."""


class View:
    """What is asked of the entities of a case, but for its type name, in every form in which that is needed: worked out once,
    so that an entity takes few steps, however many fields it has."""

    __slots__ = ("asked", "ids", "is_shared", "links", "sent", "storable", "template", "values")

    def __init__(self, asked: tuple[Asked, ...], shown: tuple[tuple[bytes, Member | None], ...]) -> None:
        self.asked = asked
        self.ids = frozenset(each.id for each in asked)
        self.storable: dict[str, Member | None] = {each.id: each.member for each in asked if each.is_storable}
        """By id, what may be read."""
        self.sent: dict[str, Member | None] | None = None
        """The same of entities that are sent, which may not exist."""
        self.is_shared = all(each.is_shared for each in asked)
        self.links = tuple((place, each) for place, each in enumerate(asked) if each.member.below is not None)
        """Fields with objects, and their places among all."""
        self.values = _values(asked)
        """Of the fields of an entity by id, in order. Raises KeyError."""
        self.template = _template(shown)
        """An answer's object, with places for its values."""


class Asking:
    """Works everything out once for each case, for it is the same for all entities of it that were not sent; and where it depends
    on nothing that a request has, once for all requests."""

    def __init__(self, variables: Mapping[str, JsonValue], viewer: Viewer) -> None:
        self.viewer = viewer
        self._variables = variables
        self._views: dict[int, View] = {}
        self._shown: dict[int, tuple[tuple[bytes, Member | None], ...]] = {}

    def view(self, spot: Spot) -> View:
        """All that is asked of it."""
        case = spot.case
        if case.view is not None:
            found: View = case.view
            return found
        if case.is_computed and spot.representation is not None:
            return self._view(case, spot.representation)
        known = self._views.get(id(case))
        if known is None:
            known = self._views[id(case)] = self._view(case, None)
        return known

    def fields(self, spot: Spot) -> tuple[Asked, ...]:
        """All that is asked of it, but for its type name."""
        return self.view(spot).asked

    def shown(self, case: Case) -> tuple[tuple[bytes, Member | None], ...]:
        """What an answer has of an object, in its order: the beginning of each field; all of it for a type name."""
        found = case.shown or self._shown.get(id(case))
        if found is None:
            found = self._shown[id(case)] = tuple(
                (b"%b:%b" % (_encode(each.key), _encode(case.typename)), None)
                if each.name == "__typename"
                else (b"%b:" % _encode(each.key), each)
                for each in case.members
                if self.is_asked(each)
            )
            if not any(each.conditions for each in case.members):
                case.shown = found
        return found

    def is_asked(self, member: Member) -> bool:
        """By the conditions on it."""
        return not member.conditions or all(
            (self._variables.get(name) is True) is wanted for name, wanted in member.conditions
        )

    def arguments(self, member: Member) -> Mapping[str, JsonValue]:
        """As this request has them."""
        return arguments_of(member, self._variables)

    def _view(self, case: Case, representation: Mapping[str, Any] | None) -> View:
        asked = tuple(
            self._asked(member, representation)
            for member in case.members
            if member.name != "__typename" and self.is_asked(member)
        )
        found = View(asked, self.shown(case))
        if not case.is_computed and all(map(_is_constant, case.members)):
            case.view = found
        return found

    def _asked(self, member: Member, representation: Mapping[str, Any] | None) -> Asked:
        scope = self.viewer.scope(member.policy)
        return Asked(
            member,
            field_id(member, self._variables, representation, scope or ""),
            member.policy is not None and scope is not None,
            not scope,
        )


def _is_constant(member: Member) -> bool:
    """Whether it is the same for all requests."""
    is_for_all = member.policy is None or member.policy.is_for_all
    return (
        is_for_all
        and not member.conditions
        and not member.variables
        and not any(True for value in member.arguments.values() for _ in names_in(value))
    )


def _values(asked: tuple[Asked, ...]) -> Callable[[Mapping[str, bytes]], tuple[bytes, ...]]:
    ids = [each.id for each in asked]
    if len(ids) > 1:
        return itemgetter(*ids)
    return lambda values: tuple(values[each] for each in ids)


def _template(shown: tuple[tuple[bytes, Member | None], ...]) -> bytes:
    heads = (head.replace(b"%", b"%%") + (b"%b" if member is not None else b"") for head, member in shown)
    return b"{%b}" % b",".join(heads)
