"""A key of an interface is a key of every type that implements it."""

from collections.abc import Iterator

from router.composition.field_targets import selections_of
from router.composition.problem import CompositionProblem, join_words
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.field_set import normalize_field_set
from router.federation.schema import DirectiveUse, Kind, TypeDefinition
from router.federation.value import is_false, print_value


def interface_keys(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Each implementation has the key, and resolves it where the interface does."""
    for interface in subgraph.schema.of_kind(Kind.INTERFACE):
        for key in subgraph.uses(interface, "key"):
            yield from _check(subgraph, interface, key)


def _check(
    subgraph: SubgraphSchema, interface: TypeDefinition, key: DirectiveUse
) -> Iterator[CompositionProblem]:
    wanted = _normal_form(key)
    if wanted is None:
        return
    missing, unresolvable = [], []
    for name in sorted(subgraph.schema.possible_types(interface.name)):
        keys = [
            use for use in subgraph.uses(subgraph.schema.types[name], "key") if _normal_form(use) == wanted
        ]
        if not keys:
            missing.append(name)
        elif not is_false(key.arguments.get("resolvable")) and all(
            is_false(use.arguments.get("resolvable")) for use in keys
        ):
            unresolvable.append(name)
    shown = f"@key(fields: {print_value(key.arguments['fields'])})"
    if missing:
        message = f'Key {shown} on interface type "{interface.name}" is missing on {_types(missing)}.'
        yield subgraph.problem("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", message, key.node)
    elif unresolvable:
        message = (
            f'Key {shown} on interface type "{interface.name}" should be resolvable on all implementation types, but '
            f'is declared with argument "@key(resolvable:)" set to false in {_types(unresolvable)}.'
        )
        yield subgraph.problem("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", message, key.node)


def _normal_form(use: DirectiveUse) -> str | None:
    selections = selections_of(use)
    return None if selections is None else normalize_field_set(selections)


def _types(names: list[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return f"implementation type{'s' if len(names) > 1 else ''} {join_words(quoted)}"
