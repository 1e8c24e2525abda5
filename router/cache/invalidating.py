"""What a mutation changed, as far as its answer says: the entities in it, and what the subgraph names.

A subgraph names in `extensions.cacheInvalidation` what the answer does not show: named.py.
"""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

import msgspec

from router.cache.asked_names import AskedNames
from router.cache.filling import tag_of_lists, tag_of_viewer
from router.cache.identity import Identities
from router.cache.named import Named
from router.cache.store import Invalidation, together, type_of
from router.federation.supergraph import Supergraph


class _Extensions(msgspec.Struct):
    named: Named | None = msgspec.field(name="cacheInvalidation", default=None)


class _Answer(msgspec.Struct):
    extensions: _Extensions | None = None


_read: Final = msgspec.json.Decoder(_Answer).decode


class Changed(NamedTuple):
    """What a mutation's answer shows: entities that have changed, and of others fields that may have, by name. `viewer`: who has
    changed them, if that is known. `named`: what the subgraph says of it."""

    entities: Collection[str] = ()
    fields: Collection[tuple[str, str]] = ()
    viewer: str | None = None
    named: Named | None = None


class Naming:
    """Of one supergraph."""

    def __init__(self, supergraph: Supergraph, identities: Identities) -> None:
        self._supergraph = supergraph
        self._identities = identities
        self._names = AskedNames(supergraph)

    def invalidation(self, subgraph: str, changed: Changed) -> Invalidation:
        """What is named and is not in the graph is passed over.

        With what has changed go all lists of entities of its types, and what the subgraph keeps for the viewer: that is what a
        mutation changes without returning it.
        """
        asked = changed.named.asked() if changed.named is not None else ()
        return together([self._of_answer(subgraph, changed), self._names.as_far_as_known(asked)])

    def _of_answer(self, subgraph: str, changed: Changed) -> Invalidation:
        names = dict.fromkeys(changed.entities)
        types: dict[str, None] = {}
        for name in changed.entities:
            names |= dict.fromkeys(self._also_called(name, types))
        tags = dict.fromkeys(
            tag_of_lists(type_of(each)) for each in (*names, *(f"{each}:" for each in types))
        )
        fields = dict.fromkeys(changed.fields)
        for name, field in changed.fields:
            fields |= {(other, field): None for other in self._also_called(name, types)}
        if changed.viewer is not None:
            tags[tag_of_viewer(subgraph, changed.viewer)] = None
        return Invalidation(tuple(names), tuple(fields), tuple(types), tuple(tags))

    def _also_called(self, name: str, types: dict[str, None]) -> list[str]:
        """By interfaces. Where its own key does not say which of them it is, all are meant, and `types` gets them."""
        type_name, _, key = name.partition(":")
        found = []
        for interface in self._standing_for(type_name):
            if self._identities.key(interface) == self._identities.key(type_name):
                found.append(f"{interface}:{key}")
            else:
                types[interface] = None
        return found

    def _standing_for(self, type_name: str) -> Iterator[str]:
        """The interfaces that some subgraph has as an object, which is what it calls objects of this type."""
        for interface in self._supergraph.interface_objects:
            if type_name in self._supergraph.possible_types.get(interface, ()):
                yield interface


def named_in(body: bytes) -> Named | None:
    """What a subgraph says in its answer to a mutation. None also where that has another form."""
    try:
        extensions = _read(body).extensions
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return extensions.named if extensions is not None else None
