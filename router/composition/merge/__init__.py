"""From subgraph schemas to one schema: a module for each kind of element, in the order in which they depend."""

from collections.abc import Callable, Sequence

from router.composition.merge.applied_directives import merge_applied_directives
from router.composition.merge.authorization import propagate_authorization
from router.composition.merge.cache_control import find_cache_control
from router.composition.merge.compose_directives import find_composed_directives
from router.composition.merge.composed_directives import (
    ComposedDirective,
    Feature,
    define_federation_directive,
    find_connectors,
    find_federation_directives,
)
from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.descriptions import merge_description
from router.composition.merge.directive_definitions import (
    copy_composed_directive,
    merge_executable_directives,
)
from router.composition.merge.enums import merge_enum
from router.composition.merge.input_objects import merge_input_object
from router.composition.merge.interfaces import add_abstracted_fields, merge_interface
from router.composition.merge.join import join_implements, join_types
from router.composition.merge.objects import merge_object
from router.composition.merge.schema_definition import add_specifications, merge_schema_definition
from router.composition.merge.types import add_types
from router.composition.merge.unions import merge_union
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.link import read_links
from router.federation.schema import Kind, TypeDefinition

MergeKind = Callable[[MergeContext, Sources[TypeDefinition], TypeDefinition], None]

UNMERGEABLE = ("DIRECTIVE_COMPOSITION_ERROR", "INVALID_LINK_DIRECTIVE_USAGE")
"""Problems of directives that leave open what has to be merged."""
KINDS: tuple[tuple[Kind, MergeKind], ...] = (
    (Kind.UNION, merge_union),
    (Kind.OBJECT, merge_object),
    (Kind.INTERFACE, merge_interface),
    (Kind.INPUT_OBJECT, merge_input_object),
)


def merge_subgraphs(subgraphs: Sequence[SubgraphSchema]) -> MergeContext:
    """The supergraph's schema, or what stands against it, in the context's `problems`."""
    context = MergeContext(subgraphs)
    automatic = find_federation_directives(context)
    custom = find_composed_directives(context, automatic)
    automatic += find_connectors(context)
    if any(problem.code in UNMERGEABLE for problem in context.problems):
        return context
    context.composed_names = {each.origin: each.name for each in automatic}
    add_types(context)
    _add_relations(context)
    merge_schema_definition(context)
    for kind, merge in KINDS:
        for definition in list(context.schema.of_kind(kind)):
            merge(context, context.types(definition.name), definition)
    if not context.schema.types["Query"].fields:
        message = "No queries found in any subgraph: a supergraph must have a query root type."
        context.problem("NO_QUERIES", message)
    for directive in custom:
        copy_composed_directive(context, directive)
    merge_executable_directives(context)
    for definition in list(context.schema.of_kind(Kind.ENUM)):
        merge_enum(context, context.types(definition.name), definition)
    policies = find_cache_control(context, custom)
    merge_applied_directives(context, [*automatic, *custom, *policies, *_built_in(context)])
    add_abstracted_fields(context)
    propagate_authorization(context)
    for directive in automatic:
        if directive.joined_name is not None:
            continue
        define_federation_directive(context, directive)
    add_specifications(context, [*automatic, *custom])
    context.linked_directives = frozenset(each.name for each in (*automatic, *custom))
    links = read_links(context.schema)
    context.specification_types = frozenset(
        name for name in context.schema.types if links.of_type(name) or not context.types(name)
    )
    return context


def _add_relations(context: MergeContext) -> None:
    """What each type implements, before any field is merged: types of fields are compared by it."""
    for definition in context.schema.types.values():
        sources = context.types(definition.name)
        merge_description(context, sources, definition)
        join_types(context, sources, definition)
        context.applications.append((definition, sources))
        if definition.kind in (Kind.OBJECT, Kind.INTERFACE):
            join_implements(context, sources, definition)


def _built_in(context: MergeContext) -> list[ComposedDirective]:
    everywhere = range(len(context.subgraphs))
    return [
        ComposedDirective(Feature(""), name, name, dict.fromkeys(everywhere, name))
        for name in ("deprecated", "specifiedBy")
    ]
