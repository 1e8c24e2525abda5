"""Which fields a selection asks of an object of one type, in the order of the answer."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from router.errors import JsonValue

GroupedFields: TypeAlias = dict[str, list[FieldNode]]
"""By response key."""

Fragment: TypeAlias = InlineFragmentNode | FragmentDefinitionNode


class FieldCollector:
    """CollectFields for one operation: https://spec.graphql.org/October2021/#CollectFields()"""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, JsonValue],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def collect(
        self, object_type: GraphQLObjectType | GraphQLInterfaceType, selections: Iterable[SelectionSetNode]
    ) -> GroupedFields:
        """The fields that these selection sets together ask of an object of this type."""
        grouped: GroupedFields = {}
        visited: set[str] = set()
        for selection_set in selections:
            self._visit(object_type, selection_set, grouped, visited)
        return grouped

    def _visit(
        self,
        object_type: GraphQLObjectType | GraphQLInterfaceType,
        selections: SelectionSetNode,
        grouped: GroupedFields,
        visited: set[str],
    ) -> None:
        for selection in selections.selections:
            if not self._included(selection):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                grouped.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                self._visit_fragment(object_type, selection, grouped, visited)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in visited:
                visited.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
                self._visit_fragment(object_type, fragment, grouped, visited)

    def _visit_fragment(
        self,
        object_type: GraphQLObjectType | GraphQLInterfaceType,
        fragment: Fragment,
        grouped: GroupedFields,
        visited: set[str],
    ) -> None:
        if self._applies(fragment, object_type):
            self._visit(object_type, fragment.selection_set, grouped, visited)

    def _applies(self, fragment: Fragment, object_type: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        condition = fragment.type_condition
        if condition is None or condition.name.value == object_type.name:
            return True
        condition_type = self._schema.get_type(condition.name.value)
        return is_abstract_type(condition_type) and self._schema.is_sub_type(condition_type, object_type)

    def _included(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            if directive.name.value == "skip" and self._condition(directive):
                return False
            if directive.name.value == "include" and not self._condition(directive):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        value = next(argument.value for argument in directive.arguments or () if argument.name.value == "if")
        if isinstance(value, VariableNode):
            return self._variables.get(value.name.value) is True
        return isinstance(value, BooleanValueNode) and value.value
