"""Arguments of fields and directives: those that all subgraphs have."""

from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.default_values import merge_default_value
from router.composition.merge.descriptions import merge_description
from router.composition.merge.type_references import merge_input_type
from router.federation.schema import DirectiveDefinition, Field, InputValue


def merge_arguments(
    context: MergeContext,
    sources: Sources[Field] | Sources[DirectiveDefinition],
    target: Field | DirectiveDefinition,
) -> None:
    """An optional argument that some subgraph lacks is left out with a hint, a required one is an error."""
    names = dict.fromkeys(name for source in sources.values() for name in source.arguments)
    for name in names:
        arguments = {
            index: source.arguments[name] for index, source in sources.items() if name in source.arguments
        }
        coordinate = f"{target.coordinate}({name}:)"
        if _is_contextual(context, coordinate, arguments):
            continue
        if len(arguments) < len(sources):
            missing = [index for index in sources if index not in arguments]
            _report_missing(context, coordinate, arguments, missing)
            continue
        argument = InputValue(name, coordinate)
        target.arguments[name] = argument
        merge_argument(context, arguments, argument)


def merge_argument(context: MergeContext, sources: Sources[InputValue], target: InputValue) -> None:
    """One argument that all subgraphs have."""
    merge_description(context, sources, target)
    context.applications.append((target, sources))
    merge_input_type(context, sources, target)
    merge_default_value(context, sources, target)


def _is_contextual(context: MergeContext, coordinate: str, arguments: Sources[InputValue]) -> bool:
    """Arguments that @fromContext fills are no part of the supergraph."""
    contextual = [i for i, each in arguments.items() if context.subgraphs[i].has(each, "fromContext")]
    if not contextual:
        return False
    for index, argument in arguments.items():
        if index in contextual:
            continue
        if argument.is_required:
            context.problem(
                "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                f'Argument "{coordinate}" is contextual in at least one subgraph but in {context.print_subgraphs([index])} '
                "it does not have @fromContext, is not nullable and has no default value.",
                arguments,
            )
        else:
            context.hint(
                "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                f'Contextual argument "{coordinate}" will not be included in the supergraph since it is contextual in '
                "at least one subgraph",
                arguments,
            )
    return True


def _report_missing(
    context: MergeContext, coordinate: str, arguments: Sources[InputValue], missing: list[int]
) -> None:
    required = [index for index, argument in arguments.items() if argument.is_required]
    if required:
        context.problem(
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            f'Argument "{coordinate}" is required in some subgraphs but does not appear in all subgraphs: it is '
            f"required in {context.print_subgraphs(required)} but does not appear in {context.print_subgraphs(missing)}",
            arguments,
        )
    else:
        context.hint(
            "INCONSISTENT_ARGUMENT_PRESENCE",
            f'Optional argument "{coordinate}" will not be included in the supergraph as it does not appear in all '
            f"subgraphs: it is defined in {context.print_subgraphs(arguments)} but not in {context.print_subgraphs(missing)}.",
            arguments,
        )
