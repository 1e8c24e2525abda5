"""Which subgraph can resolve what: the questions that every step of planning asks of a supergraph."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graphql import SelectionSetNode

from router.federation.subgraph_view import FieldView, TypeView
from router.federation.supergraph import Supergraph
from router.operation.budget import Budget
from router.operation.narrow import Narrowing
from router.operation.normalize import Normalizer
from router.operation.selection import Field, SelectionSet

TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A field that a subgraph resolves, and what that subgraph also provides below it."""

    view: FieldView
    provided: SelectionSet | None = None


@dataclass(frozen=True, slots=True)
class EntityKey:
    """A key by which a subgraph answers `_entities` for a type. `type_name` is what the subgraph calls the type."""

    type_name: str
    selections: SelectionSet


class Resolution:
    """Answers for one supergraph and one set of active override labels. Remembers them; used by one plan at a time."""

    def __init__(
        self, supergraph: Supergraph, labels: frozenset[str] = frozenset(), budget: Budget | None = None
    ) -> None:
        self.supergraph = supergraph
        self.labels = labels
        self.budget = budget or Budget()
        self.narrowing = Narrowing(supergraph.possible_types, self.budget)
        self._normalizer = Normalizer(supergraph.schema, supergraph.possible_types)
        self._field_sets: dict[tuple[int, str], SelectionSet] = {}
        self._keys: dict[tuple[str, str], tuple[EntityKey, ...]] = {}
        self._split: dict[
            tuple[int, str, str, int], tuple[SelectionSet, tuple[SelectionSet | None, SelectionSet | None]]
        ] = {}

    def field_set(self, node: SelectionSetNode, type_name: str) -> SelectionSet:
        """A @key, @requires or @provides, normalised on the type."""
        key = (id(node), type_name)
        found = self._field_sets.get(key)
        if found is None:
            found = self._field_sets[key] = self._normalizer.normalize(node, type_name)
        return found

    def view(self, graph: str, type_name: str) -> TypeView | None:
        """The type as the subgraph has it, itself or through an interface object."""
        return self.supergraph.view(graph, type_name)

    def static_view(self, graph: str, type_name: str) -> TypeView:
        """The type, known to be in the subgraph."""
        return self.supergraph.subgraphs[graph].types[type_name]

    def field(
        self, graph: str, type_name: str, name: str, provided: SelectionSet | None = None
    ) -> Resolved | None:
        """The field, if the subgraph can resolve it on that type, there where it provides `provided`."""
        view = self.view(graph, type_name)
        found = view.fields.get(name) if view is not None else None
        if view is None or found is None:
            return None
        below = self._provided_below(provided, type_name, name)
        if (found.external and below is None) or not self._is_on(found):
            return None
        sets = list(below or ())
        if found.provides is not None:
            sets.append(self.field_set(found.provides, found.named_type))
        if below is not None and found.requires is not None:
            found = replace(found, requires=None)
        return Resolved(found, self.narrowing.merge(sets) if sets else None)

    def abstract_field(
        self, graph: str, view: TypeView, field: Field, provided: SelectionSet | None
    ) -> Resolved | None:
        """The field, if the subgraph can resolve it on the interface, whatever the object turns out to be."""
        on = self.supergraph.subgraphs[graph].types.get(field.on)
        if on is None or not on.is_abstract:
            return None
        found = on.fields.get(field.name)
        if found is None or found.external or found.waits or not self._is_on(found):
            return None
        types = view.possible if field.types is None else field.types & view.possible
        if on.possible & view.possible != types:
            return None
        self.budget.spend(len(types))
        for type_name in types:
            each = self.field(graph, type_name, field.name, provided)
            if each is None or each.view.waits:
                return None
        below = self._provided_below(provided, None, field.name) or []
        if found.provides is not None:
            below = [*below, self.field_set(found.provides, found.named_type)]
        return Resolved(found, self.narrowing.merge(below) if below else None)

    def keys(self, graph: str, type_name: str) -> tuple[EntityKey, ...]:
        """The keys by which the subgraph can be asked for the entity."""
        found = self._keys.get((graph, type_name))
        if found is None:
            view = self.view(graph, type_name)
            keys = [key for key in view.keys if key.resolvable] if view is not None else []
            found = tuple(
                EntityKey(view.name, self.field_set(key.fields, view.name))
                for key in keys
                if view is not None
            )
            self._keys[(graph, type_name)] = found
        return found

    def is_local(
        self, selections: SelectionSet, graph: str, type_name: str, provided: SelectionSet | None
    ) -> bool:
        """Whether the subgraph resolves all of it, without any other."""
        return self.split(selections, graph, type_name, provided)[1] is None

    def split(
        self, selections: SelectionSet, graph: str, type_name: str, provided: SelectionSet | None
    ) -> tuple[SelectionSet | None, SelectionSet | None]:
        """The part that the subgraph resolves alone, and the rest."""
        key = (id(selections), graph, type_name, id(provided))
        found = self._split.get(key)
        if found is None:
            found = (selections, self._split_fields(selections, graph, type_name, provided))
            self._split[key] = found
        return found[1]

    def exploded(self, field: Field, view: TypeView) -> Iterable[tuple[str, Field]]:
        """The field once per object type that it is selected for and that the subgraph knows."""
        types = view.possible if field.types is None else field.types & view.possible
        self.budget.spend(len(types))
        for type_name in sorted(types):
            yield type_name, replace(field, on=type_name, types=None)

    def _split_fields(
        self, selections: SelectionSet, graph: str, type_name: str, provided: SelectionSet | None
    ) -> tuple[SelectionSet | None, SelectionSet | None]:
        view = self.static_view(graph, type_name)
        narrow = self.narrowing
        if view.is_abstract:
            fields = narrow.to_types(selections, type_name, view.possible).fields
        elif view.is_interface_object:
            fields = selections.fields
        else:
            fields = narrow.to_object(selections, type_name).fields
        self.budget.spend(len(fields))
        part: list[Field] = []
        rest: list[Field] = []
        for field in fields:
            here, there = self._split_field(field, graph, view, provided)
            if here is not None:
                part.append(here)
            if there is not None:
                rest.append(there)
        if not rest:
            return selections, None
        own = selections.type
        return (SelectionSet(own, tuple(part)) if part else None), SelectionSet(own, tuple(rest))

    def _split_field(
        self, field: Field, graph: str, view: TypeView, provided: SelectionSet | None
    ) -> tuple[Field | None, Field | None]:
        if field.defer is not None:
            return None, field
        if field.name == TYPENAME:
            return (None, field) if view.is_interface_object else (field, None)
        if view.is_interface_object and field.types is not None:
            return None, field
        if not view.is_abstract:
            return self._split_resolved(field, graph, self.field(graph, view.name, field.name, provided))
        direct = self.abstract_field(graph, view, field, provided)
        if direct is not None:
            return self._split_resolved(field, graph, direct)
        for type_name, each in self.exploded(field, view):
            resolved = self.field(graph, type_name, field.name, provided)
            if self._split_resolved(each, graph, resolved)[1] is not None:
                return None, field
        return field, None

    def _split_resolved(
        self, field: Field, graph: str, resolved: Resolved | None
    ) -> tuple[Field | None, Field | None]:
        if resolved is None or resolved.view.waits:
            return None, field
        if field.selections is None:
            return field, None
        part, rest = self.split(field.selections, graph, resolved.view.named_type, resolved.provided)
        if rest is None:
            return field, None
        here = replace(field, selections=part) if part is not None else None
        return here, replace(field, selections=rest)

    def _provided_below(
        self, provided: SelectionSet | None, type_name: str | None, name: str
    ) -> list[SelectionSet] | None:
        """What is provided below the field; None where the field itself is not provided."""
        if provided is None:
            return None
        found = [
            each
            for each in provided.fields
            if each.name == name
            and (each.types is None or (type_name is not None and type_name in each.types))
        ]
        return [each.selections for each in found if each.selections is not None] if found else None

    def _is_on(self, field: FieldView) -> bool:
        if field.override_label is not None:
            return field.override_label in self.labels
        return field.overridden_by_label is None or field.overridden_by_label not in self.labels
