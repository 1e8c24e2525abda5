"""Field sets: the selections inside @key, @requires and @provides, such as `id organization { id }`."""

from functools import lru_cache

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
    print_ast,
)

from router.errors import RouterError


class FieldSetSyntaxError(RouterError):
    """The text is not a selection. `text` is what was given, `detail` what the parser said."""

    def __init__(self, text: str, detail: str) -> None:
        super().__init__("FIELD_SET_SYNTAX", f'Invalid field set "{text}": {detail}')
        self.text = text
        self.detail = detail


@lru_cache(maxsize=8192)
def parse_field_set(text: str) -> SelectionSetNode:
    """The selections of a field set, written with or without the outer braces.

    The answer is shared between callers: treat it as immutable. Raises FieldSetSyntaxError.
    """
    stripped = text.strip()
    source = stripped if stripped.startswith("{") else f"{{{stripped}}}"
    try:
        document = parse(source, no_location=True, allow_empty_selection_sets=False)
    except GraphQLError as error:
        raise FieldSetSyntaxError(text, error.message) from error
    definition = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(definition, OperationDefinitionNode):
        raise FieldSetSyntaxError(text, "expected one set of fields")
    return definition.selection_set


def print_field_set(selections: SelectionSetNode) -> str:
    """The field set on one line, without outer braces, in the order in which it was written."""
    return " ".join(_print_selection(selection) for selection in selections.selections)


def normalize_field_set(selections: SelectionSetNode) -> str:
    """A text that is equal for field sets that select the same, whatever their order and repetitions."""
    return " ".join(sorted({_print_normalized(selection) for selection in selections.selections}))


def _print_selection(selection: SelectionNode) -> str:
    head, children = _head(selection), _children(selection)
    return head if children is None else f"{head} {{ {print_field_set(children)} }}"


def _print_normalized(selection: SelectionNode) -> str:
    head, children = _head(selection), _children(selection)
    return head if children is None else f"{head} {{ {normalize_field_set(children)} }}"


def _head(selection: SelectionNode) -> str:
    """The selection without its children: name, arguments, type condition and directives."""
    directives = "".join(f" {print_ast(directive)}" for directive in selection.directives or ())
    if isinstance(selection, FieldNode):
        alias = f"{selection.alias.value}: " if selection.alias else ""
        arguments = ", ".join(print_ast(argument) for argument in selection.arguments or ())
        return f"{alias}{selection.name.value}" + (f"({arguments})" if arguments else "") + directives
    if isinstance(selection, InlineFragmentNode):
        condition = f" on {selection.type_condition.name.value}" if selection.type_condition else ""
        return f"...{condition}{directives}"
    assert isinstance(selection, FragmentSpreadNode)  # noqa: S101 - the grammar has no fourth selection
    return f"...{selection.name.value}{directives}"


def _children(selection: SelectionNode) -> SelectionSetNode | None:
    if isinstance(selection, FieldNode | InlineFragmentNode):
        return selection.selection_set
    return None
