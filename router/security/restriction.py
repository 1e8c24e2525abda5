"""An operation without the fields that its sender may not see: another operation, and where the fields would have been.

What was taken out is neither planned nor looked for in a cache nor asked of a subgraph. Fragments are written out first,
so that each selection stands in one place, on one type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
)

from router.errors import JsonValue
from router.federation.authorization import Demand, Demands
from router.operation.load import Operation
from router.operation.normalize import conditions_within
from router.operation.selection import ALWAYS, Conditions
from router.security.demands import FieldDemands

TYPENAME: Final = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())
_ITEM: Final = "@"
"""In a path, any item of a list, as Apollo Router has it."""

AnswerPath: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restriction:
    """`whole` is the operation with its fragments written out, `allowed` what is left of it.

    `refused` and `touched` are ids of fields of `whole`: those that are not in `allowed`, and those in which answers may differ.
    `paths` are those of what was taken out, each with the conditions under which it was asked for.
    """

    whole: Operation
    allowed: Operation
    refused: frozenset[int]
    touched: frozenset[int]
    paths: tuple[tuple[AnswerPath, Conditions], ...]

    def missing(self, variables: Mapping[str, JsonValue]) -> list[AnswerPath]:
        """The paths of what was asked for with these variables and is not given, each once."""
        return list(
            dict.fromkeys(
                path
                for path, conditions in self.paths
                if all((variables.get(name) is True) is wanted for name, wanted in conditions)
            )
        )


def restrict(
    operation: Operation, schema: GraphQLSchema, demands: FieldDemands, unmet: Iterable[Demand]
) -> Restriction:
    """`schema` is that of clients; `unmet` are those demands of a valid operation that its sender does not meet."""
    whole = _written_out(operation)
    root = schema.get_root_type(whole.kind)
    assert root is not None  # noqa: S101 - the operation is valid
    first = _Taking(schema, demands, frozenset(unmet))
    first.selections(whole.definition.selection_set, _Place(root.name))
    taking = _Taking(schema, demands, first.unmet, frozenset(path for path, _ in first.paths))
    left = taking.selections(whole.definition.selection_set, _Place(root.name))
    allowed = replace(whole, definition=replace(whole.definition, selection_set=left))
    return Restriction(
        whole, allowed, frozenset(taking.refused), frozenset(taking.touched), tuple(taking.paths)
    )


def _written_out(operation: Operation) -> Operation:
    fragments = operation.fragments

    def selections(node: SelectionSetNode) -> SelectionSetNode:
        return SelectionSetNode(selections=tuple(selection(each) for each in node.selections))

    def selection(node: SelectionNode) -> SelectionNode:
        if isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            name = NamedTypeNode(name=NameNode(value=fragment.type_condition.name.value))
            inside = selections(fragment.selection_set)
            return InlineFragmentNode(type_condition=name, directives=node.directives, selection_set=inside)
        if isinstance(node, InlineFragmentNode):
            return replace(node, selection_set=selections(node.selection_set))
        assert isinstance(node, FieldNode)  # noqa: S101 - the grammar has no fourth selection
        # Also what has nothing below is copied: a leaf that is spread twice stands in two places.
        below = node.selection_set
        return replace(node, selection_set=None if below is None else selections(below))

    definition = replace(operation.definition, selection_set=selections(operation.definition.selection_set))
    return replace(operation, definition=definition, fragments={})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a selection set stands. `refused`: in a fragment on a type that is not the sender's to see."""

    type_name: str
    path: AnswerPath = ()
    conditions: Conditions = ALWAYS
    refused: bool = False


@dataclass(slots=True)
class _Taking:
    schema: GraphQLSchema
    demands: FieldDemands
    unmet: Demands
    contested: frozenset[AnswerPath] = frozenset()
    """What was taken out. Another selection of the same key may stay, on another type."""
    refused: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    paths: list[tuple[AnswerPath, Conditions]] = field(default_factory=list)

    def selections(self, node: SelectionSetNode, place: _Place) -> SelectionSetNode:
        """What is left; where nothing is, one learns whether there is an object at all."""
        left = []
        for each in node.selections:
            conditions = conditions_within(each, place.conditions)
            # What a constant rules out may stay: it is never asked.
            kept = (
                each if conditions is None else self._selection(each, replace(place, conditions=conditions))
            )
            if kept is not None:
                left.append(kept)
        return SelectionSetNode(selections=tuple(left) or (TYPENAME,))

    def _selection(self, node: SelectionNode, place: _Place) -> SelectionNode | None:
        if isinstance(node, FieldNode):
            return node if node.name.value.startswith("__") else self._field(node, place)
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 - fragments are written out
        if node.type_condition is not None:
            name = node.type_condition.name.value
            refused = place.refused or not self.unmet.isdisjoint(self.demands.of_type(name))
            place = replace(place, type_name=name, refused=refused)
        return replace(node, selection_set=self.selections(node.selection_set, place))

    def _field(self, node: FieldNode, place: _Place) -> FieldNode | None:
        name = node.name.value
        path = (*place.path, node.alias.value if node.alias else name)
        if place.refused or not self.unmet.isdisjoint(self.demands.of_field(place.type_name, name)):
            self._refuse(node)
            self.paths.append((path, place.conditions))
            return None
        if node.selection_set is None:
            return node
        type_ = self.schema.type_map[place.type_name].fields[name].type  # type: ignore[attr-defined]
        while isinstance(type_, GraphQLList | GraphQLNonNull):
            path = (*path, _ITEM) if isinstance(type_, GraphQLList) else path
            type_ = type_.of_type
        before = len(self.refused)
        left = self.selections(node.selection_set, _Place(type_.name, path, place.conditions))
        if len(self.refused) == before and not self._is_contested(path):
            return replace(node, selection_set=left)
        self.touched.add(id(node))
        if is_abstract_type(type_):
            # What is null in an object depends on its type.
            left = SelectionSetNode(selections=(TYPENAME, *left.selections))
        return replace(node, selection_set=left)

    def _is_contested(self, path: AnswerPath) -> bool:
        return any(path[:length] in self.contested for length in range(1, len(path) + 1))

    def _refuse(self, node: SelectionNode) -> None:
        """With all that is in it, which another selection of the same key may ask for, too."""
        self.refused.add(id(node))
        below: SelectionSetNode | None = getattr(node, "selection_set", None)
        for each in below.selections if below is not None else ():
            self._refuse(each)
