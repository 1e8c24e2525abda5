"""What @requires asks for is asked of other subgraphs, so it must be valid there, arguments included."""

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode, print_ast

from router.composition.field_targets import selections_of
from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.print_schema import print_use
from router.federation.schema import Field, Kind, TypeDefinition
from router.federation.type_reference import named_type


def required_arguments(context: MergeContext) -> Iterator[CompositionProblem]:
    """Arguments that other subgraphs need are given, and none is given that another does not have."""
    for subgraph in context.subgraphs:
        for definition in subgraph.schema.of_kind(Kind.OBJECT):
            for field in definition.fields.values():
                for use in subgraph.uses(field, "requires") if field.directives else ():
                    selections = selections_of(use)
                    parent = context.schema.types.get(definition.name)
                    if selections is None or parent is None:
                        continue
                    for message in _messages(context, subgraph, parent, selections):
                        text = f'On field "{field.coordinate}", for {print_use(use)}: {message}'
                        yield subgraph.problem("REQUIRES_INVALID_FIELDS", text, use.node)


def _messages(
    context: MergeContext, subgraph: SubgraphSchema, parent: TypeDefinition, selections: SelectionSetNode
) -> Iterator[str]:
    types = context.schema.types
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = types.get(condition.name.value) if condition else parent
            if target is not None:
                yield from _messages(context, subgraph, target, selection.selection_set)
        elif isinstance(selection, FieldNode) and selection.name.value in parent.fields:
            field = parent.fields[selection.name.value]
            yield from _argument_messages(context, subgraph, field, selection)
            target = types.get(named_type(field.type))
            if selection.selection_set is not None and target is not None:
                yield from _messages(context, subgraph, target, selection.selection_set)


def _argument_messages(
    context: MergeContext, subgraph: SubgraphSchema, field: Field, node: FieldNode
) -> Iterator[str]:
    given = {argument.name.value for argument in node.arguments or ()}
    for index, definition in context.types(field.parent).items():
        other = definition.fields.get(field.name)
        if other is None or context.subgraphs[index] is subgraph or context.is_external(index, other):
            continue
        where = context.print_subgraphs([index])
        for argument in other.arguments.values():
            if argument.is_required and argument.name not in given:
                yield (
                    f'no value provided for argument "{argument.name}" of field "{field.coordinate}" but a value is '
                    f'mandatory as "{argument.name}" is required in {where}'
                )
        for name in sorted(given - other.arguments.keys()):
            yield (
                f'cannot provide a value for argument "{name}" of field "{field.coordinate}" in {print_ast(node)} as '
                f'argument "{name}" is not defined in {where}'
            )
