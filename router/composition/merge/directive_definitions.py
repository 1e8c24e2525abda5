"""Definitions of directives: those that clients use, where all subgraphs have them, and those that are composed."""

from router.composition.merge.arguments import merge_arguments
from router.composition.merge.composed_directives import ComposedDirective
from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.descriptions import merge_description
from router.composition.merge.type_references import record_enum_use
from router.federation.schema import DirectiveDefinition, InputValue

EXECUTABLE_LOCATIONS = (
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
)
BUILT_IN = frozenset({"skip", "include", "deprecated", "specifiedBy", "defer", "stream"})


def merge_executable_directives(context: MergeContext) -> None:
    """The common part of the subgraphs: locations, arguments, and whether it repeats."""
    found: dict[str, dict[int, DirectiveDefinition]] = {}
    for index, subgraph in enumerate(context.subgraphs):
        for definition in subgraph.schema.directives.values():
            if definition.name not in BUILT_IN and _executable(definition):
                found.setdefault(definition.name, {})[index] = definition
    for name, sources in found.items():
        if name not in context.schema.directives:
            _merge_executable(context, name, sources)


def _executable(definition: DirectiveDefinition) -> tuple[str, ...]:
    return tuple(each for each in EXECUTABLE_LOCATIONS if each in definition.locations)


def _merge_executable(context: MergeContext, name: str, sources: Sources[DirectiveDefinition]) -> None:
    missing = [index for index in range(len(context.subgraphs)) if index not in sources]
    if missing:
        context.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
            f'Executable directive "@{name}" will not be part of the supergraph as it does not appear in all subgraphs: '
            f"it is defined in {context.print_subgraphs(sources)} but not in {context.print_subgraphs(missing)}.",
            sources,
        )
        return
    texts = {index: _locations_text(_executable(source)) for index, source in sources.items()}
    common = tuple(
        each for each in EXECUTABLE_LOCATIONS if all(each in source.locations for source in sources.values())
    )
    differences = context.differences(texts, next(iter(texts.values())))
    if not common:
        context.hint(
            "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
            f'Executable directive "@{name}" has no location that is common to all subgraphs: it will not appear in the '
            f"supergraph as there is no intersection between {differences}.",
            sources,
        )
        return
    if any(_executable(source) != common for source in sources.values()):
        context.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
            f'Executable directive "@{name}" has inconsistent locations across subgraphs and will use '
            f"{_locations_text(common)} (intersection of all subgraphs) in the supergraph, but has: {differences}.",
            sources,
        )
    repeatable = [index for index, source in sources.items() if source.is_repeatable]
    if repeatable and len(repeatable) < len(sources):
        single = [index for index in sources if index not in repeatable]
        context.hint(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
            f'Executable directive "@{name}" will not be marked repeatable in the supergraph as it is inconsistently '
            f"marked repeatable in subgraphs: it is not repeatable in {context.print_subgraphs(single)} but is "
            f"repeatable in {context.print_subgraphs(repeatable)}.",
            sources,
        )
    target = DirectiveDefinition(name, f"@{name}", locations=common)
    target.is_repeatable = len(repeatable) == len(sources)
    context.schema.directives[name] = target
    merge_description(context, sources, target)
    merge_arguments(context, sources, target)


def _locations_text(locations: tuple[str, ...]) -> str:
    return f'location{"s" if len(locations) > 1 else ""} "{", ".join(locations)}"'


def copy_composed_directive(context: MergeContext, composed: ComposedDirective) -> None:
    """The definition of a directive that @composeDirective asks for, as its latest version has it."""
    definition = composed.definition
    if definition is None:
        return
    arguments = {
        name: InputValue(
            name,
            f"@{composed.name}({name}:)",
            each.description,
            node=each.node,
            type=each.type,
            default=each.default,
        )
        for name, each in definition.arguments.items()
    }
    context.schema.directives[composed.name] = DirectiveDefinition(
        composed.name,
        f"@{composed.name}",
        definition.description,
        arguments=arguments,
        locations=definition.locations,
        is_repeatable=definition.is_repeatable,
    )
    for argument in arguments.values():
        record_enum_use(context, argument.type, argument.coordinate, is_input=True)
