"""Reads the selections of an operation that the planner wrote, for those who show plans."""

from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)


def written_out(operation: str) -> SelectionSetNode:
    """The selections, with those of fragments in the places where they are spread."""
    operations, fragments = [], {}
    for node in parse(operation, no_location=True).definitions:
        if isinstance(node, FragmentDefinitionNode):
            fragments[node.name.value] = node.selection_set
        elif isinstance(node, OperationDefinitionNode):
            operations.append(node.selection_set)
    return _written_out(operations[0], fragments)


def _written_out(selections: SelectionSetNode, fragments: Mapping[str, SelectionSetNode]) -> SelectionSetNode:
    found: list[SelectionNode] = []
    for each in selections.selections:
        if isinstance(each, FragmentSpreadNode):
            # The planner spreads a fragment only where the whole of the selections has its type.
            found.extend(_written_out(fragments[each.name.value], fragments).selections)
        elif isinstance(each, FieldNode) and each.selection_set is not None:
            found.append(_field(each, _written_out(each.selection_set, fragments)))
        elif isinstance(each, InlineFragmentNode):
            below = _written_out(each.selection_set, fragments)
            found.append(
                InlineFragmentNode(
                    type_condition=each.type_condition, directives=each.directives, selection_set=below
                )
            )
        else:
            found.append(each)
    return SelectionSetNode(selections=tuple(found))


def _field(node: FieldNode, below: SelectionSetNode) -> FieldNode:
    alias: NameNode | None = node.alias
    return FieldNode(
        name=node.name,
        alias=alias,
        arguments=node.arguments,
        directives=node.directives,
        selection_set=below,
    )
