"""From the selections of a validated document or a field set to normalised ones: fragments and constants resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from router.operation.selection import ALWAYS, Conditions, Field, SelectionSet, signature

_INTROSPECTION = frozenset({"__schema", "__type"})
"""Answered by the router as a whole, so what is selected below them is of no interest to planning."""
_CONDITIONS = {"include": True, "skip": False}


@dataclass(frozen=True, slots=True)
class _Guard:
    """Where a selection stands: the type its fields are selected on, for which object types, and when."""

    on: str
    types: frozenset[str] | None
    conditions: Conditions


@dataclass(slots=True)
class _Entry:
    """All selections of one field: the sets selected below it, each with the conditions that it adds."""

    node: FieldNode
    guard: _Guard
    below: list[tuple[SelectionSetNode, Conditions]] = field(default_factory=list)


_Key = tuple[str, str, str, frozenset[str] | None]


class Normalizer:
    """Normalises selections against one schema. Holds no state of an operation but its fragments."""

    def __init__(
        self,
        schema: GraphQLSchema,
        possible_types: Mapping[str, frozenset[str]],
        fragments: Mapping[str, FragmentDefinitionNode] | None = None,
    ) -> None:
        self._schema = schema
        self._possible = possible_types
        self._fragments = fragments or {}

    def normalize(self, node: SelectionSetNode, type_name: str) -> SelectionSet:
        """The selections of `node` on the composite type of that name."""
        return self._normalize([(node, ALWAYS)], type_name)

    def _normalize(self, nodes: list[tuple[SelectionSetNode, Conditions]], type_name: str) -> SelectionSet:
        entries: dict[_Key, list[_Entry]] = {}
        seen: set[tuple[str, _Guard]] = set()
        for node, conditions in nodes:
            self._collect(node, _Guard(type_name, None, conditions), type_name, entries, seen)
        fields = [
            self._field(entry, key[1])
            for key, found in entries.items()
            for entry in _absorb_stronger_conditions(found)
        ]
        return SelectionSet(type_name, tuple(fields))

    def _field(self, entry: _Entry, text: str) -> Field:
        node, guard = entry.node, entry.guard
        name = node.name.value
        is_leaf = not entry.below or name in _INTROSPECTION
        selections = None if is_leaf else self._normalize(entry.below, self._type_below(guard.on, name))
        return Field(
            key=node.alias.value if node.alias else name,
            name=name,
            on=guard.on,
            signature=text,
            arguments=tuple(node.arguments or ()),
            directives=_custom_directives(node),
            types=guard.types,
            conditions=guard.conditions,
            selections=selections,
        )

    def _type_below(self, on: str, name: str) -> str:
        parent = self._schema.type_map[on]
        named = get_named_type(parent.fields[name].type)  # type: ignore[attr-defined]
        assert is_composite_type(named)  # noqa: S101 - validation lets no leaf have selections
        return str(named.name)

    def _collect(
        self,
        node: SelectionSetNode,
        guard: _Guard,
        type_name: str,
        entries: dict[_Key, list[_Entry]],
        seen: set[tuple[str, _Guard]],
    ) -> None:
        for selection in node.selections:
            conditions = _conditions(selection, guard.conditions)
            if conditions is None:
                continue
            inside = _Guard(guard.on, guard.types, conditions)
            if isinstance(selection, FieldNode):
                _add(entries, selection, inside)
                continue
            if isinstance(selection, FragmentSpreadNode):
                fragment: FragmentDefinitionNode | InlineFragmentNode = self._fragments[selection.name.value]
                if (selection.name.value, inside) in seen:
                    continue
                seen.add((selection.name.value, inside))
            else:
                assert isinstance(selection, InlineFragmentNode)  # noqa: S101 - the grammar has no fourth selection
                fragment = selection
            condition = fragment.type_condition
            narrowed = self._narrow(inside, condition.name.value, type_name) if condition else inside
            if narrowed is not None:
                self._collect(fragment.selection_set, narrowed, type_name, entries, seen)

    def _narrow(self, guard: _Guard, condition: str, type_name: str) -> _Guard | None:
        whole = self._possible[type_name]
        before = whole if guard.types is None else guard.types
        types = before & self._possible[condition]
        if not types:
            return None
        if whole == {type_name}:
            return guard
        on = next(iter(types)) if len(types) == 1 and len(self._possible[condition]) > 1 else condition
        if types == before:
            # It holds for every type that gets here. An object has all that its interfaces have; they may differ.
            on = guard.on if len(types) == 1 and guard.on in types else condition
            return _Guard(on, guard.types, guard.conditions)
        return _Guard(on, types, guard.conditions)


def _add(entries: dict[_Key, list[_Entry]], node: FieldNode, guard: _Guard) -> None:
    text = signature(node.name.value, node.arguments or (), _custom_directives(node))
    found = entries.setdefault(
        (node.alias.value if node.alias else node.name.value, text, guard.on, guard.types), []
    )
    entry = next((each for each in found if each.guard.conditions == guard.conditions), None)
    if entry is None:
        entry = _Entry(node, guard)
        found.append(entry)
    if node.selection_set is not None and all(each is not node.selection_set for each, _ in entry.below):
        entry.below.append((node.selection_set, ALWAYS))


def _absorb_stronger_conditions(entries: list[_Entry]) -> list[_Entry]:
    """`a { x } a @include(if: $c) { y }` is `a { x y @include(if: $c) }`."""
    kept: list[_Entry] = []
    for entry in sorted(entries, key=lambda each: len(each.guard.conditions)):
        weaker = next((each for each in kept if each.guard.conditions <= entry.guard.conditions), None)
        if weaker is None:
            kept.append(entry)
        else:
            rest = entry.guard.conditions - weaker.guard.conditions
            weaker.below.extend((node, conditions | rest) for node, conditions in entry.below)
    return kept


def _conditions(selection: SelectionNode, outer: Conditions) -> Conditions | None:
    """The conditions of the selection within `outer`; None where a constant or a contradiction rules it out."""
    conditions = outer
    for directive in selection.directives or ():
        wanted = _CONDITIONS.get(directive.name.value)
        if wanted is None:
            continue
        value = directive.arguments[0].value if directive.arguments else None
        if isinstance(value, BooleanValueNode):
            if value.value is not wanted:
                return None
        elif isinstance(value, VariableNode):
            if (value.name.value, not wanted) in conditions:
                return None
            conditions = conditions | {(value.name.value, wanted)}
    return conditions


def _custom_directives(node: FieldNode) -> tuple[DirectiveNode, ...]:
    return tuple(each for each in node.directives or () if each.name.value not in _CONDITIONS)
