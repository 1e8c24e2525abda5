"""For how long, and for whom, the field cache may keep each field that a subgraph resolves.

The words are those of @cacheControl, which may stand on fields and on object, interface and union types. As in Apollo's
documentation of it:

- What a field says wins over what the type that it returns says; each word for itself, but staleWhileRevalidate and
  staleIfError belong to the maxAge beside them.
- A leaf, of a scalar or an enum, of which nothing is said is kept as long as its parent type says.
- Root fields, and fields with objects of which nothing is said, are not kept, unless they or the type that they return say
  inheritMaxAge: then it is as long as the parent type says.
- `maxAge: 0` is never. PRIVATE, on the field, its type or the type that it returns, is PRIVATE.

The cache keeps each field of an entity for itself, so what Apollo decides for the whole of an answer is decided per field:

- The parent of a field is a type here, not the field above it. A type that says something limits what its fields take
  from the types that they return; only a field's own word goes beyond it. A type that says nothing does not limit them.
- A field with one entity, not a list, is a leaf: what is kept is the entity's key, which belongs to the parent. So it has
  the parent type's policy. The returned type's seconds are for the entity's own fields; but where they are 0, its keys
  are not kept either.
- A value without a key is kept with the field that returns it, in one piece. What stands inside says with its own words
  only that it must end sooner or is PRIVATE: see `Policies.narrowed`. Entities inside are keys again.
- What an interface says holds for the object types of it in the same subgraph, and for their fields, where these say
  nothing; of several interfaces the most cautious counts.
- A field is kept as the subgraph says that resolved it, whatever others say of the same field.

`cache.policy` of router.yaml stands over that: `Type` in place of the type's @cacheControl; `Type.*`, `*.field` and
`Type.field` in place of the field's, the last named first. `*` fills in, word by word, what is said nowhere, for root fields and
those with objects, too. Fields of mutations and subscriptions are never kept.
"""

from dataclasses import dataclass

from graphql import OperationType, is_leaf_type

from router.cache.directives import CacheDirectives
from router.cache.hint import NOTHING, Hint, Scope
from router.cache.hints import Hints, Place
from router.cache.overrides import Overrides, Vary
from router.cache.settings import FieldCacheSettings
from router.cache.tag_format import TagFormat
from router.federation.supergraph import Supergraph

__all__ = ["Policies", "Policy", "Scope", "TagFormat", "policies"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Seconds. Stale values may be used for so long after `max_age`. Names of headers are in lower case."""

    max_age: int
    stale_while_revalidate: int = 0
    stale_if_error: int = 0
    scope: Scope = Scope.PUBLIC
    vary_headers: tuple[str, ...] = ()
    vary_claims: tuple[str, ...] = ()

    @property
    def is_for_all(self) -> bool:
        """The value is the same whoever asks."""
        return self.scope is Scope.PUBLIC and not self.vary_headers and not self.vary_claims


def policies(supergraph: Supergraph, subgraph: str, settings: FieldCacheSettings) -> "Policies":
    """Of one subgraph, by its name. Cheap: each field is looked at when it is asked for."""
    directives, overrides = CacheDirectives(supergraph, subgraph), Overrides.of(settings, subgraph)
    own = settings.subgraphs.get(subgraph)
    hints = Hints(supergraph, subgraph, directives, overrides) if own is None or own.enabled else None
    return Policies(supergraph, directives, overrides, hints)


class Policies:
    """Of the fields that one subgraph resolves. Ask with the type that an entity has, where that is known."""

    def __init__(
        self,
        supergraph: Supergraph,
        directives: CacheDirectives,
        overrides: Overrides,
        hints: Hints | None,
    ) -> None:
        self._supergraph = supergraph
        self._directives = directives
        self._overrides = overrides
        self._hints = hints
        """None: nothing of the subgraph is kept."""
        self._policies: dict[tuple[str, str], Policy | None] = {}

    def of(self, type_name: str, field_name: str) -> Policy | None:
        """None: it is not kept."""
        key = type_name, field_name
        if key not in self._policies:
            self._policies[key] = self._find(type_name, field_name)
        return self._policies[key]

    def narrowed(self, policy: Policy, type_name: str, field_name: str) -> Policy | None:
        """What is left of the policy of a value without a key in which this field lies. None: it is not kept."""
        place = self._hints.place(type_name, field_name) if self._hints else None
        if place is None or self._hints is None:
            return policy
        own, returned = self._hints.of_field(place.owner, place.name), self._hints.returned(place)
        limit = own if self._hints.is_entity(place.returned) else own.over(returned)
        said = Hint(policy.max_age, policy.stale_while_revalidate, policy.stale_if_error, policy.scope)
        vary = self._overrides.vary_of(type_name, place.name, place.returned)
        vary = vary.merged(Vary(policy.vary_headers, policy.vary_claims))
        return _made(said.limited_by(limit), (own, returned), vary)

    def tags(self, type_name: str, field_name: str) -> tuple[TagFormat, ...]:
        """Those of the type and those of the field. Raises InvalidSupergraphError."""
        place = self._hints.place(type_name, field_name) if self._hints else None
        if place is None:
            return ()
        of_type = self._directives.tags(place.owner, place.owner.name)
        return of_type + self._directives.tags(place.field, f"{place.owner.name}.{field_name}")

    def _find(self, type_name: str, field_name: str) -> Policy | None:
        place = self._hints.place(type_name, field_name) if self._hints else None
        if place is None or self._hints is None or self._is_no_query(place):
            return None
        own, returned = self._hints.of_field(place.owner, place.name), self._hints.returned(place)
        parent, default = self._hints.of_type(place.owner.name), self._overrides.default
        hint = own.over(self._inherited(place, own, parent, returned)).filled_from(default)
        vary = self._overrides.vary_of(type_name, place.name, place.returned)
        return _made(hint, (parent, returned, default), vary)

    def _is_no_query(self, place: Place) -> bool:
        kind = self._supergraph.root_kinds.get(place.owner.name)
        return kind is not None and kind is not OperationType.QUERY

    def _inherited(self, place: Place, own: Hint, parent: Hint, returned: Hint) -> Hint:
        """What is said about the field elsewhere than at it."""
        is_root = place.owner.name in self._supergraph.root_kinds
        inherits = own.inherits or returned.inherits
        if is_leaf_type(self._supergraph.schema.type_map[place.returned]):
            return parent if inherits or not is_root else NOTHING
        if is_root:
            return returned.over(parent if inherits else NOTHING)
        if self._hints and place.view.list_depth == 0 and self._hints.is_entity(place.returned):
            return returned if returned.is_never else parent
        if returned.is_said:
            return returned.limited_by(parent)
        return returned.over(parent if inherits or parent.is_never else NOTHING)


def _made(hint: Hint, others: tuple[Hint, ...], vary: Vary) -> Policy | None:
    """PRIVATE if any of them says so."""
    if hint.max_age is None or hint.is_never:
        return None
    is_private = any(each.scope is Scope.PRIVATE for each in (hint, *others))
    return Policy(
        hint.max_age,
        hint.stale_while_revalidate or 0,
        hint.stale_if_error or 0,
        Scope.PRIVATE if is_private else Scope.PUBLIC,
        vary.headers,
        vary.claims,
    )
