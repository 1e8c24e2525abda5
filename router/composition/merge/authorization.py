"""Requirements of object types and their fields, carried over to the interfaces through which they can be reached."""

from collections.abc import Iterable

from router.composition.merge.applied_directives import hint_merged_arguments
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
    for name in context.interface_objects:
        _inherit_from_interface_object(context, name)
    for interface in context.schema.of_kind(Kind.INTERFACE):
        objects = [types[name] for name in sorted(context.schema.possible_types(interface.name))]
        _add(context, interface, objects)
        for field in interface.fields.values():
            _add(context, field, [each.fields[field.name] for each in objects if field.name in each.fields])


def _inherit_from_interface_object(context: MergeContext, name: str) -> None:
    """What an interface object demands for a field holds on each type that it stands for."""
    interface = context.schema.types.get(name)
    if interface is None or interface.kind is not Kind.INTERFACE:
        return
    for each in context.schema.possible_types(name):
        for field in context.schema.types[each].fields.values():
            if field.name in interface.fields:
                _add(context, field, [interface.fields[field.name]])


def _add(context: MergeContext, target: Element, sources: Iterable[Element]) -> None:
    for directive, argument in ARGUMENTS.items():
        uses = [
            use for each in (target, *sources) if (use := context.composed_use(each, directive)) is not None
        ]
        if not uses:
            continue
        merged = DirectiveUse(uses[0].name)
        if argument is not None:
            hint_merged_arguments(context, directive, uses, target)
            merged.arguments[argument] = make(
                conjunction([to_python(use.arguments[argument]) for use in uses])
            )
        target.directives = [use for use in target.directives if use.name != merged.name]
        target.directives.append(merged)
