"""Which fields a field set selects, at every level. Wrong selections are passed over: a rule reports them."""

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from router.federation.field_set import FieldSetSyntaxError, parse_field_set
from router.federation.schema import DirectiveUse, Field, Kind, Schema, TypeDefinition
from router.federation.type_reference import named_type
from router.federation.value import text_of


def selections_of(use: DirectiveUse, argument: str = "fields") -> SelectionSetNode | None:
    """The field set of an application of @key, @requires or @provides, if it can be read."""
    text = text_of(use.arguments.get(argument))
    if text is None:
        return None
    try:
        return parse_field_set(text)
    except FieldSetSyntaxError:
        return None


def target_fields(
    schema: Schema, parent: TypeDefinition | None, use: DirectiveUse, *, with_implementations: bool
) -> Iterator[Field]:
    """The fields that `use` selects from `parent`.

    `with_implementations` adds, for a field of an interface, the field of each object type that implements it.
    """
    selections = selections_of(use)
    if parent is not None and selections is not None:
        yield from walk_selections(schema, parent, selections, with_implementations=with_implementations)


def walk_selections(
    schema: Schema, parent: TypeDefinition, selections: SelectionSetNode, *, with_implementations: bool
) -> Iterator[Field]:
    """The fields that selections name, at every level."""
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = schema.types.get(condition.name.value) if condition else parent
            if target is not None:
                yield from walk_selections(
                    schema, target, selection.selection_set, with_implementations=with_implementations
                )
        elif isinstance(selection, FieldNode):
            field = parent.fields.get(selection.name.value)
            if field is None:
                continue
            yield field
            if with_implementations and parent.kind is Kind.INTERFACE:
                yield from implementations_of(schema, field)
            target = schema.types.get(named_type(field.type))
            if selection.selection_set is not None and target is not None:
                yield from walk_selections(
                    schema, target, selection.selection_set, with_implementations=with_implementations
                )


def implementations_of(schema: Schema, field: Field) -> Iterator[Field]:
    """The same field on each object type that implements its interface."""
    for name in schema.possible_types(field.parent):
        implementation = schema.types[name].fields.get(field.name)
        if implementation is not None:
            yield implementation
