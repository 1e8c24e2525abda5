"""What a mutation changed, as far as its answer says: the entities in it, and what the subgraph names.

A subgraph names in `extensions.cacheInvalidation` what the answer does not show: named.py.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from router.cache.asked_names import AskedNames
from router.cache.filling import tag_of_lists, tag_of_viewer
from router.cache.identity import Identities
from router.cache.invalidation_request import Asked
from router.cache.named import Named
from router.cache.store import Invalidation, together, type_of
from router.errors import ClientError
from router.federation.supergraph import Supergraph


class _Extensions(msgspec.Struct):
    named: Named | None = msgspec.field(name="cacheInvalidation", default=None)


class _Answer(msgspec.Struct):
    extensions: _Extensions | None = None


_read: Final = msgspec.json.Decoder(_Answer).decode


class Naming:
    """Of one supergraph."""

    def __init__(self, supergraph: Supergraph, identities: Identities) -> None:
        self._supergraph = supergraph
        self._identities = identities
        self._names = AskedNames(supergraph)

    def invalidation(self, body: bytes, entities: list[str], viewer: str | None) -> Invalidation:
        """Of an answer, with the entities that were found in it. What is not as it should be there is passed over.

        Beside what is named, everything that is private to the viewer goes, and all lists of entities of the types of those
        that were found: they are what a mutation changes without returning it.
        """
        parts = [self._of_answer(entities, viewer)]
        for asked in _asked(body):
            try:
                parts.append(self._names.invalidation([asked]))
            except ClientError:
                continue  # the graph has no such names, so nothing of it is kept
        return together(parts)

    def _of_answer(self, entities: list[str], viewer: str | None) -> Invalidation:
        names = dict.fromkeys(entities)
        types: dict[str, None] = {}
        for name in entities:
            type_name, _, key = name.partition(":")
            for interface in self._standing_for(type_name):
                if self._identities.key(interface) == self._identities.key(type_name):
                    names[f"{interface}:{key}"] = None
                else:
                    types[interface] = None  # which one of them it is there, its own key does not say
        tags = dict.fromkeys(
            tag_of_lists(type_of(each)) for each in (*names, *(f"{each}:" for each in types))
        )
        if viewer is not None:
            tags[tag_of_viewer(viewer)] = None
        return Invalidation(tuple(names), (), tuple(types), tuple(tags))

    def _standing_for(self, type_name: str) -> Iterator[str]:
        """The interfaces that some subgraph has as an object, which is what it calls objects of this type."""
        for interface in self._supergraph.interface_objects:
            if type_name in self._supergraph.possible_types.get(interface, ()):
                yield interface


def _asked(body: bytes) -> Iterator[Asked]:
    try:
        extensions = _read(body).extensions
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return
    named = extensions.named if extensions is not None else None
    if named is not None:
        yield from named.asked()
