"""Places in the answer, and the response keys by which fields are known there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from router.federation.subgraph_view import FieldView
from router.operation.selection import Field
from router.planner.nodes import LIST, OnTypes, Path
from router.planner.response_keys import KeyPath, ResponseKeys


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the answer, as the executor walks to it and as the client's keys name it."""

    path: Path = ()
    keys: KeyPath = ()
    is_own: bool = False
    """Whether what is selected here is the router's own wish, not the client's."""

    def below(self, key: str, view: FieldView) -> "Place":
        """The place of a field's objects, or of the items of its list."""
        return replace(self, path=(*self.path, key, *(LIST,) * view.list_depth), keys=(*self.keys, key))

    def on(self, types: Iterable[str]) -> "Place":
        """The place, for objects of some types only."""
        return replace(self, path=(*self.path, OnTypes(frozenset(types))))

    def own(self) -> "Place":
        """The place, for what the router fetches for itself."""
        return replace(self, is_own=True)


def key_of(keys: ResponseKeys, field: Field, place: Place) -> str:
    """The client's own key, or for the router's own fields one that is free there."""
    return keys.key_for(place.keys, field.name, field.signature) if place.is_own else field.key
