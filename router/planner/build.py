"""Turns the choices into fetches: walks the positions and writes what each visit has to ask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from graphql import ArgumentNode, NameNode, OperationType, VariableNode

from router.federation.subgraph_view import FieldView, TypeView
from router.operation.selection import DeferTag, Field, SelectionSet
from router.planner.choice import (
    AbstractPosition,
    EntityPosition,
    LocalPosition,
    Placed,
    Position,
    Visit,
)
from router.planner.context import Contexts
from router.planner.fetch_graph import Deferral, FetchGraph, FetchGroup, Out, OutField, Requirement
from router.planner.inputs import Inputs
from router.planner.nodes import Path
from router.planner.place import Place, key_of
from router.planner.resolution import TYPENAME, EntityKey, Resolution, Resolved
from router.planner.response_keys import ResponseKeys


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where in which fetch an object's fields are written."""

    group: FetchGroup
    out: Out


class FetchBuilder:
    """Writes the fetches of one operation into a fetch graph."""

    def __init__(
        self, resolution: Resolution, keys: ResponseKeys, contexts: Contexts, graph: FetchGraph
    ) -> None:
        self._resolution = resolution
        self._keys = keys
        self._inputs = Inputs(keys)
        self._graph = graph
        self._contexts = contexts

        self._deferral: Deferral | None = None
        self._deferrals: dict[tuple[DeferTag, Path], Deferral] = {}

    def root(self, position: EntityPosition, kind: OperationType) -> None:
        """Writes the root fields, each into the group of the subgraph that was chosen for it, and all below them."""
        for visit in position.visits:
            group = self._graph.root(visit.graph, position.type_name, kind, (), self._deferral)
            for placed in visit.placed:
                self._placed(placed, _Cursor(group, group.out), Place())
        for deferred in position.deferred:
            with self._deferring(deferred.tag, deferred.fields, Place(), position.type_name, None):
                self.root(deferred.position, kind)

    @contextmanager
    def _deferring(
        self,
        tag: DeferTag,
        fields: tuple[Field, ...],
        place: Place,
        type_name: str,
        source: FetchGroup | None,
    ) -> Iterator[None]:
        """What is fetched inside belongs to the @defer. It is one for all types of an object."""
        outer = self._deferral
        found = self._deferrals.get((tag, place.path))
        if found is None:
            around = self._deferrals.get((tag.parent, place.path)) if tag.parent is not None else None
            found = Deferral(tag.label, place.path, (), type_name, around or outer, source)
            self._deferrals[(tag, place.path)] = found
            self._graph.deferrals.append(found)
        if found.type_name == type_name:
            found.fields += fields
        else:
            types = self._resolution.supergraph.possible_types[type_name]
            found.fields += tuple(replace(field, types=types) for field in fields)
        self._deferral = found
        try:
            yield
        finally:
            self._deferral = outer

    def _position(self, position: Position, cursor: _Cursor, place: Place) -> dict[FetchGroup, None]:
        """Returns the fetches that something of the position comes from."""
        if isinstance(position, LocalPosition):
            view = self._resolution.static_view(position.graph, position.type_name)
            self._local(position.selections, view, position.provided, cursor.out, place)
            return {cursor.group: None}
        if isinstance(position, AbstractPosition):
            return self._abstract(position, cursor, place)
        return self._entity(position, cursor, place)

    def _local(
        self, selections: SelectionSet, view: TypeView, provided: SelectionSet | None, out: Out, place: Place
    ) -> None:
        if view.is_abstract:
            self._typename(out)
            fields = self._resolution.narrowing.to_types(selections, view.name, view.possible).fields
        elif view.is_interface_object:
            self._typename(out)
            fields = selections.fields
        else:
            fields = self._resolution.narrowing.to_object(selections, view.name).fields
        for field in fields:
            if field.name == TYPENAME:
                self._typename(out)
                out.ask_typename(field.conditions)
            elif not view.is_abstract:
                resolved = self._known(self._resolution.field(view.graph, view.name, field.name, provided))
                self._local_field(field, resolved, view.graph, out.on(view.name), place)
            else:
                self._local_abstract_field(field, view, provided, out, place)

    def _local_abstract_field(
        self, field: Field, view: TypeView, provided: SelectionSet | None, out: Out, place: Place
    ) -> None:
        direct = self._resolution.abstract_field(view.graph, view, field, provided)
        if direct is not None:
            self._local_field(field, direct, view.graph, _scope(out, field, view), place)
            return
        for type_name, each in self._resolution.exploded(field, view):
            resolved = self._known(self._resolution.field(view.graph, type_name, field.name, provided))
            self._local_field(each, resolved, view.graph, out.on(type_name), place)

    def _local_field(self, field: Field, resolved: Resolved, graph: str, out: Out, place: Place) -> None:
        key = key_of(self._keys, field, place)
        below = self._add(out, field, key, resolved.view)
        if field.selections is not None and below is not None:
            view = self._resolution.static_view(graph, resolved.view.named_type)
            self._local(field.selections, view, resolved.provided, below, place.below(key, resolved.view))

    def _abstract(self, position: AbstractPosition, cursor: _Cursor, place: Place) -> dict[FetchGroup, None]:
        touched = {cursor.group: None}
        self._typename(cursor.out)
        view = self._resolution.static_view(position.graph, position.type_name)
        for shared in position.fields:
            touched |= self._shared(shared, view, cursor, place)
        for deferred in position.deferred:
            tag, fields = deferred[0].defer, (replace(deferred[0], defer=None),)
            assert tag is not None  # noqa: S101 - that is what makes it deferred
            with self._deferring(tag, fields, place, position.type_name, cursor.group):
                touched |= self._shared(deferred, view, cursor, place)
        differing = _differing_keys(position)
        for type_name, entity in position.objects.items():
            own = _Cursor(cursor.group, cursor.out.on(type_name))
            below_place = place.on((type_name,)) if _uses(entity, differing) else place
            touched |= self._entity(entity, own, place, below_place)
        return touched

    def _shared(
        self, shared: tuple[Field, FieldView, Position | None], view: TypeView, cursor: _Cursor, place: Place
    ) -> dict[FetchGroup, None]:
        field, field_view, below = shared
        key = key_of(self._keys, field, place)
        out = self._add(_scope(cursor.out, field, view), field, key, field_view)
        if below is None or out is None:
            return {}
        return self._position(below, _Cursor(cursor.group, out), place.below(key, field_view))

    def _entity(
        self,
        position: EntityPosition,
        first: _Cursor,
        place: Place,
        below: Place | None = None,
        given: Mapping[tuple[str, int], _Cursor] | None = None,
    ) -> dict[FetchGroup, None]:
        """`place` is where the object is fetched; `below` is the same, seen from the fields of this type only."""
        if below is None:
            self._typename_for_keys(position, first.out)
        below = below or place
        cursors: list[_Cursor] = []
        touched: dict[int, dict[FetchGroup, None]] = {}
        fields = {placed.index: placed.field for visit in position.visits for placed in visit.placed}
        for visit in position.visits:
            fields |= visit.lifted_fields
        for number, visit in enumerate(position.visits):
            here = (given or {}).get((visit.graph, visit.level), first) if visit.is_given else first
            if number and not visit.is_given:
                sources = [cursors[source] for source in visit.key_sources]
                waits = [each.group for each in sources]
                waits += [group for index in visit.required for group in touched[index]]
                waits = waits or [first.group]
                if visit.key is None:
                    kind = self._resolution.supergraph.root_kinds[position.type_name]
                    group = self._graph.root(
                        visit.graph, position.type_name, kind, place.path, self._deferral
                    )
                    group.depends_on(waits)
                    cursors.append(_Cursor(group, group.out))
                    self._place(visit, cursors[-1], below, touched)
                    continue
                group = self._graph.entities(visit.graph, place.path, waits, self._deferral)
                here = _Cursor(group, group.out.on(visit.key.type_name))
                requirement = self._requirement(position.type_name, visit.key, group)
                self._send_key(visit.key, sources, position.type_name, requirement, below.own())
                for index in visit.required:
                    self._inputs.require(requirement, fields[index], below.own())
            cursors.append(here)
            self._place(visit, here, below, touched)
            if visit.lifted is not None:
                found = self._position(visit.lifted, here, below)
                touched |= dict.fromkeys(visit.lifted_fields, found)
        known = {
            (visit.graph, visit.level): each for visit, each in zip(position.visits, cursors, strict=True)
        }
        for deferred in position.deferred:
            with self._deferring(deferred.tag, deferred.fields, below, position.type_name, first.group):
                self._entity(deferred.position, first, place, below, known)
        everything = {cursor.group: None for cursor in cursors}
        for groups in touched.values():
            everything |= groups
        return everything

    def _place(
        self, visit: Visit, here: _Cursor, below: Place, touched: dict[int, dict[FetchGroup, None]]
    ) -> None:
        for placed in visit.placed:
            found = self._placed(placed, here, below)
            touched[placed.index] = touched.get(placed.index, {}) | found

    def _typename_for_keys(self, position: EntityPosition, out: Out) -> None:
        is_left = any(len(each.visits) > 1 for each in (position, *(d.position for d in position.deferred)))
        if is_left or self._is_interface(position.type_name):
            self._typename(out)

    def _is_interface(self, type_name: str) -> bool:
        return self._resolution.supergraph.possible_types[type_name] != {type_name}

    def _placed(self, placed: Placed, cursor: _Cursor, place: Place) -> dict[FetchGroup, None]:
        if placed.field.name == TYPENAME:
            self._typename(cursor.out)
            cursor.out.ask_typename(placed.field.conditions)
            return {cursor.group: None}
        at = place.own() if placed.is_requirement else place
        key = key_of(self._keys, placed.field, at)
        field = self._with_context(placed, cursor.group)
        out = self._add(cursor.out, field, key, placed.view)
        if placed.below is None or out is None:
            return {cursor.group: None}
        inner = at.below(key, placed.view)
        return {cursor.group: None} | self._position(placed.below, _Cursor(cursor.group, out), inner)

    def _with_context(self, placed: Placed, group: FetchGroup) -> Field:
        """The field with the arguments that no client gives, but the objects around."""
        arguments = list(placed.field.arguments)
        for each in placed.view.context_arguments:
            context = self._contexts.input(each)
            group.contexts[context.variable] = context
            value = VariableNode(name=NameNode(value=context.variable))
            arguments.append(ArgumentNode(name=NameNode(value=each.name), value=value))
        return replace(placed.field, arguments=tuple(arguments))

    def _send_key(
        self, key: EntityKey, sources: list[_Cursor], type_name: str, requirement: Requirement, place: Place
    ) -> None:
        """Adds the key to what the sources fetch and to what this visit sends."""
        for field, source in zip(key.selections.fields, sources, strict=True):
            self._fetch_input(field, source, type_name, place)
            self._inputs.require(requirement, field, place, is_key=True)

    def _requirement(self, type_name: str, key: EntityKey, group: FetchGroup) -> Requirement:
        types = self._resolution.supergraph.possible_types[type_name]
        found = group.requirements.get((key.type_name, types))
        if found is None:
            found = Requirement(key.type_name, {*types, type_name})
            group.requirements[(key.type_name, types)] = found
        return found

    def _fetch_input(self, field: Field, source: _Cursor, type_name: str, place: Place) -> None:
        """Makes `source` fetch a field of a key, with all below it."""
        if field.name == TYPENAME:
            return
        graph = source.group.graph
        resolved = self._resolution.field(graph, type_name, field.name)
        if resolved is None:
            view = self._resolution.view(graph, type_name)
            found = view.fields.get(field.name) if view is not None else None
            if found is None:
                return
            resolved = Resolved(found)
        key = key_of(self._keys, field, place)
        below = self._add(source.out, field, key, resolved.view)
        if field.selections is not None and below is not None:
            view = self._resolution.static_view(graph, resolved.view.named_type)
            inner = place.below(key, resolved.view)
            self._local_input(field.selections, view, below, inner)

    def _local_input(self, selections: SelectionSet, view: TypeView, out: Out, place: Place) -> None:
        if view.is_abstract:
            self._typename(out)
        for field in selections.fields:
            if field.name == TYPENAME:
                self._typename(out)
                continue
            for type_name in sorted(field.types or {view.name}):
                owner = self._resolution.view(view.graph, type_name)
                found = owner.fields.get(field.name) if owner is not None else None
                if owner is None or found is None:
                    continue
                key = key_of(self._keys, field, place)
                below = self._add(out.on(owner.name), field, key, found)
                if field.selections is not None and below is not None:
                    inner = self._resolution.static_view(view.graph, found.named_type)
                    self._local_input(field.selections, inner, below, place.below(key, found))

    def _add(self, out: Out, field: Field, key: str, view: FieldView) -> Out | None:
        self._resolution.budget.spend(1)
        below = Out(view.named_type) if field.selections is not None else None
        added = out.add(
            OutField(key, field.name, view.type, field.arguments, field.directives, field.conditions, below)
        )
        return added.below

    def _typename(self, out: Out) -> None:
        out.add(OutField(TYPENAME, TYPENAME, None))

    def _known(self, resolved: Resolved | None) -> Resolved:
        assert resolved is not None  # noqa: S101 - the choice was made of what resolves
        return resolved


def _scope(out: Out, field: Field, view: TypeView) -> Out:
    """Where a field that is selected on an interface is written: in a fragment, if it is not for all values."""
    return out if field.types is None and field.on == view.name else out.on(field.on)


def _differing_keys(position: AbstractPosition) -> set[str]:
    """Response keys below which the object types have different things selected."""
    found: dict[str, set[tuple[str, int]]] = {}
    for entity in position.objects.values():
        for visit in entity.visits:
            for placed in visit.placed:
                if placed.field.selections is not None:
                    below = (placed.field.signature, id(placed.field.selections))
                    found.setdefault(placed.field.key, set()).add(below)
    for field, _, below_position in position.fields:
        if below_position is not None:
            found.setdefault(field.key, set()).add((field.signature, id(field.selections)))
    return {key for key, kinds in found.items() if len(kinds) > 1}


def _uses(entity: EntityPosition, keys: set[str]) -> bool:
    return any(placed.field.key in keys for visit in entity.visits for placed in visit.placed)
