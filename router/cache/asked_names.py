"""What a request to invalidate means in the store: names of entities, types and tags.

An entity is kept once for all subgraphs, so what is asked for one subgraph is done for all. At least what was meant goes:
an object without a key goes with whatever holds it, and lists of entities go with each of their entities.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from graphql import GraphQLError, GraphQLField, get_named_type, is_leaf_type
from graphql.pyutils import did_you_mean, suggestion_list

from router.cache.filling import tag_of_lists
from router.cache.holders import Holders
from router.cache.identity import Identities, KeyTree, entity_name
from router.cache.invalidation_request import (
    Asked,
    CacheTag,
    Everything,
    OfSubgraph,
    OfType,
    OneEntity,
    OneField,
    not_understood,
)
from router.cache.store import Invalidation, together, type_of
from router.errors import ClientError
from router.federation.supergraph import Supergraph


class _NotKnownError(Exception):
    """Says which name."""


class _Found:
    """In the order in which it was asked for, each once."""

    def __init__(self) -> None:
        self.entities: dict[str, None] = {}
        self.fields: dict[tuple[str, str], None] = {}
        self.types: dict[str, None] = {}
        self.tags: dict[str, None] = {}
        self.everything = False

    def invalidation(self) -> Invalidation:
        return Invalidation(
            tuple(self.entities), tuple(self.fields), tuple(self.types), tuple(self.tags), self.everything
        )


def without_graph(asked: Sequence[Asked]) -> Invalidation | None:
    """None where something can only be understood with the supergraph."""
    found = _Found()
    for each in asked:
        if isinstance(each, CacheTag) and not each.subgraphs:
            found.tags[each.cache_tag] = None
        elif isinstance(each, Everything):
            found.everything = True
        else:
            return None
    return found.invalidation()


class AskedNames:
    """Finds them for the types and keys of one supergraph."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._identities = Identities(supergraph)
        self._holders = Holders(supergraph, self._identities)
        self._types: dict[tuple[str, str | None], frozenset[str]] = {}

    def invalidation(self, asked: Sequence[Asked]) -> Invalidation:
        """All of it in one. Raises ClientError INVALID_INVALIDATION_REQUEST for names that the graph does not have."""
        found = _Found()
        for position, each in enumerate(asked):
            try:
                self._add(each, found)
            except _NotKnownError as error:
                raise not_understood(f"Request {position + 1}: {error}", request=position) from None
        return found.invalidation()

    def as_far_as_known(self, asked: Iterable[Asked]) -> Invalidation:
        """All of it in one. What the graph does not have is passed over. Where the key is not the one that makes an entity's
        name, all of its type goes."""
        return together([part for each in asked for part in self._known(each)])

    def _known(self, asked: Asked) -> Iterator[Invalidation]:
        try:
            yield self.invalidation([asked])
        except ClientError:
            if isinstance(asked, OneEntity):
                yield from self._known(OfType(asked.type))
            elif isinstance(asked, OneField) and asked.key is not None:
                yield from self._known(OneField(asked.type, asked.field))

    def _add(self, asked: Asked, found: _Found) -> None:
        match asked:
            case CacheTag():
                for subgraph in asked.subgraphs:
                    self._graph(subgraph)
                found.tags[asked.cache_tag] = None
            case OfType():
                self._add_type(asked.type, asked.subgraph, found)
            case OfSubgraph():
                found.types |= dict.fromkeys(self._of_subgraph(asked.subgraph))
            case OneEntity():
                self._restricted(asked.subgraph)
                for name in self._entities(asked.type, asked.key):
                    found.entities[name] = None
                    found.tags[tag_of_lists(type_of(name))] = None
            case OneField():
                self._add_field(asked, found)
            case Everything():
                found.everything = True

    def _add_type(self, type_name: str, subgraph: str | None, found: _Found) -> None:
        for each in sorted(self._of_type(type_name, subgraph)):
            found.types[each] = None
            if each not in self._supergraph.root_kinds:
                found.tags[tag_of_lists(each)] = None

    def _add_field(self, asked: OneField, found: _Found) -> None:
        fields = self._fields(asked.type)
        if asked.field not in fields:
            _unknown(f"{asked.type} has no field {asked.field}.", asked.field, fields)
        self._restricted(asked.subgraph)
        if asked.type in self._supergraph.root_kinds:
            found.fields[f"{asked.type}:", asked.field] = None
        elif asked.key is not None:
            for name in self._entities(asked.type, asked.key):
                found.fields[name, asked.field] = None
        else:
            # A store has no mark for a field of all entities of a type.
            found.types |= dict.fromkeys(sorted(self._of_type(asked.type, asked.subgraph)))

    def _of_subgraph(self, subgraph: str) -> Iterator[str]:
        for view in self._supergraph.subgraphs[self._graph(subgraph)].types.values():
            if view.fields and not view.is_abstract and self._holders.keeps(view.name):
                yield view.name

    def _of_type(self, type_name: str, subgraph: str | None) -> frozenset[str]:
        known = self._types.get((type_name, subgraph))
        if known is None:
            graphs = self._restricted(subgraph)
            names = self._all_names(type_name)
            holders = (self._holders.of(each, graphs) for each in names)
            known = self._types[type_name, subgraph] = frozenset(names).union(*holders)
        return known

    def _all_names(self, type_name: str) -> list[str]:
        """What objects of the type are called in some subgraph: there an interface can be an object itself."""
        possible = self._supergraph.possible_types
        if type_name not in possible:
            _unknown(f"The graph has no objects of a type {type_name}.", type_name, possible)
        also = (each for each in self._supergraph.interface_objects if possible[type_name] & possible[each])
        return sorted({*possible[type_name], *also})

    def _entities(self, type_name: str, key: Mapping[str, Any]) -> list[str]:
        """All names of the entity. `key` has to be enough for each, so that none is forgotten."""
        if type_name in self._supergraph.root_kinds:
            return [f"{type_name}:"]
        found = []
        for each in self._all_names(type_name):
            identity = self._identities.key(each)
            if identity is None:
                continue
            self._check(each, identity, key)
            name = entity_name(each, identity, key)
            if name is None:
                raise _NotKnownError(f"The key of {each} is {_written(identity)}, and all of it is needed.")
            found.append(name)
        if not found:
            raise _NotKnownError(f"{type_name} has no key. Ask for the type.")
        return found

    def _check(self, type_name: str, identity: KeyTree, key: Mapping[str, Any]) -> None:
        """ "7" is another key than 7, where the schema says Int: it would be nobody's name."""
        fields = self._fields(type_name)
        for part in identity:
            value, type_ = key.get(part.name), get_named_type(fields[part.name].type)
            if part.below and value is not None:
                if not isinstance(value, Mapping):
                    raise _NotKnownError(f"{type_name}.{part.name} is an object: {_written((part,))}.")
                self._check(type_.name, part.below, value)
            elif value is not None and is_leaf_type(type_):
                try:
                    type_.parse_value(value)
                except GraphQLError as error:
                    raise _NotKnownError(f"{type_name}.{part.name}: {error.message}") from None

    def _fields(self, type_name: str) -> Mapping[str, GraphQLField]:
        self._all_names(type_name)
        fields: Mapping[str, GraphQLField] = getattr(
            self._supergraph.schema.type_map[type_name], "fields", {}
        )
        return fields

    def _restricted(self, subgraph: str | None) -> list[str]:
        return list(self._supergraph.subgraphs) if subgraph is None else [self._graph(subgraph)]

    def _graph(self, subgraph: str) -> str:
        if subgraph not in self._supergraph.subgraphs:
            _unknown(f"The graph has no subgraph {subgraph}.", subgraph, self._supergraph.subgraphs)
        return subgraph


def _unknown(message: str, name: str, known: Mapping[str, object]) -> NoReturn:
    raise _NotKnownError(message + did_you_mean(suggestion_list(name, list(known))))


def _written(identity: KeyTree) -> str:
    return " ".join(
        f"{part.name} {{{_written(part.below)}}}" if part.below else part.name for part in identity
    )
