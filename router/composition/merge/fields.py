"""Fields of objects and interfaces: types, arguments, and the subgraphs that resolve them."""

from router.composition.interface_rules import is_subtype_in
from router.composition.merge.arguments import merge_arguments
from router.composition.merge.context import MergeContext, Overrides, Sources
from router.composition.merge.descriptions import merge_description
from router.composition.merge.join import join_field
from router.composition.merge.type_references import merge_output_type
from router.federation.print_schema import print_use
from router.federation.schema import Field, InputValue
from router.federation.type_reference import is_strict_subtype
from router.federation.value import print_value, same_value

SUBGRAPH_FIELDS = frozenset({"_service", "_entities"})
COMPOSED = (
    "tag",
    "inaccessible",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
    "cacheTag",
)


def merge_field(context: MergeContext, sources: Sources[Field], target: Field, overrides: Overrides) -> bool:
    """Fills `target`; False where no subgraph resolves the field."""
    external = {index: source for index, source in sources.items() if context.is_external(index, source)}
    if len(external) == len(sources) and not _is_abstracted(context, target, sources):
        context.problem(
            "EXTERNAL_MISSING_ON_BASE",
            f'Field "{target.coordinate}" is marked @external on all the subgraphs in which it is listed '
            f"({context.print_subgraphs(sources)}).",
            sources,
        )
        target.type = next(iter(sources.values())).type
        return False
    resolving = {index: source for index, source in sources.items() if index not in external}
    if resolving:
        _merge_resolving(context, sources, resolving, target, overrides)
    else:
        target.type = next(iter(sources.values())).type
        join_field(context, sources, target, same_types=True, overrides=overrides)
    _check_merged_directives(context, external)
    return True


def _merge_resolving(
    context: MergeContext,
    sources: Sources[Field],
    resolving: Sources[Field],
    target: Field,
    overrides: Overrides,
) -> None:
    merge_description(context, resolving, target)
    context.applications.append((target, resolving))
    if any(source.arguments for source in resolving.values()):
        merge_arguments(context, resolving, target)
    same_types = merge_output_type(context, resolving, target)
    external = {index: source for index, source in sources.items() if index not in resolving}
    if external:
        _check_external(context, external, resolving, target)
    join_field(
        context,
        sources,
        target,
        same_types=same_types,
        overrides=overrides,
    )


def _is_abstracted(context: MergeContext, target: Field, sources: Sources[Field]) -> bool:
    """Whether a subgraph resolves the field through an interface object."""
    if not context.interface_objects:
        return False
    return any(
        not context.is_external(index, field)
        for index in range(len(context.subgraphs))
        if index not in sources
        for field in context.abstracted_fields(target, index)
    )


def _check_merged_directives(context: MergeContext, external: Sources[Field]) -> None:
    """What is composed of a field must stand where the field is resolved."""
    for index, source in external.items():
        subgraph = context.subgraphs[index]
        for directive in COMPOSED:
            for use in subgraph.uses(source, directive):
                context.problem(
                    "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                    f"[{subgraph.name}] Cannot apply merged directive {print_use(use)} to external field "
                    f'"{source.coordinate}"',
                    {index: source},
                )


def _check_external(
    context: MergeContext, external: Sources[Field], resolving: Sources[Field], target: Field
) -> None:
    """External definitions must agree with what the others resolve."""
    is_subtype = is_subtype_in(context.schema)
    wrong = {
        index: source
        for index, source in external.items()
        if source.type != target.type and not is_strict_subtype(target.type, source.type, is_subtype)
    }
    if wrong:
        texts = {index: f'type "{source.type}"' for index, source in wrong.items()}
        users = context.print_subgraphs(resolving)
        context.problem(
            "EXTERNAL_TYPE_MISMATCH",
            f'Type of field "{target.coordinate}" is incompatible across subgraphs (where marked @external): it has '
            f'type "{target.type}" in {users} but {context.differences(texts, next(iter(texts.values())))}',
            wrong,
        )
    for argument in target.arguments.values():
        _check_external_argument(context, external, resolving, target, argument)


def _check_external_argument(
    context: MergeContext,
    external: Sources[Field],
    resolving: Sources[Field],
    target: Field,
    argument: InputValue,
) -> None:
    is_subtype = is_subtype_in(context.schema)
    users = context.print_subgraphs(resolving)
    missing = {index: source for index, source in external.items() if argument.name not in source.arguments}
    if missing:
        others = context.print_subgraphs(missing)
        context.problem(
            "EXTERNAL_ARGUMENT_MISSING",
            f'Field "{target.coordinate}" is missing argument "{argument.coordinate}" in some subgraphs where it is '
            f'marked @external: argument "{argument.coordinate}" is declared in {users} but not in {others} (where '
            f'"{target.coordinate}" is @external).',
            missing,
        )
    where = f'across subgraphs (where "{target.coordinate}" is marked @external)'
    for index, source in external.items():
        other = source.arguments.get(argument.name)
        if other is None:
            continue
        if other.type != argument.type and not is_strict_subtype(other.type, argument.type, is_subtype):
            context.problem(
                "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
                f'Type of argument "{argument.coordinate}" is incompatible {where}: it has type "{argument.type}" in '
                f'{users} but type "{other.type}" in {context.print_subgraphs([index])}',
                {index: other},
            )
        if not same_value(other.default, argument.default):
            context.problem(
                "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
                f'Argument "{argument.coordinate}" has incompatible defaults {where}: it has {_default(argument)} in '
                f"{users} but {_default(other)} in {context.print_subgraphs([index])}",
                {index: other},
            )


def _default(argument: InputValue) -> str:
    return (
        "no default value" if argument.default is None else f"default value {print_value(argument.default)}"
    )
