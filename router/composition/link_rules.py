"""Which links a subgraph may have: known versions, known elements, names that do not collide."""

from collections.abc import Iterator
from difflib import get_close_matches

from router.composition.problem import CompositionProblem, join_words
from router.composition.subgraph_schema import SubgraphSchema
from router.federation import specification
from router.federation.link import FEDERATION_IDENTITY, Link
from router.federation.schema import Element, Field, InputValue, Schema
from router.federation.type_reference import named_type

CODE = "INVALID_LINK_DIRECTIVE_USAGE"


def check_links(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """All that is wrong with the links of one subgraph."""
    seen: set[str] = set()
    for link in subgraph.links.links:
        if link.identity in seen:
            message = f'Cannot link feature "{link.identity}" since it has already been linked in the schema.'
            yield subgraph.problem(CODE, message, link.node)
        seen.add(link.identity)
        if link.identity == FEDERATION_IDENTITY:
            yield from _check_federation(subgraph, link)
        yield from _check_namespace(subgraph, link)
        for original, local in link.imports.items():
            yield from _check_import(subgraph, link, original, local)


def _check_federation(subgraph: SubgraphSchema, link: Link) -> Iterator[CompositionProblem]:
    version = link.version
    if not specification.FIRST <= version <= specification.LATEST:
        message = (
            f"Invalid version {version} for the federation feature in @link directive on schema: versions "
            f"{specification.FIRST} to {specification.LATEST} are known"
        )
        yield subgraph.problem("UNKNOWN_FEDERATION_LINK_VERSION", message, link.node)
        return
    directives = [f"@{name}" for name in specification.directives_of(version)]
    known = directives + list(specification.types_of(version))
    for name in link.imports:
        if name not in known:
            message = f'Cannot import unknown element "{name}".{_suggestion(name, known)}'
            yield subgraph.problem(CODE, message, link.node)


def _suggestion(name: str, known: list[str]) -> str:
    if f"@{name}" in known:
        return f' Did you mean directive "@{name}"?'
    close = get_close_matches(name, known, n=2, cutoff=0.75)
    return (
        f" Did you mean {join_words([f'{chr(34)}{each}{chr(34)}' for each in close], 'or')}?" if close else ""
    )


def _check_namespace(subgraph: SubgraphSchema, link: Link) -> Iterator[CompositionProblem]:
    if "__" in link.namespace:
        message = (
            f'Cannot link feature "{link.identity}" as "{link.namespace}" since it contains "__". '
            'Please rename to a compliant name via "as".'
        )
        yield subgraph.problem(CODE, message, link.node)


def _check_import(
    subgraph: SubgraphSchema, link: Link, original: str, local: str
) -> Iterator[CompositionProblem]:
    plain, own = local.removeprefix("@"), f"{link.namespace}__"
    if plain.startswith(own) and plain[len(own) :] != original.removeprefix("@"):
        mark = "@" if local.startswith("@") else ""
        yield subgraph.problem(
            CODE,
            f'Cannot import "{original}" as "{local}" from feature "{link.identity}" since it can be confused with the '
            f'namespaced name for "{mark}{plain[len(own) :]}". Please rename the import to avoid conflicts via "as".',
            link.node,
        )
    yield from _check_shadowed(subgraph, link, original, local)
    for other in subgraph.links.links:
        if other is link:
            continue
        if local in other.imports.values() and subgraph.links.links.index(other) < subgraph.links.links.index(
            link
        ):
            yield subgraph.problem(
                CODE,
                f'Cannot import "{original}" as "{local}" from feature "{link.identity}" since it was previously '
                f'imported from feature "{other.identity}". Please rename the import to avoid conflicts via "as".',
                link.node,
            )
        elif local == f"@{other.namespace}" or local.removeprefix("@").startswith(f"{other.namespace}__"):
            yield subgraph.problem(
                CODE,
                f'Cannot import "{original}" as "{local}" from feature "{link.identity}" since it can be confused '
                f'with a namespaced name from another linked feature "{other.identity}". Please rename the import '
                'or feature to avoid conflicts via "as".',
                link.node,
            )


def _check_shadowed(
    subgraph: SubgraphSchema, link: Link, original: str, local: str
) -> Iterator[CompositionProblem]:
    """An element that is imported must not be used by its namespaced name as well."""
    schema = subgraph.schema
    name = f"{link.namespace}__{original.removeprefix('@')}"
    if local.removeprefix("@") == name:
        return
    if original.startswith("@"):
        shadowed = name in schema.directives and name in _applied_directives(schema)
    else:
        shadowed = name in schema.types and name in _named_types(schema)
    if shadowed:
        namespaced = f"@{name}" if original.startswith("@") else name
        yield subgraph.problem(
            CODE,
            f'Cannot import "{original}" from feature "{link.identity}" since there\'s a used definition for the '
            f'namespaced name "{namespaced}". Please switch usages of the namespaced name to the import name and '
            "remove the definition.",
            link.node,
        )


def _named_types(schema: Schema) -> set[str]:
    elements: list[Field | InputValue] = []
    for directive in schema.directives.values():
        elements += directive.arguments.values()
    for definition in schema.types.values():
        elements += definition.input_fields.values()
        for field in definition.fields.values():
            elements += [field, *field.arguments.values()]
    return {named_type(element.type) for element in elements}


def _applied_directives(schema: Schema) -> set[str]:
    elements: list[Element] = [schema.definition, *schema.types.values()]
    for definition in schema.types.values():
        elements += [
            *definition.fields.values(),
            *definition.values.values(),
            *definition.input_fields.values(),
        ]
    return {use.name for element in elements for use in element.directives}
