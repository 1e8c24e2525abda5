"""What a mutation changed, as far as its answer says: the entities in it, and what the subgraph names.

A subgraph names in `extensions.cacheInvalidation` what the answer does not show:

    {"entities": [{"__typename": "Chef", "id": "7"}], "fields": [{"__typename": "Chef", "id": "7", "field": "rating"}],
     "types": ["ChefConnection"], "tags": ["chefs"]}

A field of a root type is `{"__typename": "Query", "field": "chefs"}`.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from router.cache.filling import tag_of_lists, tag_of_viewer
from router.cache.identity import Identities, entity_name
from router.cache.store import Invalidation, type_of
from router.federation.supergraph import Supergraph


class _Named(msgspec.Struct):
    entities: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    types: list[str] = []
    tags: list[str] = []


class _Extensions(msgspec.Struct):
    named: _Named | None = msgspec.field(name="cacheInvalidation", default=None)


class _Answer(msgspec.Struct):
    extensions: _Extensions | None = None


_read: Final = msgspec.json.Decoder(_Answer).decode


class Naming:
    """Finds names for what a subgraph calls by keys."""

    def __init__(self, supergraph: Supergraph, identities: Identities) -> None:
        self._supergraph = supergraph
        self._identities = identities

    def invalidation(self, body: bytes, entities: list[str], viewer: str | None) -> Invalidation:
        """Of an answer, with the entities that were found in it. What is not as it should be there is passed over.

        Beside what is named, everything that is private to the viewer goes, and all lists of entities of the types of those
        that were found: they are what a mutation changes without returning it.
        """
        try:
            extensions = _read(body).extensions
        except (msgspec.MsgspecError, UnicodeError):
            extensions = None
        named = extensions.named if extensions is not None and extensions.named is not None else _Named()
        found = dict.fromkeys(entities)
        for values in named.entities:
            found.update(dict.fromkeys(self._names(values)))
        names = tuple(dict.fromkeys(each for name in found for each in self.aliases(name)))
        tags = dict.fromkeys((*named.tags, *(tag_of_lists(type_of(name)) for name in names)))
        if viewer is not None:
            tags[tag_of_viewer(viewer)] = None
        return Invalidation(names, tuple(self._fields(named.fields)), tuple(named.types), tuple(tags))

    def aliases(self, name: str) -> Iterator[str]:
        """An entity's own name, and those under which subgraphs know it that see an interface as an object."""
        yield name
        type_name, _, key = name.partition(":")
        for interface in self._supergraph.interface_objects:
            if type_name in self._supergraph.possible_types.get(interface, ()):
                yield f"{interface}:{key}"

    def _names(self, values: dict[str, Any]) -> Iterator[str]:
        type_name = values.get("__typename")
        if not isinstance(type_name, str):
            return
        if type_name in self._supergraph.root_kinds:
            yield f"{type_name}:"
            return
        key = self._identities.key(type_name)
        name = entity_name(type_name, key, values) if key is not None else None
        if name is not None:
            yield name

    def _fields(self, named: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
        for values in named:
            field = values.get("field")
            if isinstance(field, str):
                for name in self._names(values):
                    yield from ((alias, field) for alias in self.aliases(name))
