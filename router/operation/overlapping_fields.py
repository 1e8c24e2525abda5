"""The rule that fields of one response key can be merged, in time that grows with the document.

The usual algorithm compares fields pair by pair: ten thousand times the same field are fifty million pairs. Both things
that the specification asks are equalities, so that each field is compared with the first of its group only:

- response names have one shape each, whatever the types around them;
- what can be selected on the same object asks the same field with the same arguments.

https://spec.graphql.org/October2021/#sec-Field-Selection-Merging
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLNamedType,
    GraphQLOutputType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from router.operation.selection import signature

MAX_COMPARISONS: Final = 100_000
"""Of a document. A large one of clients makes a thousand."""


class _Selected(NamedTuple):
    """A field in its place. What is None is not in the schema, and refused by another rule."""

    node: FieldNode
    parent: GraphQLCompositeType | None
    type: GraphQLOutputType | None

    @property
    def key(self) -> str:
        return self.node.alias.value if self.node.alias else self.node.name.value


class OverlappingFieldsRule(ValidationRule):
    """Stands in for graphql-core's OverlappingFieldsCanBeMergedRule."""

    def __init__(self, context: object) -> None:
        super().__init__(context)  # type: ignore[arg-type]
        self._comparisons = 0
        self._done: set[tuple[frozenset[int], bool]] = set()
        self._reported: set[frozenset[int]] = set()
        self._signatures: dict[int, str] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        """Fragments are looked at where they are spread; one that no operation spreads is refused anyway."""
        if self._comparisons > MAX_COMPARISONS:
            return
        root = self.context.schema.get_root_type(node.operation)
        fields = self._collect([(node.selection_set, root)])
        pending = [(fields, True), (fields, False)]
        while pending:
            fields, is_shape = pending.pop()
            identity = (frozenset(id(each.node) for each in fields), is_shape)
            if identity in self._done:
                continue
            self._done.add(identity)
            for group in self._shapes(fields) if is_shape else self._same_objects(fields):
                below = self._below(group)
                if below:
                    pending.append((below, is_shape))
                if self._comparisons > MAX_COMPARISONS:
                    self.report_error(GraphQLError("The selections overlap too often to be compared.", node))
                    return

    def _shapes(self, fields: list[_Selected]) -> Iterator[list[_Selected]]:
        """Groups of one response name."""
        for group in _by_key(fields).values():
            known = [each for each in group if each.type is not None]
            for each in known:
                if _shape(each.type) != _shape(known[0].type):
                    types = f"'{known[0].type}' and '{each.type}'"
                    self._report(known[0], each, f"they return conflicting types {types}")
                    break
            else:
                yield group

    def _same_objects(self, fields: list[_Selected]) -> Iterator[list[_Selected]]:
        """Groups of one response name that can be selected on one object."""
        for named in _by_key(fields).values():
            for group in _by_object(named):
                self._comparisons += len(group)
                reason = next(filter(None, (self._difference(group[0], each) for each in group)), None)
                if reason is None:
                    yield group

    def _difference(self, first: _Selected, other: _Selected) -> str | None:
        """Reports it, too."""
        if self._signature(first.node) == self._signature(other.node):
            return None
        one, two = first.node.name.value, other.node.name.value
        reason = (
            f"'{one}' and '{two}' are different fields" if one != two else "they have differing arguments"
        )
        self._report(first, other, reason)
        return reason

    def _signature(self, node: FieldNode) -> str:
        found = self._signatures.get(id(node))
        if found is None:
            found = self._signatures[id(node)] = signature(node.name.value, node.arguments or ())
        return found

    def _report(self, one: _Selected, other: _Selected, reason: str) -> None:
        pair = frozenset((id(one.node), id(other.node)))
        if pair not in self._reported:
            self._reported.add(pair)
            advice = "Use different aliases on the fields to fetch both if this was intentional."
            message = f"Fields '{one.key}' conflict because {reason}. {advice}"
            self.report_error(GraphQLError(message, [one.node, other.node]))

    def _below(self, group: list[_Selected]) -> list[_Selected]:
        return self._collect(
            [
                (each.node.selection_set, get_named_type(each.type) if each.type else None)
                for each in group
                if each.node.selection_set is not None
            ]
        )

    def _collect(self, sets: list[tuple[SelectionSetNode, GraphQLNamedType | None]]) -> list[_Selected]:
        """Every field of the sets and of their fragments once."""
        found: dict[int, _Selected] = {}
        spread: set[str] = set()
        pending = list(reversed(sets))
        while pending:
            selections, parent = pending.pop()
            self._comparisons += len(selections.selections)
            if self._comparisons > MAX_COMPARISONS:
                return []
            inside: list[tuple[SelectionSetNode, GraphQLNamedType | None]] = []
            for each in selections.selections:
                if isinstance(each, FieldNode):
                    if id(each) not in found:
                        found[id(each)] = self._selected(each, parent)
                elif isinstance(each, InlineFragmentNode):
                    inside.append((each.selection_set, self._condition(each, parent)))
                elif isinstance(each, FragmentSpreadNode) and each.name.value not in spread:
                    spread.add(each.name.value)
                    fragment = self.context.get_fragment(each.name.value)
                    if fragment is not None:
                        inside.append((fragment.selection_set, self._condition(fragment, None)))
            pending.extend(reversed(inside))
        return list(found.values())

    def _condition(
        self, node: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        condition = node.type_condition
        return self.context.schema.get_type(condition.name.value) if condition is not None else parent

    def _selected(self, node: FieldNode, parent: GraphQLNamedType | None) -> _Selected:
        if parent is None or not is_composite_type(parent):
            return _Selected(node, None, None)
        field = self.context.schema.get_field(parent, node.name.value)
        return _Selected(node, parent, field.type if field is not None else None)


def _by_key(fields: list[_Selected]) -> dict[str, list[_Selected]]:
    groups: dict[str, list[_Selected]] = {}
    for each in fields:
        groups.setdefault(each.key, []).append(each)
    return groups


def _by_object(fields: list[_Selected]) -> list[list[_Selected]]:
    """Fields on different object types never meet; those on interfaces meet all others."""
    anywhere = [each for each in fields if not is_object_type(each.parent)]
    groups: dict[str, list[_Selected]] = {}
    for each in fields:
        if is_object_type(each.parent):
            groups.setdefault(each.parent.name, list(anywhere)).append(each)
    return list(groups.values()) or [anywhere]


def _shape(type_: GraphQLOutputType | None) -> str:
    """Equal for types whose values look alike: lists and nullability, then the leaf's name or that it is an object."""
    if is_non_null_type(type_):
        return _shape(type_.of_type) + "!"
    if is_list_type(type_):
        return f"[{_shape(type_.of_type)}]"
    return str(type_) if is_leaf_type(type_) else "{}"
