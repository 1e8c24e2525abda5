"""Plan and operation -> layout: one walk from the root down, in which everything that meets at a place is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile, takewhile
from typing import Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_interface_type,
    is_object_type,
    parse,
)

from router.compiler.conditions import Conditions, Step
from router.compiler.layout import (
    Asked,
    Cell,
    EntityLayout,
    FetchLayout,
    Hop,
    Layout,
    Place,
    Slot,
    Source,
    Target,
)
from router.compiler.not_compilable import NotCompilableError
from router.federation.supergraph import Supergraph
from router.operation.collect_fields import FieldCollector, GroupedFields
from router.planner.nodes import LIST, EntityInput, FetchNode, InputFragment, OnTypes, Path, Rename

_TYPENAME: Final = "__typename"
_MOST_CELLS: Final = 5000
"""Of a layout. An operation on interfaces in interfaces can have more; then it is interpreted."""

RuntimeType = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a fetch asks of the objects of a place. `renames` go on from there."""

    source: Source
    collector: FieldCollector
    selections: tuple[SelectionSetNode, ...]
    renames: tuple[Rename, ...]


@dataclass(frozen=True, slots=True)
class _Route:
    """A path of an entity input or of a root fetch, as far as it has not been walked."""

    fetch: FetchLayout
    entity: EntityLayout | None
    rest: Path
    wanted: _Wanted
    position: int = 0
    """Among the paths of its input."""


@dataclass(slots=True)
class _Here:
    """What meets at a place."""

    declared: GraphQLNamedType
    hops: tuple[Hop, ...]
    client: tuple[SelectionSetNode, ...]
    wanted: list[_Wanted] = field(default_factory=list)
    routes: list[_Route] = field(default_factory=list)


@dataclass(slots=True)
class _ByType:
    """The same, for objects of one type."""

    visible: GroupedFields
    asked: list[tuple[_Wanted, GroupedFields]]
    routes: list[_Route]
    ends: list[tuple[_Route, tuple[InputFragment, ...]]]

    def signature(self) -> tuple[object, ...]:
        """Equal for types that a cell can hold together."""
        return (
            _nodes(self.visible),
            tuple((id(wanted), _nodes(grouped)) for wanted, grouped in self.asked),
            tuple(id(route) for route in self.routes),
            tuple((id(route), matching) for route, matching in self.ends),
        )


def lay_out(
    step: Step | None,
    definition: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    supergraph: Supergraph,
    conditions: Conditions,
) -> Layout:
    """Raises NotCompilableError."""
    return _Walk(supergraph, fragments, conditions).layout(step, definition)


class _Walk:
    def __init__(
        self,
        supergraph: Supergraph,
        fragments: Mapping[str, FragmentDefinitionNode],
        conditions: Conditions,
    ) -> None:
        self._supergraph = supergraph
        self._schema = supergraph.schema
        self._api = supergraph.api_schema
        self._conditions = conditions
        self._client = FieldCollector(self._api, fragments, conditions)
        self._sources: list[Source] = []
        self._cells = 0
        self._places = 0

    def layout(self, step: Step | None, definition: OperationDefinitionNode) -> Layout:
        root = self._api.get_root_type(definition.operation)
        if root is None:
            raise NotCompilableError(f"the schema has no {definition.operation.value} type")
        here = _Here(root, (), (definition.selection_set,))
        fetches: dict[int, FetchLayout] = {}
        for node in _fetches(step):
            fetch, routes = self._fetch(node, len(fetches))
            fetches[id(node)] = fetch
            here.routes.extend(routes)
        return Layout(self._place(here), fetches, self._sources)

    def _source(self, *, becomes: bool) -> Source:
        source = Source(len(self._sources), becomes)
        self._sources.append(source)
        return source

    def _fetch(self, node: FetchNode, number: int) -> tuple[FetchLayout, list[_Route]]:
        document = parse(node.operation, no_location=True)
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        collector = FieldCollector(self._schema, fragments, self._conditions)
        if not node.entities:
            source = self._source(becomes=False)
            fetch = FetchLayout(number, node, source)
            wanted = _Wanted(source, collector, (operation.selection_set,), node.renames)
            return fetch, [_Route(fetch, None, node.path, wanted)]
        query = self._schema.get_root_type(OperationType.QUERY)
        asked = collector.collect(query, [operation.selection_set])  # type: ignore[arg-type]
        layouts, routes = [], []
        fetch = FetchLayout(number, node, self._source(becomes=False))
        for each in node.entities:
            if each.alias not in asked:
                raise NotCompilableError("a fetch of entities asks for none")
            selections = tuple(n.selection_set for n in asked[each.alias] if n.selection_set)
            entity = EntityLayout(each, self._source(becomes=False))
            wanted = _Wanted(entity.source, collector, selections, each.renames)
            layouts.append(entity)
            routes += [_Route(fetch, entity, path, wanted, number) for number, path in enumerate(each.paths)]
        fetch.entities = tuple(layouts)
        return fetch, routes

    def _place(self, here: _Here) -> Place:
        types = self._types(here)
        groups: dict[tuple[object, ...], tuple[list[str], _ByType]] = {}
        for type_ in types:
            found = self._by_type(here, type_)
            groups.setdefault(self._signature(found, type_), ([], found))[0].append(type_.name)
        place = Place(here.hops, is_object_type(here.declared), len(groups) > 1, self._places)
        self._places += 1
        for names, found in groups.values():
            self._count()
            cell = Cell(place, tuple(names), is_interface_type(self._schema.get_type(names[0])))
            place.cells.append(cell)
            self._fill(cell, found, here)
        return place

    def _count(self) -> None:
        self._cells += 1
        if self._cells > _MOST_CELLS:
            raise NotCompilableError(f"its objects are of more than {_MOST_CELLS} kinds")

    def _types(self, here: _Here) -> list[RuntimeType]:
        """What `__typename` can say. An interface's own name, where a subgraph knows the interface as an object."""
        declared = here.declared
        if isinstance(declared, GraphQLObjectType):
            return [declared]
        if not is_abstract_type(declared):
            raise NotCompilableError(f"{declared} has no fields")
        types: list[RuntimeType] = [
            each
            for each in self._schema.get_possible_types(declared)
            if not here.client or each.name in self._api.type_map
        ]
        if declared.name in self._supergraph.interface_objects and is_interface_type(declared):
            types.append(declared)
        return types

    def _by_type(self, here: _Here, type_: RuntimeType) -> _ByType:
        visible: GroupedFields = {}
        shown = self._api.get_type(type_.name)
        if here.client and isinstance(shown, RuntimeType):
            visible = self._client.collect(shown, here.client)
        asked = [(wanted, wanted.collector.collect(type_, wanted.selections)) for wanted in here.wanted]
        routes, ends = [], []
        for route in here.routes:
            if _behind_types(route.rest):
                if _is_for(route, type_.name):
                    routes.append(route)
                continue
            if _is_for(route, type_.name):
                matching = _matching(route.entity.input if route.entity else None, type_.name)
                ends.append((route, matching))
            elif not _is_for(route, here.declared.name):
                # An object of an interface may learn from the answer that it is one of this type.
                continue
            asked.append((route.wanted, route.wanted.collector.collect(type_, route.wanted.selections)))
        return _ByType(visible, asked, routes, ends)

    def _signature(self, found: _ByType, type_: RuntimeType) -> tuple[object, ...]:
        """With the types of fields, which may be narrower in some types than in others."""
        types = tuple(
            str(field.type)
            for grouped in (found.visible, *(grouped for _, grouped in found.asked))
            for nodes in grouped.values()
            if (field := type_.fields.get(nodes[0].name.value)) is not None
        )
        return (*found.signature(), types, is_interface_type(type_))

    def _fill(self, cell: Cell, found: _ByType, here: _Here) -> None:
        type_ = self._schema.type_map[cell.typenames[0]]
        below: dict[str, _Here] = {}
        for key, nodes in found.visible.items():
            name = nodes[0].name.value
            definition = None if name == _TYPENAME else self._api.type_map[type_.name].fields.get(name)  # type: ignore[attr-defined]
            if definition is None and name != _TYPENAME:
                raise NotCompilableError(f"field {name} is answered by the router")
            cell.slots[key] = Slot(key, definition.type if definition else None, visible=True)
            self._descend(cell, cell.slots[key], below, nodes, here)
        for wanted, grouped in found.asked:
            self._ask(cell, wanted, grouped, below)
        for route, matching in found.ends:
            self._end(cell, route, matching)
        for route in found.routes:
            self._follow(cell, route, below)
        for key, child in below.items():
            cell.slots[key].place = self._place(child)

    def _descend(
        self, cell: Cell, slot: Slot, below: dict[str, _Here], nodes: Iterable[FieldNode], here: _Here | None
    ) -> None:
        if slot.type is None or not is_composite_type(named := get_named_type(slot.type)):
            return
        client = tuple(node.selection_set for node in nodes if node.selection_set) if here else ()
        types = frozenset(cell.typenames) if cell.place.is_split else None
        hop = Hop(slot.key, _list_depth(slot.type), types)
        below[slot.key] = _Here(named, (*cell.place.hops, hop), client)

    def _ask(self, cell: Cell, wanted: _Wanted, grouped: GroupedFields, below: dict[str, _Here]) -> None:
        source = wanted.source
        source.cells[cell] = None
        for key, nodes in grouped.items():
            name = nodes[0].name.value
            if name == _TYPENAME:
                # Another name for the type name is not read: it says the same.
                if key == _TYPENAME:
                    source.learns = source.learns or (cell.is_interface and not source.becomes)
                    source.typed[cell] = self._slot(cell, _TYPENAME, None)
                continue
            renamed, onward = _renamed(wanted.renames, key, cell.typenames[0])
            definition = self._definition(cell, name)
            slot = self._slot(cell, renamed, definition)
            if renamed not in below:
                self._descend(cell, slot, below, (), None)
            asked = source.fields.setdefault(key, Asked(source, key))
            asked.slots[cell] = slot
            slot.providers.append(asked)
            if renamed in below:
                if asked.below is None:
                    asked.below = self._source(becomes=True)
                selections = tuple(node.selection_set for node in nodes if node.selection_set)
                below[renamed].wanted.append(_Wanted(asked.below, wanted.collector, selections, onward))

    def _definition(self, cell: Cell, name: str) -> GraphQLField:
        definition = self._schema.type_map[cell.typenames[0]].fields.get(name)  # type: ignore[attr-defined]
        if definition is None:
            raise NotCompilableError(f"the graph has no field {cell.typenames[0]}.{name}")
        found: GraphQLField = definition
        return found

    def _slot(self, cell: Cell, key: str, definition: GraphQLField | None) -> Slot:
        type_ = definition.type if definition else None
        slot = cell.slots.get(key)
        if slot is None:
            slot = cell.slots[key] = Slot(key, type_, visible=False)
        if str(slot.type) != str(type_):
            raise NotCompilableError(f"{key} of {cell!r} stands for fields of several types")
        return slot

    def _end(self, cell: Cell, route: _Route, matching: tuple[InputFragment, ...]) -> None:
        if route.entity is None:
            targets = route.fetch.targets
        else:
            targets = route.entity.targets
        target = next((each for each in targets if each.place is cell.place), None)
        if target is None:
            target = Target(cell.place, route.position)
            targets.append(target)
            targets.sort(key=lambda each: each.position)
        target.position = min(target.position, route.position)
        target.requires[cell] = matching

    def _follow(self, cell: Cell, route: _Route, below: dict[str, _Here]) -> None:
        rest = _behind_types(route.rest)
        key, rest = str(rest[0]), rest[1:]
        slot = cell.slots.get(key)
        if slot is None or slot.type is None or key not in below:
            return
        depth = 0
        while rest and rest[0] == LIST:
            depth, rest = depth + 1, rest[1:]
        if depth != _list_depth(slot.type):
            raise NotCompilableError(f"a path does not go through the lists of {key}")
        below[key].routes.append(replace(route, rest=rest))


def _fetches(step: Step | None) -> Iterator[FetchNode]:
    if isinstance(step, FetchNode):
        yield step
    elif step is not None:
        for each in step.nodes:
            yield from _fetches(each)  # type: ignore[arg-type]


def _nodes(grouped: GroupedFields) -> tuple[object, ...]:
    return tuple((key, tuple(id(node) for node in nodes)) for key, nodes in grouped.items())


def _is_for(route: _Route, typename: str) -> bool:
    types = takewhile(lambda element: isinstance(element, OnTypes), route.rest)
    return all(typename in each.types for each in types)  # type: ignore[union-attr]


def _behind_types(path: Path) -> Path:
    return tuple(dropwhile(lambda element: isinstance(element, OnTypes), path))


def _matching(entity: EntityInput | None, typename: str) -> tuple[InputFragment, ...]:
    if entity is None:
        return ()
    return tuple(
        each for each in entity.requires if typename == each.type_condition or typename in each.possible_types
    )


def _renamed(renames: Sequence[Rename], key: str, typename: str) -> tuple[str, tuple[Rename, ...]]:
    """The name that a field has in the end, and the renames that go on below it."""
    name, onward = key, []
    for rename in renames:
        rest = rename.path
        while rest and isinstance(rest[0], OnTypes) and typename in rest[0].types:
            rest = rest[1:]
        if not rest:
            if rename.source == name:
                name = rename.target
        elif rest[0] == name:
            rest = rest[1:]
            while rest and rest[0] == LIST:
                rest = rest[1:]
            onward.append(replace(rename, path=rest))
    return name, tuple(onward)


def _list_depth(type_: GraphQLOutputType) -> int:
    depth = 0
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        depth += isinstance(type_, GraphQLList)
        type_ = type_.of_type
    return depth
