"""Literals of arguments become variables, so that `chef(id: 1)` and `chef(id: 2)` share a plan and its operation texts.

Directives keep theirs: what @include, @skip and @defer say decides the plan. So do the fields `fixed`, which the graph itself
asks with arguments (`@requires(fields: "price(currency: USD)")`): the client's may be the same one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentSpreadNode,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    parse_type,
)

from router.errors import JsonValue
from router.federation.supergraph import Supergraph
from router.operation.load import Operation

_SIMPLE = (StringValueNode, IntValueNode, BooleanValueNode)


@dataclass(frozen=True, slots=True)
class Lifted:
    """`operation` asks the same with these `values` for the variables that it has more."""

    operation: Operation
    values: Mapping[str, JsonValue]


def lift_literals(
    supergraph: Supergraph, operation: Operation, fixed: frozenset[str] = frozenset()
) -> Lifted:
    """Of a valid operation. The new variables are named by their order, so that equal shapes get equal texts."""
    lifter = _Lifter(supergraph.api_schema, fixed, _free_prefix(operation))
    root = supergraph.api_schema.get_root_type(operation.kind)
    selections = lifter.selections(operation.definition.selection_set, root)
    fragments = {}
    for name, fragment in operation.fragments.items():
        on = supergraph.api_schema.get_type(fragment.type_condition.name.value)
        fragments[name] = replace(fragment, selection_set=lifter.selections(fragment.selection_set, on))
    variables = (*operation.variables, *lifter.definitions())
    definition = replace(operation.definition, selection_set=selections, variable_definitions=variables)
    return Lifted(replace(operation, definition=definition, fragments=fragments), lifter.values)


def fixed_fields(supergraph: Supergraph) -> frozenset[str]:
    """The names of fields that @requires or @provides ask with arguments."""
    return frozenset(
        node.name.value
        for subgraph in supergraph.subgraphs.values()
        for view in subgraph.types.values()
        for each in view.fields.values()
        for selections in (each.requires, each.provides)
        if selections is not None
        for node in _fields(selections)
        if node.arguments
    )


def _fields(selections: SelectionSetNode) -> Iterator[FieldNode]:
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield each
        below: SelectionSetNode | None = getattr(each, "selection_set", None)
        if below is not None:
            yield from _fields(below)


def _free_prefix(operation: Operation) -> str:
    taken = [each.variable.name.value for each in operation.variables]
    prefix = "literal"
    while any(name.startswith(prefix) for name in taken):
        prefix = f"_{prefix}"
    return prefix


class _Kept(Exception):
    """The literal means something else as a variable."""


@dataclass(slots=True)
class _Lifter:
    schema: GraphQLSchema
    fixed: frozenset[str]
    prefix: str
    values: dict[str, JsonValue] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    """By type and value: equal arguments stay equal."""

    def definitions(self) -> Iterator[VariableDefinitionNode]:
        for (type_name, _), name in self._names.items():
            yield VariableDefinitionNode(
                variable=VariableNode(name=NameNode(value=name)), type=parse_type(type_name), directives=()
            )

    def selections(self, node: SelectionSetNode, on: GraphQLNamedType | None) -> SelectionSetNode:
        return SelectionSetNode(selections=tuple(self._selection(each, on) for each in node.selections))

    def _selection(self, node: SelectionNode, on: GraphQLNamedType | None) -> SelectionNode:
        if isinstance(node, FragmentSpreadNode):
            return node
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inside = self.schema.get_type(condition.name.value) if condition is not None else on
            return replace(node, selection_set=self.selections(node.selection_set, inside))
        assert isinstance(node, FieldNode)  # noqa: S101 - the grammar has no fourth selection
        return node if node.name.value.startswith("__") else self._field(node, on)

    def _field(self, node: FieldNode, on: GraphQLNamedType | None) -> FieldNode:
        found = self.schema.get_field(on, node.name.value) if is_composite_type(on) else None
        if found is None:
            return node
        arguments, below = node.arguments, node.selection_set
        if arguments and node.name.value not in self.fixed:
            arguments = tuple(
                replace(each, value=self._value(each.value, found.args[each.name.value].type))
                for each in arguments
            )
        if below is not None:
            below = self.selections(below, get_named_type(found.type))
        return replace(node, arguments=arguments, selection_set=below)

    def _value(self, node: ValueNode, type_: GraphQLInputType) -> ValueNode:
        if isinstance(node, VariableNode):
            return node
        try:
            return self._variable(_json(node, type_), type_)
        except _Kept:
            return self._around_variables(node, type_)

    def _around_variables(self, node: ValueNode, type_: GraphQLInputType) -> ValueNode:
        """A list or object that holds variables: the literals beside them are lifted."""
        inner = type_.of_type if is_non_null_type(type_) else type_
        if isinstance(node, ListValueNode) and is_list_type(inner):
            return ListValueNode(values=tuple(self._value(each, inner.of_type) for each in node.values))
        if isinstance(node, ObjectValueNode) and is_input_object_type(inner):
            return ObjectValueNode(
                fields=tuple(
                    replace(each, value=self._value(each.value, inner.fields[each.name.value].type))
                    for each in node.fields
                )
            )
        return node

    def _variable(self, value: JsonValue, type_: GraphQLInputType) -> VariableNode:
        key = (str(type_), json.dumps(value))
        name = self._names.setdefault(key, f"{self.prefix}{len(self._names)}")
        self.values[name] = value
        return VariableNode(name=NameNode(value=name))


def _json(node: ValueNode, type_: GraphQLInputType) -> JsonValue:
    if is_non_null_type(type_):
        return _json(node, type_.of_type)
    if isinstance(node, NullValueNode):
        return None
    if is_list_type(type_):
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        return [_json(each, type_.of_type) for each in nodes]
    if is_input_object_type(type_) and isinstance(node, ObjectValueNode):
        return {
            each.name.value: _json(each.value, type_.fields[each.name.value].type) for each in node.fields
        }
    if is_enum_type(type_) and isinstance(node, EnumValueNode):
        return node.value
    if type_ is GraphQLID and isinstance(node, IntValueNode | StringValueNode):
        return node.value
    if isinstance(node, FloatValueNode) and type_ is GraphQLFloat:
        return _float(node.value)
    # What a custom scalar makes of other literals is its subgraph's to say.
    if isinstance(node, _SIMPLE):
        return int(node.value) if isinstance(node, IntValueNode) else node.value
    raise _Kept


def _float(text: str) -> float:
    """Raises _Kept where that is not the number to the last digit."""
    number = float(text)
    if number in (float("inf"), float("-inf")) or Decimal(repr(number)) != Decimal(text):
        raise _Kept
    return number
