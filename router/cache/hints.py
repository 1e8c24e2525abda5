"""What is said about keeping the types and fields of one subgraph: by its schema, by its interfaces, by router.yaml."""

from dataclasses import dataclass

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType

from router.cache.directives import CacheDirectives
from router.cache.hint import NOTHING, Hint, Scope, most_cautious
from router.cache.overrides import Overrides
from router.federation.subgraph_view import FieldView
from router.federation.supergraph import Supergraph

Owner = GraphQLObjectType | GraphQLInterfaceType
_PRIVATE = Hint(scope=Scope.PRIVATE)


@dataclass(frozen=True, slots=True)
class Place:
    """A field as the subgraph has it: `owner` is the interface for a field of an interface object."""

    owner: Owner
    name: str
    view: FieldView
    field: GraphQLField

    @property
    def returned(self) -> str:
        """The name of its type."""
        return self.view.named_type


class Hints:
    """Found when they are asked for; those of types are kept."""

    def __init__(
        self, supergraph: Supergraph, subgraph: str, directives: CacheDirectives, overrides: Overrides
    ) -> None:
        self._supergraph = supergraph
        self._subgraph = subgraph
        self._types = supergraph.subgraphs[subgraph].types
        self._directives = directives
        self._overrides = overrides
        self._of_types: dict[str, Hint] = {}

    def place(self, type_name: str, field_name: str) -> Place | None:
        """None for what the subgraph does not have."""
        view = self._supergraph.view(self._subgraph, type_name)
        found = view.fields.get(field_name) if view is not None else None
        if view is None or found is None:
            return None
        owner = self._supergraph.schema.type_map[view.name]
        return Place(owner, field_name, found, owner.fields[field_name]) if isinstance(owner, Owner) else None

    def of_type(self, name: str) -> Hint:
        """What stands on the type."""
        if name not in self._of_types:
            type_ = self._supergraph.schema.type_map[name]
            hint = self._directives.hint(type_)
            if isinstance(type_, Owner):
                hint = hint.over(most_cautious(self.of_type(each.name) for each in self._interfaces(type_)))
            self._of_types[name] = self._overrides.on_type(name, hint)
        return self._of_types[name]

    def of_field(self, owner: Owner, name: str) -> Hint:
        """What stands on the field."""
        of_interfaces = (
            self.of_field(each, name)
            for each in self._interfaces(owner)
            if name in self._types[each.name].fields
        )
        hint = self._directives.hint(owner.fields[name]).over(most_cautious(of_interfaces))
        return self._overrides.on_field(owner.name, name, hint)

    def returned(self, place: Place) -> Hint:
        """What stands on the type that the field returns. PRIVATE if that can be an object that is."""
        view = self._types.get(place.returned)
        if view is None:
            return NOTHING
        is_private = any(self.of_type(each).scope is Scope.PRIVATE for each in view.possible)
        return self.of_type(place.returned).over(_PRIVATE if is_private else NOTHING)

    def is_entity(self, name: str) -> bool:
        """Whether all objects of the type have a key in this subgraph."""
        view = self._types.get(name)
        if view is None or view.keys:
            return view is not None
        members = view.possible - {name}
        return bool(members) and all(self.is_entity(each) for each in members)

    def _interfaces(self, type_: Owner) -> list[GraphQLInterfaceType]:
        """Those that the subgraph has, too."""
        return [each for each in type_.interfaces if each.name in self._types]
