"""Requirements of object types and their fields, carried over to the interfaces through which they can be reached."""

from collections.abc import Iterable

from router.composition.merge.argument_strategies import conjunction
from router.composition.merge.context import MergeContext
from router.federation.schema import DirectiveUse, Element, Kind
from router.federation.value import make, to_python

ARGUMENTS = {"authenticated": None, "requiresScopes": "scopes", "policy": "policies"}


def propagate_authorization(context: MergeContext) -> None:
    """An interface demands what any of its implementations demands."""
    if not context.composed_names.keys() & ARGUMENTS.keys():
        return
    types = context.schema.types
    for interface in context.schema.of_kind(Kind.INTERFACE):
        objects = [types[name] for name in sorted(context.schema.possible_types(interface.name))]
        _add(context, interface, objects)
        for field in interface.fields.values():
            _add(context, field, [each.fields[field.name] for each in objects if field.name in each.fields])


def _add(context: MergeContext, target: Element, sources: Iterable[Element]) -> None:
    for directive, argument in ARGUMENTS.items():
        uses = [
            use for each in (target, *sources) if (use := context.composed_use(each, directive)) is not None
        ]
        if not uses:
            continue
        merged = DirectiveUse(uses[0].name)
        if argument is not None:
            merged.arguments[argument] = make(
                conjunction([to_python(use.arguments[argument]) for use in uses])
            )
        target.directives = [use for use in target.directives if use.name != merged.name]
        target.directives.append(merged)
