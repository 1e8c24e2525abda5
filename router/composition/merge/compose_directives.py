"""@composeDirective: directives of their own that subgraphs ask the supergraph to keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from router.composition.merge.composed_directives import FEATURES, ComposedDirective, Feature
from router.composition.merge.context import MergeContext
from router.composition.problem import join_words
from router.composition.subgraph_schema import SubgraphSchema
from router.federation import specification
from router.federation.link import APOLLO_SPECIFICATIONS, FEDERATION_IDENTITY, Link
from router.federation.schema import DirectiveDefinition
from router.federation.value import text_of

CODE = "DIRECTIVE_COMPOSITION_ERROR"
NEVER_COMPOSED = (
    f"{APOLLO_SPECIFICATIONS}/link",
    f"{APOLLO_SPECIFICATIONS}/core",
    f"{APOLLO_SPECIFICATIONS}/join",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One subgraph asks for one directive, which it calls `name` and which `link` brought."""

    index: int
    name: str
    origin: str
    link: Link
    definition: DirectiveDefinition


def find_composed_directives(
    context: MergeContext, automatic: list[ComposedDirective]
) -> list[ComposedDirective]:
    """What @composeDirective asks for, checked; one entry for each directive."""
    requests = [
        request
        for index, subgraph in enumerate(context.subgraphs)
        for request in _requests(context, index, subgraph, automatic)
    ]
    _check_versions(context, requests)
    by_name: dict[str, list[Request]] = {}
    for request in requests:
        by_name.setdefault(request.name, []).append(request)
    return [
        composed
        for name, group in by_name.items()
        if (composed := _compose(context, name, group, requests)) is not None
    ]


def _requests(
    context: MergeContext, index: int, subgraph: SubgraphSchema, automatic: list[ComposedDirective]
) -> Iterator[Request]:
    for use in subgraph.uses(subgraph.schema.definition, "composeDirective"):
        argument = text_of(use.arguments.get("name"))
        if not argument:
            message = f'Argument to @composeDirective in subgraph "{subgraph.name}" cannot be NULL or an empty String'
            context.problem(CODE, message)
            continue
        if not argument.startswith("@"):
            message = f'Argument to @composeDirective "{argument}" in subgraph "{subgraph.name}" must have a leading "@"'
            context.problem(CODE, message)
            continue
        request = _request(context, index, argument[1:], automatic)
        if request is not None:
            yield request


def _request(
    context: MergeContext, index: int, name: str, automatic: list[ComposedDirective]
) -> Request | None:
    subgraph = context.subgraphs[index]
    definition = subgraph.schema.directives.get(name)
    link = subgraph.links.of_directive(name)
    where = f'"@{name}" in subgraph "{subgraph.name}"'
    if link is not None and link.identity not in NEVER_COMPOSED and name.startswith(("join__", "link__")):
        origin = link.directive_origin(name)
        context.problem(
            "INVALID_LINK_DIRECTIVE_USAGE",
            f'Cannot import "@{origin}" as "@{name}" from feature "{link.identity}" since it can be confused with a '
            f'namespaced name from another linked feature "{APOLLO_SPECIFICATIONS}/{name.partition("__")[0]}". Please '
            'rename the import or feature to avoid conflicts via "as".',
        )
    elif link is not None and link.identity in NEVER_COMPOSED:
        context.problem(CODE, f"Composing federation directive {where} is not supported")
    elif definition is None:
        known = [f"@{each}" for each in subgraph.schema.directives]
        close = [f'"{each}"' for each in get_close_matches(f"@{name}", known, n=2, cutoff=0.6)]
        advice = f" Did you mean {join_words(close, 'or')}?" if close else ""
        message = f'Could not find matching directive definition for argument to @composeDirective "@{name}" in subgraph "{subgraph.name}".{advice}'
        context.problem(CODE, message)
    elif link is None:
        message = f"Directive {where} cannot be composed because it is not a member of a core feature"
        context.problem(CODE, message)
    elif _is_automatic(subgraph, name, link):
        message = (
            f"Directive {where} should not be explicitly manually composed since it is a federation directive composed "
            "by default"
        )
        context.hint("DIRECTIVE_COMPOSITION_INFO", message)
    elif link.identity == FEDERATION_IDENTITY:
        context.problem(CODE, f"Composing federation directive {where} is not supported")
    else:
        conflicts = [each for each in automatic if each.name == name]
        for conflict in conflicts:
            others = ", ".join(context.names[i] for i in conflict.local_names)
            message = (
                f"Directive {where} cannot be composed because it conflicts with automatically composed federation "
                f'directive "@{conflict.name}". Conflict exists in subgraph(s): ({others})'
            )
            context.problem(CODE, message)
        if not conflicts:
            return Request(index, name, link.directive_origin(name) or name, link, definition)
    return None


def _is_automatic(subgraph: SubgraphSchema, name: str, link: Link) -> bool:
    origin = link.directive_origin(name)
    from_apollo = (
        link.identity == FEDERATION_IDENTITY or link.identity == f"{APOLLO_SPECIFICATIONS}/{link.name}"
    )
    return from_apollo and origin in FEATURES and subgraph.directive_names.get(origin or "") == name


def _check_versions(context: MergeContext, requests: list[Request]) -> None:
    """One major version of a feature in all subgraphs; only a hint where nothing of it is composed."""
    asked = {request.link.identity for request in requests}
    majors: dict[str, set[int]] = {}
    for request in requests:
        majors.setdefault(request.link.identity, set()).add(request.link.version.major)
    for subgraph in context.subgraphs:
        for link in subgraph.links.links:
            known = link.name in specification.DIRECTIVES or link.identity in (
                FEDERATION_IDENTITY,
                *NEVER_COMPOSED,
            )
            if not known and link.identity not in asked:
                majors.setdefault(link.identity, set()).add(link.version.major)
    for identity, versions in majors.items():
        if len(versions) < 2:
            continue
        if identity in asked:
            message = f'Core feature "{identity}" requested to be merged has major version mismatch across subgraphs'
            context.problem(CODE, message)
        else:
            message = f'Non-composed core feature "{identity}" has major version mismatch across subgraphs'
            context.hint("DIRECTIVE_COMPOSITION_INFO", message)


def _compose(
    context: MergeContext, name: str, group: list[Request], requests: list[Request]
) -> ComposedDirective | None:
    if len({request.link.identity for request in group}) > 1 or _is_linked_elsewhere(context, name, group):
        message = f'Composed directive "@{name}" is not linked by the same core feature in every subgraph'
        context.problem(CODE, message)
        return None
    origins = {request.origin for request in group}
    identity = group[0].link.identity
    if len(origins) > 1:
        message = f'Composed directive "@{name}" does not refer to the same directive in every subgraph'
        context.problem(CODE, message)
        return None
    names = {each.name for each in requests if each.origin in origins and each.link.identity == identity}
    if len(names) > 1:
        if name == min(names):
            message = (
                f"Composed directive is not named consistently in all subgraphs: {join_words(sorted(names))}"
            )
            context.problem(CODE, message)
        return None
    latest = max(reversed(group), key=lambda request: request.link.version)
    newest = max(
        (link for each in requests for link in (each.link,) if link.identity == identity),
        key=lambda link: link.version,
    )
    return ComposedDirective(
        Feature(newest.url, newest.purpose),
        latest.origin,
        name,
        {request.index: name for request in group},
        latest.definition.is_repeatable,
        definition=latest.definition,
        is_imported=True,
    )


def _is_linked_elsewhere(context: MergeContext, name: str, group: list[Request]) -> bool:
    """Whether some subgraph means a directive of another feature by the name."""
    for subgraph in context.subgraphs:
        link = subgraph.links.of_directive(name)
        if (
            link is not None
            and link.identity != group[0].link.identity
            and name in subgraph.schema.directives
        ):
            return True
    return False
