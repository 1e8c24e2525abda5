"""What @key, @requires and @provides may select: one walk for the three, with what each allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import FieldNode, InlineFragmentNode, SelectionNode, SelectionSetNode, print_ast

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.composition.value_rules import fits
from router.federation.field_set import FieldSetSyntaxError, parse_field_set
from router.federation.print_schema import print_use
from router.federation.schema import (
    BUILT_IN_SCALARS,
    DirectiveUse,
    Element,
    Field,
    Kind,
    Schema,
    TypeDefinition,
)
from router.federation.type_reference import named_type
from router.federation.value import text_of


@dataclass(frozen=True, slots=True)
class FieldSetRules:
    """What one directive allows. `prefix` starts its error codes."""

    directive: str
    prefix: str
    must_be_external: bool
    may_have_arguments: bool
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class FieldSetUse:
    """A field set where it stands: on `owner`, selecting from `parent`."""

    subgraph: SubgraphSchema
    rules: FieldSetRules
    owner: Element
    parent: TypeDefinition
    use: DirectiveUse

    def problem(self, kind: str, message: str) -> CompositionProblem:
        where = "type" if self.rules.is_key else "field"
        shown = print_use(
            DirectiveUse(self.use.name, {k: v for k, v in self.use.arguments.items() if k == "fields"})
        )
        text = f'On {where} "{self.owner.coordinate}", for {shown}: {message}'
        return self.subgraph.problem(f"{self.rules.prefix}_{kind}", text, self.use.node)


def check_field_set(each: FieldSetUse) -> Iterator[CompositionProblem]:
    """The text is a string, a selection, one that the type has, and within what the directive allows."""
    text = text_of(each.use.arguments.get("fields"))
    if text is None:
        yield each.problem("INVALID_FIELDS_TYPE", 'Invalid value for argument "fields": must be a string.')
        return
    try:
        selections = parse_field_set(text)
    except FieldSetSyntaxError as error:
        yield each.problem("INVALID_FIELDS", error.detail)
        return
    first = next(_invalid(each, each.parent, selections), None)
    if first is not None:
        yield each.problem(*first)
        return
    yield from _check_selections(each, each.parent, selections, has_external_parent=False)


def _invalid(
    each: FieldSetUse, parent: TypeDefinition, selections: SelectionSetNode
) -> Iterator[tuple[str, str]]:
    """Why the selections cannot be made at all: the code's end and the message."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield from _invalid_field(each, parent, selection)
        elif isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = each.subgraph.schema.types.get(condition.name.value) if condition else parent
            if target is None or not target.is_composite or not overlap(each.subgraph.schema, parent, target):
                name = condition.name.value if condition else parent.name
                yield (
                    "INVALID_FIELDS",
                    f'The fragment "... on {name}" can never apply to type "{parent.name}".',
                )
            else:
                yield from _invalid(each, target, selection.selection_set)
        else:
            yield "INVALID_FIELDS", f'Named fragments are not allowed: "{print_ast(selection)}".'


def _invalid_field(each: FieldSetUse, parent: TypeDefinition, node: FieldNode) -> Iterator[tuple[str, str]]:
    name = node.name.value
    if name == "__typename":
        return
    field = parent.fields.get(name)
    if field is None:
        yield (
            "INVALID_FIELDS",
            f'Cannot query field "{name}" on type "{parent.name}" ({_missing(each.rules)}).',
        )
        return
    if each.rules.is_key:
        base = each.subgraph.schema.types.get(named_type(field.type))
        if base is not None and base.is_abstract:
            kind = "Union" if base.kind is Kind.UNION else "Interface"
            yield (
                "FIELDS_SELECT_INVALID_TYPE",
                f'field "{field.coordinate}" is a {kind} type which is not allowed in @key',
            )
    if node.alias is not None:
        yield (
            "INVALID_FIELDS",
            (
                f'Cannot use alias "{node.alias.value}" in "{print_ast(node)}": aliases are not currently supported in '
                f"@{each.rules.directive}"
            ),
        )
    yield from (
        ("INVALID_FIELDS", message) for message in _invalid_arguments(each.subgraph.schema, field, node)
    )
    target = each.subgraph.schema.types.get(named_type(field.type))
    is_leaf = named_type(field.type) in BUILT_IN_SCALARS or (target is not None and target.is_leaf)
    if node.selection_set is None:
        if not is_leaf:
            yield (
                "INVALID_FIELDS",
                f'Invalid empty selection set for field "{field.coordinate}" of non-leaf type {field.type}',
            )
    elif is_leaf or target is None:
        yield (
            "INVALID_FIELDS",
            f'Field "{field.coordinate}" of type {field.type} has no fields to select: "{print_ast(node)}"',
        )
    else:
        yield from _invalid(each, target, node.selection_set)


def _missing(rules: FieldSetRules) -> str:
    if rules.is_key:
        return (
            "the field should either be added to this subgraph or, if it should not be resolved by this subgraph, you "
            "need to add it to this subgraph with @external"
        )
    return "if the field is defined in another subgraph, you need to add it to this subgraph with @external"


def _invalid_arguments(schema: Schema, field: Field, node: FieldNode) -> Iterator[str]:
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    for name, value in given.items():
        argument = field.arguments.get(name)
        if argument is None:
            yield f'Unknown argument "{name}" found in value: "{field.coordinate}" has no argument named "{name}"'
        elif not fits(schema, value, argument.type):
            yield f'Invalid value for argument "{name}" of field "{field.coordinate}" of type {argument.type}'
    for argument in field.arguments.values():
        if argument.is_required and argument.name not in given:
            yield (
                f'Missing mandatory value for argument "{argument.name}" of field "{field.coordinate}" in selection '
                f'"{print_ast(node)}"'
            )


def overlap(schema: Schema, left: TypeDefinition, right: TypeDefinition) -> bool:
    """Whether some object may have both types."""
    return left is right or not schema.possible_types(left.name).isdisjoint(schema.possible_types(right.name))


def _check_selections(
    each: FieldSetUse, parent: TypeDefinition, selections: SelectionSetNode, *, has_external_parent: bool
) -> Iterator[CompositionProblem]:
    types = each.subgraph.schema.types
    for selection in selections.selections:
        yield from _check_directives(each, selection)
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = types[condition.name.value] if condition else parent
            yield from _check_selections(
                each, target, selection.selection_set, has_external_parent=has_external_parent
            )
        elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
            field = parent.fields[selection.name.value]
            yield from _check_field(each, field, selection, has_external_parent=has_external_parent)
            if selection.selection_set is not None:
                yield from _check_selections(
                    each,
                    types[named_type(field.type)],
                    selection.selection_set,
                    has_external_parent=has_external_parent or _is_external_somewhere(each.subgraph, field),
                )


def _check_directives(each: FieldSetUse, selection: SelectionNode) -> Iterator[CompositionProblem]:
    if selection.directives:
        shown = ", ".join(map(print_ast, selection.directives))
        message = (
            f"cannot have directive applications in the @{each.use.name}(fields:) argument but found {shown}."
        )
        yield each.problem("DIRECTIVE_IN_FIELDS_ARG", message)


def _check_field(
    each: FieldSetUse, field: Field, node: FieldNode, *, has_external_parent: bool
) -> Iterator[CompositionProblem]:
    name = each.use.name
    if field.arguments and not each.rules.may_have_arguments:
        message = (
            f"field {field.coordinate} cannot be included because it has arguments (fields with argument are not "
            f"allowed in @{name})"
        )
        yield each.problem("FIELDS_HAS_ARGS", message)
    if not each.rules.must_be_external or node.selection_set is not None or has_external_parent:
        return
    if not each.subgraph.is_external(field):
        fake = field.coordinate in each.subgraph.fake_externals
        reason = (
            'it is already "effectively" provided by this subgraph (while it is marked @external, it is a @key field '
            "of an extension type, which are not internally considered external for historical/backward compatibility "
            "reasons)"
            if fake
            else "it is already provided by this subgraph (it is not marked @external)"
        )
        message = f'field "{field.coordinate}" should not be part of a @{name} since {reason}'
        yield each.problem("FIELDS_MISSING_EXTERNAL", message)


def _is_external_somewhere(subgraph: SubgraphSchema, field: Field) -> bool:
    """Whether the field, or for an interface that of any implementation, is external."""
    if subgraph.is_external(field):
        return True
    parent = subgraph.schema.types[field.parent]
    if parent.kind is not Kind.INTERFACE:
        return False
    for name in subgraph.schema.possible_types(parent.name):
        implementation = subgraph.schema.types[name].fields.get(field.name)
        if implementation is not None and subgraph.is_external(implementation):
            return True
    return False
