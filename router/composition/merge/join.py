"""What the supergraph remembers of its subgraphs: the join__ directives on types, fields, members and values."""

from graphql import ObjectValueNode

from router.composition.contexts import context_name, read_reference
from router.composition.merge.context import MergeContext, Overrides, Sources
from router.federation.schema import DirectiveUse, EnumValue, Field, InputValue, TypeDefinition
from router.federation.value import boolean, enum, is_false, list_of, object_of, string


def join_types(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> None:
    """One @join__type for each key of each subgraph, or one for a subgraph without keys."""
    for index, source in sources.items():
        subgraph = context.subgraphs[index]
        is_interface_object = subgraph.is_interface_object(source)
        extends = subgraph.has(source, "extends")
        for key in subgraph.uses(source, "key") or (None,):
            use = DirectiveUse("join__type", {"graph": enum(context.graphs[index])})
            if key is not None:
                use.arguments["key"] = key.arguments["fields"]
                if key.part > 0 or extends:
                    use.arguments["extension"] = boolean(True)
                if is_false(key.arguments.get("resolvable")):
                    use.arguments["resolvable"] = boolean(False)
            if is_interface_object:
                use.arguments["isInterfaceObject"] = boolean(True)
            target.directives.append(use)


def join_implements(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> None:
    """The interfaces of a type, with the subgraphs that say so."""
    for index, source in sources.items():
        for interface in source.interfaces:
            target.interfaces.setdefault(interface, 0)
            arguments = {"graph": enum(context.graphs[index]), "interface": string(interface)}
            target.directives.append(DirectiveUse("join__implements", arguments))


def join_union_members(
    context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition
) -> None:
    for index, source in sources.items():
        for member in source.members:
            target.members.setdefault(member, 0)
            arguments = {"graph": enum(context.graphs[index]), "member": string(member)}
            target.directives.append(DirectiveUse("join__unionMember", arguments))


def join_enum_value(context: MergeContext, sources: Sources[EnumValue], target: EnumValue) -> None:
    for index in sources:
        target.directives.append(DirectiveUse("join__enumValue", {"graph": enum(context.graphs[index])}))


def join_field(
    context: MergeContext, sources: Sources[Field], target: Field, *, same_types: bool, overrides: Overrides
) -> None:
    """One @join__field for each subgraph that has the field, unless all with its type have it plainly."""
    if not _needs_join_field(context, sources, target, same_types=same_types, overrides=overrides):
        return
    for index, source in sources.items():
        label = overrides.labels.get(index)
        if index in overrides.unused and label is None:
            continue
        subgraph = context.subgraphs[index]
        use = DirectiveUse("join__field", {"graph": enum(context.graphs[index])})
        for directive in ("requires", "provides"):
            selection = subgraph.use(source, directive)
            if selection is not None:
                use.arguments[directive] = selection.arguments["fields"]
        if not same_types:
            use.arguments["type"] = string(source.type)
        if subgraph.is_external(source):
            use.arguments["external"] = boolean(True)
        override = subgraph.use(source, "override")
        if override is not None:
            use.arguments["override"] = override.arguments["from"]
        contextual = _context_arguments(context, index, source)
        if contextual:
            use.arguments["contextArguments"] = list_of(contextual)
        if index in overrides.used:
            use.arguments["usedOverridden"] = boolean(True)
        if label is not None:
            use.arguments["overrideLabel"] = string(label)
        target.directives.append(use)


def _needs_join_field(
    context: MergeContext, sources: Sources[Field], target: Field, *, same_types: bool, overrides: Overrides
) -> bool:
    if not same_types or overrides.used or overrides.labels:
        return True
    for index, source in sources.items():
        if index in overrides.unused:
            return True
        subgraph = context.subgraphs[index]
        if source.directives and (subgraph.has(source, "requires") or subgraph.has(source, "provides")):
            return True
        if subgraph.is_external(source) or _context_arguments(context, index, source):
            return True
    return any(index not in sources for index in context.types(target.parent))


def _context_arguments(context: MergeContext, index: int, source: Field) -> list[ObjectValueNode]:
    """The arguments that the router fills from a context, with where they come from."""
    found = []
    subgraph = context.subgraphs[index]
    for argument in source.arguments.values():
        use = subgraph.use(argument, "fromContext") if argument.directives else None
        if use is None:
            continue
        reference = read_reference(source, argument, use)
        found.append(
            object_of(
                {
                    "context": context_name(subgraph, reference.context or ""),
                    "name": argument.name,
                    "type": argument.type,
                    "selection": reference.selection,
                }
            )
        )
    return found


def join_input_field(
    context: MergeContext,
    sources: Sources[InputValue],
    target: InputValue,
    owners: Sources[TypeDefinition],
    *,
    same_types: bool,
) -> None:
    """As for fields of objects: only where the subgraphs differ."""
    if same_types and len(sources) == len(owners):
        return
    for index, source in sources.items():
        use = DirectiveUse("join__field", {"graph": enum(context.graphs[index])})
        if not same_types:
            use.arguments["type"] = string(source.type)
        target.directives.append(use)
