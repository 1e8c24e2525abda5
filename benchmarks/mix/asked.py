"""How many fields answers have, by the type of the object that they are of."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    parse,
)


class Asked:
    """For operations whose positions have one object type each: without interfaces and unions."""

    def __init__(self, schema: GraphQLSchema, texts: Mapping[str, str]) -> None:
        self._schema = schema
        self._documents = {name: parse(text, no_location=True) for name, text in texts.items()}

    def count(
        self, operation: str, variables: Mapping[str, Any], data: Mapping[str, Any], into: Counter[str]
    ) -> None:
        """One answer of a query. Mutations change something, and ask nothing that a cache could have."""
        document = self._documents[operation]
        fragments = {
            each.name.value: each.selection_set
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        [root] = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
        type_ = self._schema.get_root_type(root.operation)
        if type_ is not None and type_ is not self._schema.mutation_type:
            _Counting(fragments, variables, into).walk(type_, [root.selection_set], data)


class _Counting:
    def __init__(
        self, fragments: Mapping[str, SelectionSetNode], variables: Mapping[str, Any], into: Counter[str]
    ) -> None:
        self._fragments = fragments
        self._variables = variables
        self._into = into

    def walk(self, type_: Any, sets: list[SelectionSetNode], value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                self.walk(type_, sets, item)
            return
        if value is None:
            return
        found: dict[str, list[FieldNode]] = {}
        for node in (each for selections in sets for each in self._fields(selections)):
            found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        for key, nodes in found.items():
            name = nodes[0].name.value
            self._into[f"{type_.name}.{name}"] += 1
            below = [node.selection_set for node in nodes if node.selection_set is not None]
            if below:
                self.walk(get_named_type(type_.fields[name].type), below, value[key])

    def _fields(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                if self._is_included(each):
                    yield each
            elif isinstance(each, FragmentSpreadNode):
                yield from self._fields(self._fragments[each.name.value])
            elif isinstance(each, InlineFragmentNode):
                yield from self._fields(each.selection_set)

    def _is_included(self, node: FieldNode) -> bool:
        """By @include, with a variable: the operations of the mix have no other condition."""
        for directive in node.directives or ():
            [argument] = directive.arguments or ()
            assert directive.name.value == "include"
            assert isinstance(argument.value, VariableNode)
            if not self._variables.get(argument.value.name.value):
                return False
        return True
