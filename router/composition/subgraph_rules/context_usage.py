"""@fromContext reads one field, which every type that sets the context must have."""

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from router.composition.contexts import ContextReference, context_references, context_types
from router.composition.field_set_rules import overlap
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import TypeDefinition
from router.federation.type_reference import is_list, named_type, nullable
from router.federation.value import is_false

NOT_SET = "CONTEXT_NOT_SET"
INVALID = "CONTEXT_INVALID_SELECTION"


def context_usage(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Names of contexts, where arguments read them, and what they select."""
    if "context" not in subgraph.directive_names:
        return
    types = context_types(subgraph)
    for name, setters in types.items():
        if "_" in name or not name.isalnum() or not name[0].isalpha():
            problem = (
                "may not contain an underscore"
                if "_" in name
                else "must be a letter and then letters and digits"
            )
            yield subgraph.problem(
                "CONTEXT_NAME_INVALID", f'Context name "{name}" {problem}.', setters[0].node
            )
    for directive in subgraph.schema.directives.values():
        for argument in directive.arguments.values():
            if subgraph.has(argument, "fromContext"):
                message = (
                    f'@fromContext argument cannot be used on a directive definition "{argument.coordinate}".'
                )
                yield subgraph.problem(NOT_SET, message, argument.node)
    for reference in context_references(subgraph):
        for code, message in _problems(subgraph, reference, types):
            yield subgraph.problem(code, message, reference.use.node)


def _problems(
    subgraph: SubgraphSchema, reference: ContextReference, types: dict[str, list[TypeDefinition]]
) -> Iterator[tuple[str, str]]:
    argument, field = reference.argument, reference.field
    parent = subgraph.schema.types[field.parent]
    for name in (parent.name, *parent.interfaces):
        interface = subgraph.schema.types.get(name)
        if interface is not None and interface.is_abstract and field.name in interface.fields:
            message = f'@fromContext argument cannot be used on a field implementing an interface field "{name}.{field.name}".'
            yield NOT_SET, message
    if argument.default is not None:
        yield NOT_SET, f'@fromContext arguments may not have a default value: "{argument.coordinate}".'
    keys = subgraph.uses(parent, "key")
    if all(is_false(key.arguments.get("resolvable")) for key in keys):
        message = f'Object "{parent.name}" has no resolvable key but has a field with a contextual argument.'
        yield "CONTEXT_NO_RESOLVABLE_KEY", message
    if reference.context is None:
        message = f'@fromContext argument does not reference a context "{argument.coordinate}".'
        yield "NO_CONTEXT_REFERENCED", message
    elif reference.context not in types:
        message = (
            f'Context "{reference.context}" is used at location "{argument.coordinate}" but is never set.'
        )
        yield NOT_SET, message
    else:
        message = next(_invalid_selection(subgraph, reference, types[reference.context]), "")
        if message:
            yield (
                INVALID,
                f'Context "{reference.context}" is used in "{argument.coordinate}" but the selection is invalid{message}',
            )


def _invalid_selection(
    subgraph: SubgraphSchema, reference: ContextReference, setters: list[TypeDefinition]
) -> Iterator[str]:
    """Why the selection does not work, for each type that sets the context."""
    selections = reference.parse()
    if selections is None:
        yield ": it cannot be read"
        return
    yield from _forbidden_parts(selections)
    fragments = [each for each in selections.selections if isinstance(each, InlineFragmentNode)]
    for setter in setters:
        if subgraph.is_interface_object(setter):
            yield f': one of the types in the selection is an interface object: "{setter.name}"'
        elif not fragments:
            yield from _invalid_field(subgraph, reference, setter, selections)
        else:
            yield from _invalid_fragments(subgraph, reference, setter, fragments)
    for fragment in fragments:
        condition = fragment.type_condition
        target = subgraph.schema.types.get(condition.name.value) if condition else None
        if target is not None and not any(overlap(subgraph.schema, setter, target) for setter in setters):
            yield f': type condition "{target.name}" is never used.'


def _forbidden_parts(selections: SelectionSetNode) -> Iterator[str]:
    for selection in selections.selections:
        if selection.directives:
            yield ": directives are not allowed in the selection"
        if isinstance(selection, FieldNode):
            if selection.alias is not None:
                yield ": aliases are not allowed in the selection"
            if selection.selection_set is not None:
                yield from _forbidden_parts(selection.selection_set)
        elif isinstance(selection, InlineFragmentNode):
            yield from _forbidden_parts(selection.selection_set)


def _invalid_fragments(
    subgraph: SubgraphSchema,
    reference: ContextReference,
    setter: TypeDefinition,
    fragments: list[InlineFragmentNode],
) -> Iterator[str]:
    matched = False
    for fragment in fragments:
        condition = fragment.type_condition
        target = subgraph.schema.types.get(condition.name.value) if condition else setter
        if target is None:
            yield f": there is no type {condition.name.value if condition else ''}"
        elif overlap(subgraph.schema, setter, target):
            matched = True
            yield from _invalid_field(subgraph, reference, target, fragment.selection_set)
    if not matched:
        yield f': no type condition matches the location "{setter.name}"'


def _invalid_field(
    subgraph: SubgraphSchema,
    reference: ContextReference,
    parent: TypeDefinition,
    selections: SelectionSetNode,
) -> Iterator[str]:
    """The selection has to be one field, down to a leaf of the argument's type."""
    members = [subgraph.schema.types[name] for name in parent.members] or [parent]
    for member in members:
        if len(selections.selections) != 1:
            yield ": multiple selections are made"
            continue
        node = selections.selections[0]
        if not isinstance(node, FieldNode):
            continue
        field = member.fields.get(node.name.value)
        if field is None:
            yield f' for type {member.name}. Error: Cannot query field "{node.name.value}" on type "{member.name}".'
            continue
        target = subgraph.schema.types.get(named_type(field.type))
        if node.selection_set is not None and target is not None:
            yield from _invalid_field(subgraph, reference, target, node.selection_set)
        elif not _fits(reference.argument.type, field.type):
            yield f": the type of the selection ({field.type}) does not match the expected type ({reference.argument.type})"


def _fits(expected: str, actual: str) -> bool:
    """Nulls aside: contexts may hold what is not there."""
    if named_type(expected) != named_type(actual):
        return False
    return is_list(nullable(expected)) == is_list(nullable(actual)) or is_list(nullable(expected))
