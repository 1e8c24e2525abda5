"""The directives that subgraphs apply, brought over to the supergraph's elements when all of those are there."""

from collections import Counter
from collections.abc import Sequence

from graphql import ValueNode

from router.composition.contexts import context_name
from router.composition.merge.argument_strategies import DEFAULTS, NAMES, STRATEGIES
from router.composition.merge.composed_directives import ComposedDirective
from router.composition.merge.context import MergeContext, Sources
from router.federation.link import split_url
from router.federation.schema import DirectiveUse, Element, Kind, TypeDefinition
from router.federation.value import (
    enum,
    list_of,
    make,
    normal_form,
    object_of,
    print_value,
    string,
    text_of,
    to_python,
)


def merge_applied_directives(context: MergeContext, directives: Sequence[ComposedDirective]) -> None:
    """Works through all elements that merging has met."""
    for target, sources in context.applications:
        if any(source.directives for source in sources.values()):
            for directive in directives:
                _merge_directive(context, directive, sources, target)


def _merge_directive(
    context: MergeContext, directive: ComposedDirective, sources: Sources[Element], target: Element
) -> None:
    uses: dict[int, list[DirectiveUse]] = {}
    for index, source in sources.items():
        name = directive.local_names.get(index)
        found = source.uses(name) if name is not None and source.directives else []
        if found:
            uses[index] = found
    if not uses:
        return
    if directive.origin == "context":
        uses = {index: [_own_context(context, index, use) for use in each] for index, each in uses.items()}
    if directive.joined_name is not None:
        if _may_be_joined(target) and not _is_said_plainly(directive, uses, sources):
            target.directives += _join_directives(context, directive, uses)
        return
    if directive.is_repeatable:
        distinct = {_normal_form(use): use for each in uses.values() for use in each}
        merged = [use.arguments for use in distinct.values()]
    elif directive.strategies:
        merged = [_merge_arguments(context, directive, uses, target)]
    else:
        merged = [_most_frequent(context, directive, uses, sources, target)]
    target.directives += [DirectiveUse(directive.name, dict(arguments)) for arguments in merged]


def _own_context(context: MergeContext, index: int, use: DirectiveUse) -> DirectiveUse:
    name = text_of(use.arguments.get("name")) or ""
    return DirectiveUse(
        use.name, {"name": string(context_name(context.subgraphs[index], name))}, use.part, use.node
    )


def _may_be_joined(target: Element) -> bool:
    """Whether @join__directive has the location."""
    return not isinstance(target, TypeDefinition) or target.kind in (Kind.OBJECT, Kind.INTERFACE)


def _is_said_plainly(
    directive: ComposedDirective, uses: dict[int, list[DirectiveUse]], sources: Sources[Element]
) -> bool:
    """Whether all subgraphs with the element say the same, and the plain form says it."""
    if directive.plain is None or uses.keys() != sources.keys():
        return False
    if uses.keys().isdisjoint(directive.plain.local_names):
        return False
    return len({tuple(map(_normal_form, each)) for each in uses.values()}) == 1


def _join_directives(
    context: MergeContext, directive: ComposedDirective, uses: dict[int, list[DirectiveUse]]
) -> list[DirectiveUse]:
    """One @join__directive for each application, with the subgraphs that have it."""
    graphs: dict[tuple[tuple[str, str], ...], list[int]] = {}
    examples: dict[tuple[tuple[str, str], ...], DirectiveUse] = {}
    for index, each in uses.items():
        for use in each:
            if directive.origin == "link" and not _is_connect_link(use):
                continue
            form = _normal_form(use)
            graphs.setdefault(form, []).append(index)
            examples[form] = use
    result = []
    context.joins_directives = context.joins_directives or bool(graphs)
    for form, indexes in graphs.items():
        arguments: dict[str, ValueNode] = {
            "graphs": list_of([enum(context.graphs[index]) for index in indexes]),
            "name": string(directive.joined_name or directive.origin),
        }
        if examples[form].arguments:
            arguments["args"] = object_of(examples[form].arguments)
        result.append(DirectiveUse("join__directive", arguments))
    return result


def _is_connect_link(use: DirectiveUse) -> bool:
    parts = split_url(text_of(use.arguments.get("url")) or "")
    return parts is not None and parts[1] == "connect"


def _normal_form(use: DirectiveUse) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, normal_form(value)) for name, value in use.arguments.items()))


def _merge_arguments(
    context: MergeContext, directive: ComposedDirective, uses: dict[int, list[DirectiveUse]], target: Element
) -> dict[str, ValueNode]:
    all_uses = [use for each in uses.values() for use in each]
    if not hint_merged_arguments(context, directive.origin, all_uses, target):
        return dict(all_uses[0].arguments)
    merged = {}
    for name, strategy in directive.strategies.items():
        values = [
            to_python(use.arguments[name]) if name in use.arguments else DEFAULTS.get(name)
            for use in all_uses
        ]
        value = strategy(values)
        if value is not None:
            merged[name] = make(value)
    return merged


def hint_merged_arguments(
    context: MergeContext, origin: str, uses: Sequence[DirectiveUse], target: Element
) -> bool:
    """Whether applications of a directive differ, which is worth a hint."""
    if len({_normal_form(use) for use in uses}) == 1:
        return False
    names = ", ".join(f'"{name}": {NAMES[strategy]}' for name, strategy in STRATEGIES[origin].items())
    context.hint(
        "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        f'Directive @{uses[0].name} is applied to "{target.coordinate}" in multiple subgraphs with different '
        f"arguments. Merging strategies used by arguments: {{ {names} }}",
    )
    return True


def _most_frequent(
    context: MergeContext,
    directive: ComposedDirective,
    uses: dict[int, list[DirectiveUse]],
    sources: Sources[Element],
    target: Element,
) -> dict[str, ValueNode]:
    forms = {index: _normal_form(each[0]) for index, each in uses.items()}
    counts = Counter(forms.values())
    chosen = max(counts, key=lambda form: counts[form])
    winner = next(index for index, form in forms.items() if form == chosen)
    if len(counts) > 1:
        users = [index for index, form in forms.items() if form == chosen]
        texts = {index: _print_arguments(uses[index][0]) for index, form in forms.items() if form != chosen}
        context.hint(
            "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
            f'Non-repeatable directive @{directive.name} is applied to "{target.coordinate}" in multiple subgraphs but '
            f"with incompatible arguments. The supergraph will use {_print_arguments(uses[winner][0])} (from "
            f"{context.print_subgraphs(users)}), but found "
            f"{context.differences(texts, next(iter(texts.values())))}.",
            sources,
        )
    return dict(uses[winner][0].arguments)


def _print_arguments(use: DirectiveUse) -> str:
    if not use.arguments:
        return "no arguments"
    shown = ", ".join(f"{name}: {print_value(value)}" for name, value in use.arguments.items())
    return f"arguments {{{shown}}}"
