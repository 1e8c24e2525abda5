"""Where a query can go: which subgraph resolves a field directly, and which others it can move to by key.

A place is one type in one subgraph. Moving on needs the key fields, which may themselves need moves: `reach` is the
least set of places that is closed under that.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from router.composition.field_targets import selections_of
from router.composition.merge.context import MergeContext
from router.federation.field_set import parse_field_set, print_field_set
from router.federation.schema import DirectiveUse, Field, Kind, TypeDefinition
from router.federation.type_reference import named_type
from router.federation.value import is_false, text_of

Excluded: TypeAlias = frozenset[int]
"""Subgraphs that must not be gone to."""
NOWHERE: Excluded = frozenset()
Labels: TypeAlias = Mapping[str, bool]
"""Which progressive overrides are on."""


class UndecidedLabelError(Exception):
    """The answer depends on a label of a progressive override that nothing is assumed about yet."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class Place(NamedTuple):
    """A type in a subgraph. `provided` is the field set that @provides adds on the way that leads here."""

    subgraph: int
    type: str
    provided: str = ""


class Move(NamedTuple):
    """A way by key. `key` is None between root types, which are there in every subgraph."""

    target: Place
    key: SelectionSetNode | None
    use: DirectiveUse | None


class Graph:
    """Moves and resolutions under one choice of labels. Answers are remembered."""

    def __init__(self, context: MergeContext, labels: Labels) -> None:
        self.context = context
        self.schema = context.schema
        self.labels = labels
        self._keys: dict[str, list[tuple[int, DirectiveUse, SelectionSetNode]]] = {}
        self._reach: dict[tuple[Place, Excluded], frozenset[Place]] = {}
        self._moves: dict[Place, tuple[Move, ...]] = {}
        self._obstacles: dict[tuple[Place, str, bool], str | None] = {}
        self._open: set[tuple[Place, str, bool]] = set()
        """The fields whose obstacles are being looked for: a requirement must not come back to them."""
        self._detours: dict[tuple[Place, Place], bool] = {}
        self._conditions = 0
        """How deep in conditions of moves and requirements the present question is."""
        self._roots = {name: kind for kind, name in self.schema.roots.items()}

    def definition(self, place: Place) -> TypeDefinition | None:
        """The type as its subgraph has it."""
        return self.context.subgraphs[place.subgraph].schema.types.get(place.type)

    def is_interface_object(self, place: Place) -> bool:
        return place.subgraph in self.context.interface_objects.get(place.type, ())

    def resolve(self, place: Place, name: str) -> Place | None:
        """Where a field leads when its own subgraph resolves it; None where it does not."""
        definition = self.definition(place)
        field = definition.fields.get(name) if definition else None
        if field is None or self.obstacle(place, field) is not None:
            return None
        return self.target(place, field)

    def target(self, place: Place, field: Field) -> Place:
        """The place of the type that a field returns, with what @provides promises there."""
        provided = [*_provided_below(place.provided, field.name)]
        use = self.context.subgraphs[place.subgraph].use(field, "provides") if field.directives else None
        selections = selections_of(use) if use else None
        if selections is not None:
            provided.append(print_field_set(selections))
        return Place(place.subgraph, named_type(field.type), " ".join(provided))

    def obstacle(self, place: Place, field: Field) -> str | None:
        """Why a subgraph that has a field does not resolve it at a place."""
        if not field.directives and not self._may_be_lost(place, field):
            return None
        key = (place, field.name, self._conditions > 0)
        if key in self._obstacles:
            return self._obstacles[key]
        if key in self._open:
            return f'field "{field.coordinate}" requires itself'
        self._open.add(key)
        try:
            self._obstacles[key] = self._find_obstacle(place, field)
        finally:
            self._open.discard(key)
        return self._obstacles[key]

    def _may_be_lost(self, place: Place, field: Field) -> bool:
        return field.coordinate in self.context.overrides or self.context.is_external(place.subgraph, field)

    def _find_obstacle(self, place: Place, field: Field) -> str | None:
        subgraph = self.context.subgraphs[place.subgraph]
        is_provided = bool(place.provided) and field.name in _provided_names(place.provided)
        if not is_provided and subgraph.is_external(field):
            return f'field "{field.coordinate}" is not resolvable because marked @external'
        overriding = self._overriding(place.subgraph, field)
        if overriding is not None:
            return f'field "{field.coordinate}" is not resolvable because it is overridden by {overriding}'
        use = subgraph.use(field, "requires")
        selections = selections_of(use) if use else None
        if use is None or selections is None:
            return None
        if not self._holds(place, selections, NOWHERE):
            return f'cannot satisfy @require conditions on field "{field.coordinate}"'
        if not self._can_resume(place):
            return (
                f'@require condition on field "{field.coordinate}" can be satisfied but missing usable key on '
                f'"{place.type}" in subgraph "{subgraph.name}" to resume query'
            )
        return None

    def _holds(self, place: Place, selections: SelectionSetNode, excluded: Excluded) -> bool:
        """Whether a condition can be satisfied from a place."""
        self._conditions += 1
        try:
            return self.can_select((place,), selections, excluded)
        finally:
            self._conditions -= 1

    def _overriding(self, subgraph: int, field: Field) -> str | None:
        """The subgraph that has taken the field over, as far as labels say so."""
        overrides = self.context.overrides.get(field.coordinate)
        if overrides is None:
            return None
        label = overrides.labels.get(subgraph)
        loses = overrides.is_overridden(subgraph)
        if label is not None:
            if label not in self.labels:
                if self._conditions:
                    return "another subgraph, depending on a label"
                raise UndecidedLabelError(label)
            loses = self.labels[label] == loses
        return self._new_owner(subgraph, field) if loses else None

    def _new_owner(self, loser: int, field: Field) -> str:
        """The subgraph whose @override names this one; on its own side of a label, that is the other."""
        context = self.context
        for index, definition in context.types(field.parent).items():
            own = definition.fields.get(field.name)
            use = context.subgraphs[index].use(own, "override") if own is not None else None
            if use is not None and context.names[loser] in (
                text_of(use.arguments.get("from")),
                context.names[index],
            ):
                winner = text_of(use.arguments.get("from")) if index == loser else context.names[index]
                return f'subgraph "{winner}"'
        return "another subgraph"

    def _can_resume(self, place: Place) -> bool:
        """Whether a query can come back for the field, once it has what the field requires."""
        return any(
            subgraph == place.subgraph and self.can_select((place,), key)
            for subgraph, _, key in self.keys(place.type)
        )

    def keys(self, name: str) -> list[tuple[int, DirectiveUse, SelectionSetNode]]:
        """The resolvable keys of a type, with the subgraphs that resolve them."""
        found = self._keys.get(name)
        if found is None:
            found = self._keys[name] = [
                (index, use, selections)
                for index, definition in self.context.types(name).items()
                for use in self.context.subgraphs[index].uses(definition, "key")
                if not is_false(use.arguments.get("resolvable"))
                and (selections := selections_of(use)) is not None
            ]
        return found

    def moves(self, place: Place) -> tuple[Move, ...]:
        """The ways by key out of a place, whether or not the keys can be had there."""
        found = self._moves.get(place)
        if found is None:
            found = self._moves[place] = tuple(self._find_moves(place))
        return found

    def _find_moves(self, place: Place) -> Iterator[Move]:
        kind = self._roots.get(place.type)
        if kind is not None:
            for index, subgraph in enumerate(self.context.subgraphs):
                if index != place.subgraph and kind in subgraph.schema.roots:
                    yield Move(Place(index, place.type), None, None)
        names = [place.type]
        definition = self.schema.types.get(place.type)
        if definition is not None and definition.kind is Kind.OBJECT:
            names += [name for name in definition.interfaces if name in self.context.interface_objects]
        for name in names:
            for index, use, selections in self.keys(name):
                is_object = name == place.type or index in self.context.interface_objects[name]
                if index != place.subgraph and is_object:
                    yield Move(Place(index, name), selections, use)

    def reach(self, place: Place, excluded: Excluded = NOWHERE) -> frozenset[Place]:
        """All places that a query at one place can move to without resolving another of its fields.

        The key for a move to a subgraph has to be had without going there: `excluded` grows with each condition in a
        condition, which is also why this ends.
        """
        known = self._reach.get((place, excluded))
        if known is None:
            found: dict[Place, Place | None] = {place: None}
            pending = deque([place])
            while pending:
                current = pending.popleft()
                for move in self.moves(current):
                    target = move.target
                    if target in found or target.subgraph in excluded:
                        continue
                    if self._can_move(current, move, found[current], excluded):
                        found[target] = current
                        pending.append(target)
            known = self._reach[place, excluded] = frozenset(found)
        return known

    def _can_move(self, place: Place, move: Move, previous: Place | None, excluded: Excluded) -> bool:
        """Whether the key of a move can be had without going where it leads.

        As in the reference, there is no detour to a subgraph that the previous place has a key for.
        """
        if move.key is None:
            return True
        if not self._holds(place, move.key, excluded | {move.target.subgraph}):
            return False
        return previous is None or not self._has_key_for(previous, move.target)

    def _has_key_for(self, place: Place, target: Place) -> bool:
        known = self._detours.get((place, target))
        if known is None:
            self._detours[place, target] = False
            known = self._detours[place, target] = any(
                self._holds(place, move.key, NOWHERE)
                for move in self.moves(place)
                if move.target == target and move.key is not None
            )
        return known

    def can_select(
        self, places: Iterable[Place], selections: SelectionSetNode, excluded: Excluded = NOWHERE
    ) -> bool:
        """Whether each selection can be resolved from one of the places, moves allowed."""
        starts = tuple(places)
        return all(self._can_select_one(starts, selection, excluded) for selection in selections.selections)

    def _can_select_one(self, starts: tuple[Place, ...], selection: object, excluded: Excluded) -> bool:
        if isinstance(selection, InlineFragmentNode):
            return self._can_select_fragment(starts, selection, excluded)
        if not isinstance(selection, FieldNode):
            return False
        if selection.name.value == "__typename":
            return True
        if self._follow(starts, selection, excluded):
            return True
        reached = {other for start in starts for other in self.reach(start, excluded)} - set(starts)
        return self._follow(tuple(sorted(reached)), selection, excluded) or self._can_select_on_each_type(
            starts, selection, excluded
        )

    def _follow(self, places: tuple[Place, ...], node: FieldNode, excluded: Excluded) -> bool:
        targets = [target for place in places if (target := self.resolve_everywhere(place, node.name.value))]
        if not targets:
            return False
        return node.selection_set is None or self.can_select(targets, node.selection_set, excluded)

    def resolve_everywhere(self, place: Place, name: str) -> Place | None:
        """As `resolve`; a field of an interface has to be resolved on each implementation that the subgraph knows."""
        target = self.resolve(place, name)
        definition = self.definition(place)
        if target is None or definition is None or definition.kind is not Kind.INTERFACE:
            return target
        return target if self._on_each_implementation(place, definition, name) else None

    def _on_each_implementation(self, place: Place, definition: TypeDefinition, name: str) -> bool:
        if place.provided and name in _provided_names(place.provided):
            return True
        subgraph = self.context.subgraphs[place.subgraph]
        return all(
            self.resolve(Place(place.subgraph, each, place.provided), name) is not None
            for each in subgraph.schema.possible_types(definition.name)
        )

    def _can_select_on_each_type(
        self, starts: tuple[Place, ...], node: FieldNode, excluded: Excluded
    ) -> bool:
        """For an abstract type: whether the field can be had for each object type that may turn up."""
        for start in starts:
            definition = self.definition(start)
            if definition is not None and definition.kind is Kind.INTERFACE:
                types = self.context.subgraphs[start.subgraph].schema.possible_types(start.type)
                if types and all(
                    self._can_select_one((Place(start.subgraph, each, start.provided),), node, excluded)
                    for each in types
                ):
                    return True
        return False

    def _can_select_fragment(
        self, starts: tuple[Place, ...], node: InlineFragmentNode, excluded: Excluded
    ) -> bool:
        condition = node.type_condition.name.value if node.type_condition else None
        if condition is None:
            return self.can_select(starts, node.selection_set, excluded)
        for start in starts:
            targets = self.cast(start, condition)
            if not targets or self.can_select(targets, node.selection_set, excluded):
                return True
        return False

    def cast(self, place: Place, name: str) -> tuple[Place, ...]:
        """The place where only objects of a type are left; empty where there never are any."""
        definition = self.definition(place)
        if definition is None:
            return ()
        if place.type == name or self.is_interface_object(place):
            return (place,)
        schema = self.context.subgraphs[place.subgraph].schema
        narrowed = schema.types.get(name)
        if narrowed is None:
            return ()
        if definition.kind is Kind.OBJECT:
            return (place,) if place.type in schema.possible_types(name) else ()
        if schema.possible_types(place.type).isdisjoint(schema.possible_types(name)):
            return ()
        provided = _provided_on(place.provided, name)
        return (Place(place.subgraph, name, provided),)


def _provided_names(provided: str) -> frozenset[str]:
    names = set()
    for selection in parse_field_set(provided).selections:
        if isinstance(selection, FieldNode):
            names.add(selection.name.value)
        elif isinstance(selection, InlineFragmentNode):
            names |= _provided_names(print_field_set(selection.selection_set))
    return frozenset(names)


def _provided_below(provided: str, name: str) -> Iterator[str]:
    if not provided:
        return
    for selection in parse_field_set(provided).selections:
        if isinstance(selection, FieldNode) and selection.name.value == name:
            if selection.selection_set is not None:
                yield print_field_set(selection.selection_set)
        elif isinstance(selection, InlineFragmentNode):
            yield from _provided_below(print_field_set(selection.selection_set), name)


def _provided_on(provided: str, type_: str) -> str:
    """What is left of a provided field set on one object type."""
    if not provided:
        return ""
    kept = []
    for selection in parse_field_set(provided).selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            if condition is None or condition.name.value == type_:
                kept.append(print_field_set(selection.selection_set))
        else:
            kept.append(print_field_set(SelectionSetNode(selections=(selection,))))
    return " ".join(kept)
