"""Interface types, and the interface objects that stand for them."""

from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.fields import merge_field
from router.composition.merge.objects import fields_of, hint_missing_field
from router.composition.merge.overrides import NONE, find_overrides
from router.composition.merge.sharing import check_sharing
from router.composition.problem import join_words
from router.federation.print_schema import print_use
from router.federation.schema import DirectiveUse, Field, InputValue, Kind, TypeDefinition
from router.federation.value import is_false


def merge_interface(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> None:
    """The fields of all subgraphs together."""
    has_key = _check_keys(context, sources, target)
    _check_interface_objects(context, sources, target)
    for name, fields in fields_of(sources).items():
        field = Field(name, f"{target.name}.{name}", parent=target.name)
        target.fields[name] = field
        if not has_key:
            hint_missing_field(context, sources, fields, field)
        merge_field(context, fields, field, find_overrides(context, fields, field))


def _check_keys(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> bool:
    """Whoever resolves an interface by key must know all its implementations."""
    possible = context.schema.possible_types(target.name)
    has_key = False
    for index, source in sources.items():
        subgraph = context.subgraphs[index]
        if source.kind is not Kind.INTERFACE:
            continue
        keys = subgraph.uses(source, "key")
        has_key = has_key or bool(keys)
        resolvable = next((key for key in keys if not is_false(key.arguments.get("resolvable"))), None)
        missing = sorted(possible - subgraph.schema.possible_types(target.name))
        if resolvable is None or not missing:
            continue
        types = f"type{'s' if len(missing) > 1 else ''} {join_words([f'{chr(34)}{each}{chr(34)}' for each in missing])}"
        shown = print_use(DirectiveUse("key", {"fields": resolvable.arguments["fields"]}))
        context.problem(
            "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
            f'[{subgraph.name}] Interface type "{target.name}" has a resolvable key ({shown}) in subgraph '
            f'"{subgraph.name}" but that subgraph is missing some of the supergraph implementation types of '
            f'"{target.name}". Subgraph "{subgraph.name}" should define {types} (and have '
            f'{"them" if len(missing) > 1 else "it"} implement "{target.name}").',
            {index: source},
        )
    return has_key


def _check_interface_objects(
    context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition
) -> None:
    """A subgraph that has an interface as an object does not know its implementations."""
    possible = context.schema.possible_types(target.name)
    for index in context.interface_objects.get(target.name, ()):
        subgraph = context.subgraphs[index]
        known = sorted(name for name in possible if name in subgraph.schema.types)
        if known:
            types = f"type{'s' if len(known) > 1 else ''} {join_words([f'{chr(34)}{each}{chr(34)}' for each in known])}"
            context.problem(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f'[{subgraph.name}] Interface type "{target.name}" is defined as an @interfaceObject in subgraph '
                f'"{subgraph.name}" so that subgraph should not define any of the implementation types of '
                f'"{target.name}", but it defines {types}',
                {index: sources[index]},
            )


def add_abstracted_fields(context: MergeContext) -> None:
    """Gives implementations the fields that only an interface object resolves.

    The copy has a @join__field without a graph: no subgraph has the field under this type.
    """
    for definition in context.schema.of_kind(Kind.OBJECT):
        for name in definition.interfaces:
            interface = context.schema.types.get(name)
            if interface is None or name not in context.interface_objects:
                continue
            for field in interface.fields.values():
                if field.name not in definition.fields and _is_provided(context, field):
                    copy = _copy_field(field, definition.name)
                    definition.fields[field.name] = copy
                    check_sharing(context, {}, copy, NONE)


def _is_provided(context: MergeContext, field: Field) -> bool:
    for index in context.interface_objects[field.parent]:
        subgraph = context.subgraphs[index]
        abstracted = subgraph.schema.types[field.parent].fields.get(field.name)
        if abstracted is not None and not subgraph.is_external(abstracted):
            return True
    return False


def _copy_field(field: Field, parent: str) -> Field:
    coordinate = f"{parent}.{field.name}"
    directives = [use for use in field.directives if use.name != "join__field"]
    copy = Field(
        field.name, coordinate, field.description, directives, field.node, parent=parent, type=field.type
    )
    for name, argument in field.arguments.items():
        copy.arguments[name] = InputValue(
            name,
            f"{coordinate}({name}:)",
            argument.description,
            list(argument.directives),
            argument.node,
            argument.type,
            argument.default,
        )
    copy.directives.append(DirectiveUse("join__field"))
    return copy
