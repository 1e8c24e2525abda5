"""What a request asked of a subgraph: the fields of its answer that may go into the tree."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_interface_type,
    is_object_type,
    is_specified_scalar_type,
    parse,
)

from router.errors import JsonValue
from router.planner.nodes import FetchNode

_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class LeafShape:
    """`verbatim`: the subgraph's text goes to the client as it is. `list_depth`: lists around the leaf."""

    verbatim: bool
    list_depth: int = 0


PLAIN: Final = LeafShape(verbatim=False)


class AnswerShape:
    """The fields that some selections ask of an object, by its `__typename`."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        parent: GraphQLNamedType | None,
        selections: tuple[SelectionSetNode, ...],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._parent = parent
        self._selections = selections
        self._fields: dict[str | None, Mapping[str, FieldShape]] = {}

    @property
    def typename(self) -> str | None:
        """The type of all objects that have this shape, where there is one."""
        return self._parent.name if is_object_type(self._parent) else None

    def fields(self, typename: JsonValue) -> Mapping[str, "FieldShape"]:
        """By response key. An object of unknown type may have what was asked of any."""
        known = typename if isinstance(typename, str) and self._schema.get_type(typename) else None
        if known not in self._fields:
            found: dict[str, tuple[GraphQLField | None, list[SelectionSetNode]]] = {}
            for each in self._selections:
                self._collect(each, self._parent, known, found)
            self._fields[known] = {key: self._field(field, below) for key, (field, below) in found.items()}
        return self._fields[known]

    def _collect(
        self,
        selections: SelectionSetNode,
        parent: GraphQLNamedType | None,
        typename: str | None,
        found: dict[str, tuple[GraphQLField | None, list[SelectionSetNode]]],
    ) -> None:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                entry = found.setdefault(key, (_definition(parent, selection.name.value), []))
                if selection.selection_set:
                    entry[1].append(selection.selection_set)
                continue
            if isinstance(selection, FragmentSpreadNode):
                fragment: InlineFragmentNode | FragmentDefinitionNode = self._fragments[selection.name.value]
            elif isinstance(selection, InlineFragmentNode):
                fragment = selection
            condition = fragment.type_condition.name.value if fragment.type_condition else None
            if condition is None or typename is None or self._may_be(typename, condition):
                narrowed = self._schema.get_type(condition) if condition else parent
                self._collect(fragment.selection_set, narrowed, typename, found)

    def _may_be(self, typename: str, condition: str) -> bool:
        """An interface as `__typename` is an interface object's: what its fragments ask may be there."""
        if typename == condition:
            return True
        actual, wanted = self._schema.get_type(typename), self._schema.get_type(condition)
        if is_interface_type(actual):
            return True
        return (
            is_abstract_type(wanted) and is_object_type(actual) and self._schema.is_sub_type(wanted, actual)
        )

    def _field(self, field: GraphQLField | None, below: Iterable[SelectionSetNode]) -> "FieldShape":
        selections = tuple(below)
        if selections:
            named = get_named_type(field.type) if field else None
            return AnswerShape(self._schema, self._fragments, named, selections)
        return _leaf_shape(field) if field else PLAIN


FieldShape: TypeAlias = AnswerShape | LeafShape


class AnswerShapes:
    """The shapes of the requests of one graph, each made when it is first needed."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._shapes: OrderedDict[str, AnswerShape] = OrderedDict()

    def of(self, node: FetchNode) -> AnswerShape:
        """For the answer to this request."""
        shape = self._shapes.get(node.operation)
        if shape is None:
            shape = self._shapes[node.operation] = self._make(node)
            if len(self._shapes) > _REMEMBERED:
                self._shapes.popitem(last=False)
        return shape

    def _make(self, node: FetchNode) -> AnswerShape:
        document = parse(node.operation, no_location=True)
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        root = self._schema.get_root_type(OperationType.QUERY if node.entities else node.kind)
        return AnswerShape(self._schema, fragments, root, (operation.selection_set,))


def _definition(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    return getattr(parent, "fields", {}).get(name)


def _leaf_shape(field: GraphQLField) -> LeafShape:
    named = get_named_type(field.type)
    own = isinstance(named, GraphQLScalarType) and not is_specified_scalar_type(named)
    verbatim = own or named.name == "Float"
    depth, type_ = 0, field.type
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        depth += isinstance(type_, GraphQLList)
        type_ = type_.of_type
    return LeafShape(verbatim, depth) if verbatim else PLAIN
