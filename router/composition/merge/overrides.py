"""@override: which subgraph takes a field over from which, and what is left of the field there."""

import re
from dataclasses import dataclass

from router.composition.merge.context import MergeContext, Overrides, Sources
from router.composition.problem import join_words
from router.composition.subgraph_rules.external_fields import is_used
from router.federation.schema import DirectiveUse, Field, Kind
from router.federation.value import text_of

LABEL = re.compile(r"^[a-zA-Z][a-zA-Z0-9_\-:./]*$")
PERCENT = re.compile(r"^percent\((\d{1,2}(\.\d{1,8})?|100)\)$")
COLLISION = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
REMOVABLE = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"


@dataclass(frozen=True, slots=True)
class Override:
    """One @override: subgraph `index` takes `target` from the subgraph called `source`."""

    index: int
    source: str
    use: DirectiveUse
    target: Field


NONE = Overrides()


def find_overrides(context: MergeContext, sources: Sources[Field], target: Field) -> Overrides:
    """Checks the @override directives of one field and says what they do."""
    uses = {
        index: use
        for index, each in sources.items()
        if each.directives and (use := context.subgraphs[index].use(each, "override")) is not None
    }
    if not uses:
        return NONE
    result = Overrides()
    for index, use in uses.items():
        override = Override(index, text_of(use.arguments.get("from")) or "", use, target)
        if _is_allowed(context, override, sources, uses):
            _apply(context, override, sources, result)
    return result


def _is_allowed(
    context: MergeContext, override: Override, sources: Sources[Field], uses: dict[int, DirectiveUse]
) -> bool:
    """Reports what is wrong with an override, and hints where it does nothing."""
    index, target, name = override.index, override.target, context.names[override.index]
    subgraph = context.subgraphs[index]
    here = {index: sources[index]}
    parent = subgraph.schema.types[target.parent]
    coordinate = f'field "{target.coordinate}" on subgraph "{name}"'
    if parent.kind is Kind.INTERFACE:
        message = (
            f"@override cannot be used on {coordinate}: @override is not supported on interface type fields."
        )
        context.problem("OVERRIDE_ON_INTERFACE", message, here)
    elif subgraph.is_interface_object(parent):
        message = (
            "@override is not yet supported on fields of @interfaceObject types: cannot be used on field "
            f'"{target.coordinate}" on subgraph "{name}".'
        )
        context.problem(COLLISION, message, here)
    elif override.source not in context.names:
        _hint_unknown_source(context, override, here)
    elif override.source == name:
        message = f'Source and destination subgraphs "{name}" are the same for overridden field "{target.coordinate}"'
        context.problem("OVERRIDE_FROM_SELF_ERROR", message, here)
    elif context.names.index(override.source) in uses:
        message = (
            f'Field "{target.coordinate}" on subgraph "{name}" is also marked with directive @override in subgraph '
            f'"{override.source}". Only one @override directive is allowed per field.'
        )
        context.problem("OVERRIDE_SOURCE_HAS_OVERRIDE", message, here)
    else:
        return _source_allows(context, override, sources)
    return False


def _source_allows(context: MergeContext, override: Override, sources: Sources[Field]) -> bool:
    target, name = override.target, context.names[override.index]
    here = {override.index: sources[override.index]}
    source_index = context.names.index(override.source)
    overridden = sources.get(source_index)
    if overridden is None:
        abstracted = context.abstracted_fields(target, source_index)
        if abstracted:
            types = join_words([f'type "{each.parent}"' for each in abstracted])
            message = (
                f'Invalid @override on field "{target.coordinate}" of subgraph "{name}": source subgraph '
                f'"{override.source}" does not have field "{target.coordinate}" but abstract it in {types} and '
                "overriding abstracted fields is not supported."
            )
            context.problem(COLLISION, message, here)
        else:
            message = (
                f'Field "{target.coordinate}" on subgraph "{name}" no longer exists in the from subgraph. The '
                "@override directive can be removed."
            )
            context.hint(REMOVABLE, message, here)
        return False
    conflict = _conflict(context, override, sources[override.index], source_index, overridden)
    if conflict is not None:
        directive, where = conflict
        message = (
            f'@override cannot be used on field "{target.coordinate}" on subgraph "{name}" since '
            f'"{target.coordinate}" on "{where}" is marked with directive "@{directive}"'
        )
        context.problem(COLLISION, message, here)
    return conflict is None


def _conflict(
    context: MergeContext, override: Override, taken: Field, source_index: int, overridden: Field
) -> tuple[str, str] | None:
    """The directive that cannot be combined with the override, and the subgraph that has it."""
    source = context.subgraphs[source_index]
    for directive in ("requires", "provides"):
        use = source.use(overridden, directive)
        if use is not None:
            return use.name, source.name
    here = context.subgraphs[override.index]
    if here.is_external(taken):
        return here.directive_names["external"], here.name
    return None


def _hint_unknown_source(context: MergeContext, override: Override, here: Sources[Field]) -> None:
    message = (
        f'Source subgraph "{override.source}" for field "{override.target.coordinate}" on subgraph '
        f'"{context.names[override.index]}" does not exist. The subgraphs are {join_words(context.names)}.'
    )
    context.hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message, here)


def _apply(context: MergeContext, override: Override, sources: Sources[Field], result: Overrides) -> None:
    target = override.target
    source_index = context.names.index(override.source)
    source, overridden = context.subgraphs[source_index], sources[source_index]
    place = f'Field "{target.coordinate}" on subgraph "{override.source}"'
    label = text_of(override.use.arguments.get("label"))
    if source.is_external(overridden):
        message = (
            f'Field "{target.coordinate}" on subgraph "{context.names[override.index]}" is not resolved anymore by the '
            f'from subgraph (it is marked "@external" in "{override.source}"). The @override directive can be removed.'
        )
        context.hint(REMOVABLE, message, {override.index: sources[override.index]})
        return
    is_kept = is_used(source, overridden)
    (result.used if is_kept else result.unused).add(source_index)
    if label is not None:
        _apply_label(context, override, sources, result, label)
        return
    advice = (
        "It is still used in some federation directive(s) (@key, @requires, and/or @provides) and/or to satisfy "
        "interface constraint(s), but consider marking it @external explicitly or removing it along with its references."
        if is_kept
        else "Consider removing it."
    )
    context.hint(
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED", f"{place} is overridden. {advice}", {source_index: overridden}
    )


def _apply_label(
    context: MergeContext, override: Override, sources: Sources[Field], result: Overrides, label: str
) -> None:
    target = override.target
    source_index = context.names.index(override.source)
    if not LABEL.match(label) and not PERCENT.match(label):
        message = (
            f'Invalid @override label "{label}" on field "{target.coordinate}" on subgraph '
            f'"{context.names[override.index]}": labels must start with a letter and after that may contain '
            "alphanumerics, underscores, minuses, colons, periods, or slashes. Alternatively, labels may be of the "
            'form "percent(x)" where x is a float between 0-100 inclusive.'
        )
        context.problem("OVERRIDE_LABEL_INVALID", message, {override.index: sources[override.index]})
        return
    result.labels[override.index] = label
    result.labels[source_index] = label
    message = (
        f'Field "{target.coordinate}" is currently being migrated with progressive @override. Once the migration is '
        f'complete, remove the field from subgraph "{override.source}".'
    )
    context.hint("OVERRIDE_MIGRATION_IN_PROGRESS", message, {source_index: sources[source_index]})
