"""From the selections of a validated document or a field set to normalised ones: fragments and constants resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
    StringValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from router.operation.budget import Budget
from router.operation.selection import ALWAYS, Conditions, DeferTag, Field, SelectionSet, signature

_INTROSPECTION = frozenset({"__schema", "__type"})
"""Answered by the router as a whole, so what is selected below them is of no interest to planning."""
_CONDITIONS = {"include": True, "skip": False}


@dataclass(frozen=True, slots=True)
class _Guard:
    """Where a selection stands: the type its fields are selected on, for which object types, and when."""

    on: str
    types: frozenset[str] | None
    conditions: Conditions
    defer: DeferTag | None = None


@dataclass(slots=True)
class _Entry:
    """All selections of one field: the sets selected below it, each with the conditions that it adds."""

    node: FieldNode
    guard: _Guard
    below: list[tuple[SelectionSetNode, Conditions]] = field(default_factory=list)


_Key = tuple[str, str, str, frozenset[str] | None, DeferTag | None]


@dataclass(slots=True)
class _Collection:
    """What has been collected for one selection set."""

    type_name: str
    entries: dict[_Key, list[_Entry]] = field(default_factory=dict)
    seen: set[tuple[str, _Guard]] = field(default_factory=set)
    tags: dict[tuple[int, DeferTag | None], DeferTag] = field(default_factory=dict)


class Normalizer:
    """Normalises selections against one schema. Holds no state of an operation but its fragments."""

    def __init__(
        self,
        schema: GraphQLSchema,
        possible_types: Mapping[str, frozenset[str]],
        fragments: Mapping[str, FragmentDefinitionNode] | None = None,
        deferring: Mapping[str, bool] | None = None,
        budget: Budget | None = None,
    ) -> None:
        """`deferring` has the values of the variables that `@defer(if:)` uses; without it nothing is deferred."""
        self._schema = schema
        self._possible = possible_types
        self._fragments = fragments or {}
        self._deferring = deferring
        self._budget = budget or Budget()

    def normalize(self, node: SelectionSetNode, type_name: str) -> SelectionSet:
        """The selections of `node` on the composite type of that name."""
        return self._normalize([(node, ALWAYS)], type_name)

    def _normalize(self, nodes: list[tuple[SelectionSetNode, Conditions]], type_name: str) -> SelectionSet:
        into = _Collection(type_name)
        for node, conditions in nodes:
            self._budget.spend(len(node.selections))
            self._collect(node, _Guard(type_name, None, conditions), into)
        fields = [
            self._field(entry, key[1])
            for key, found in into.entries.items()
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
            defer=guard.defer,
        )

    def _type_below(self, on: str, name: str) -> str:
        parent = self._schema.type_map[on]
        named = get_named_type(parent.fields[name].type)  # type: ignore[attr-defined]
        assert is_composite_type(named)  # noqa: S101 - validation lets no leaf have selections
        return str(named.name)

    def _collect(self, node: SelectionSetNode, guard: _Guard, into: "_Collection") -> None:
        for selection in node.selections:
            conditions = conditions_within(selection, guard.conditions)
            if conditions is None:
                continue
            inside = replace(guard, conditions=conditions)
            if isinstance(selection, FieldNode):
                _add(into.entries, selection, inside)
                continue
            inside = self._deferred(selection, inside, into)
            if isinstance(selection, FragmentSpreadNode):
                fragment: FragmentDefinitionNode | InlineFragmentNode = self._fragments[selection.name.value]
                if (selection.name.value, inside) in into.seen:
                    continue
                into.seen.add((selection.name.value, inside))
            else:
                assert isinstance(selection, InlineFragmentNode)  # noqa: S101 - the grammar has no fourth selection
                fragment = selection
            condition = fragment.type_condition
            narrowed = self._narrow(inside, condition.name.value, into.type_name) if condition else inside
            if narrowed is not None:
                self._collect(fragment.selection_set, narrowed, into)

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
            return replace(guard, on=on)
        return replace(guard, on=on, types=types)

    def _deferred(self, node: SelectionNode, guard: _Guard, into: "_Collection") -> _Guard:
        """The guard inside a fragment, which may be deferred."""
        directive = next((each for each in node.directives or () if each.name.value == "defer"), None)
        if directive is None or self._deferring is None:
            return guard
        arguments = {each.name.value: each.value for each in directive.arguments or ()}
        condition, label = arguments.get("if"), arguments.get("label")
        if isinstance(condition, BooleanValueNode) and not condition.value:
            return guard
        if isinstance(condition, VariableNode) and not self._deferring.get(condition.name.value, False):
            return guard
        text = label.value if isinstance(label, StringValueNode) else None
        tag = into.tags.setdefault((id(node), guard.defer), DeferTag(text, guard.defer))
        return replace(guard, defer=tag)


def _add(entries: dict[_Key, list[_Entry]], node: FieldNode, guard: _Guard) -> None:
    text = signature(node.name.value, node.arguments or (), _custom_directives(node))
    key = node.alias.value if node.alias else node.name.value
    found = entries.setdefault((key, text, guard.on, guard.types, guard.defer), [])
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


def conditions_within(selection: SelectionNode, outer: Conditions) -> Conditions | None:
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
