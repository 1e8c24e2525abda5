"""The patterns of router.yaml that say something about a type or a field of one subgraph."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final, Self, TypeVar

from graphql import GraphQLSchema, is_interface_type, is_object_type

from router.cache.hint import NOTHING, Hint, Scope
from router.cache.settings import FieldCacheSettings, PolicySettings, VarySettings

EVERYTHING: Final = "*"
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Vary:
    """What a value depends on besides its arguments."""

    headers: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    def merged(self, other: "Vary") -> "Vary":
        """On what either depends."""
        return Vary(_sorted((*self.headers, *other.headers)), _sorted((*self.claims, *other.claims)))


@dataclass(frozen=True, slots=True)
class Overrides:
    """`policies`: those for all subgraphs, then those for this one, which win pattern by pattern."""

    policies: tuple[Mapping[str, PolicySettings], ...]
    vary: Mapping[str, VarySettings]

    @classmethod
    def of(cls, settings: FieldCacheSettings, subgraph: str) -> Self:
        own = settings.subgraphs.get(subgraph)
        return cls((settings.policy, own.policy) if own else (settings.policy,), settings.vary)

    @property
    def default(self) -> Hint:
        """For all fields, where the schema says nothing."""
        return self._said(EVERYTHING, NOTHING)

    def on_type(self, name: str, schema: Hint) -> Hint:
        """As if its @cacheControl said so."""
        return self._said(name, schema)

    def on_field(self, type_name: str, name: str, schema: Hint) -> Hint:
        """As if its @cacheControl said so. Only the pattern that names this field alone can make it PUBLIC again."""
        hint = schema
        for pattern in (f"{type_name}.*", f"*.{name}"):
            for each in _found(self.policies, pattern):
                hint = _hint(each).over(hint)
        return self._said(f"{type_name}.{name}", hint)

    def vary_of(self, type_name: str, name: str, returned: str) -> Vary:
        """Of a field, with what the type that it is of and the one that it returns depend on."""
        patterns = (EVERYTHING, type_name, returned, f"{type_name}.*", f"*.{name}", f"{type_name}.{name}")
        found = [self.vary[pattern] for pattern in patterns if pattern in self.vary]
        found += [each.vary for pattern in patterns for each in _found(self.policies, pattern)]
        return reduce(Vary.merged, (Vary(each.headers, each.claims) for each in found), Vary())

    def _said(self, pattern: str, under: Hint) -> Hint:
        for each in _found(self.policies, pattern):
            under = _hint(each).in_place_of(under)
        return under


def unknown_patterns(settings: FieldCacheSettings, schema: GraphQLSchema) -> list[str]:
    """Patterns that name a type or a field that the schema does not have, most likely by a typing error."""
    written = {*settings.policy, *settings.vary}
    written.update(*(each.policy for each in settings.subgraphs.values()))
    return sorted(pattern for pattern in written if not _is_known(pattern, schema))


def _is_known(pattern: str, schema: GraphQLSchema) -> bool:
    type_name, _, field = pattern.partition(".")
    types = schema.type_map.values() if type_name == EVERYTHING else [schema.type_map.get(type_name)]
    if field in ("", EVERYTHING):
        return any(types)
    return any(field in each.fields for each in types if is_object_type(each) or is_interface_type(each))


def _found(mappings: Iterable[Mapping[str, _Value]], pattern: str) -> Iterator[_Value]:
    return (mapping[pattern] for mapping in mappings if pattern in mapping)


def _hint(said: PolicySettings) -> Hint:
    return Hint(
        said.max_age,
        said.stale_while_revalidate,
        said.stale_if_error,
        Scope(said.scope) if said.scope else None,
        said.inherit_max_age,
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
