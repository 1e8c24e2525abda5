"""Which types the supergraph has, and of which kind: the step before any of them is filled."""

from router.composition.merge.context import MergeContext, Sources
from router.federation.schema import ROOT_NAMES, Kind, TypeDefinition

KIND_NAMES = {
    Kind.SCALAR: "Scalar Type",
    Kind.OBJECT: "Object Type",
    Kind.INTERFACE: "Interface Type",
    Kind.UNION: "Union Type",
    Kind.ENUM: "Enum Type",
    Kind.INPUT_OBJECT: "InputObject Type",
}


def add_types(context: MergeContext) -> None:
    """Adds each type, empty. Types of which the subgraphs have different kinds are reported, and those of the first kind go on."""
    for name in context.type_names():
        sources = context.types(name)
        kinds = {index: _kind_in_supergraph(context, index, source) for index, source in sources.items()}
        first = next(iter(kinds.values()))
        _report_extensions(context, name, {i: each for i, each in sources.items() if kinds[i] is first})
        if len(set(kinds.values())) > 1:
            _report_kinds(context, name, kinds, sources)
            context.restrict_types(name, [index for index in sources if kinds[index] is first])
        context.schema.types[name] = TypeDefinition(name, name, kind=first)
        if name in context.interface_objects and len(context.interface_objects[name]) == len(sources):
            context.problem(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f'Type "{name}" is declared with @interfaceObject in all the subgraphs in which it is defined (it is '
                f"defined in {context.print_subgraphs(sources)} but should be defined as an interface in at least one "
                "subgraph)",
                sources,
            )


def _report_extensions(context: MergeContext, name: str, sources: Sources[TypeDefinition]) -> None:
    """Some subgraph defines what others only extend; root types are always there."""
    if name in ROOT_NAMES.values() or any(source.is_defined for source in sources.values()):
        return
    for index, source in sources.items():
        context.problem(
            "EXTENSION_WITH_NO_BASE",
            f'[{context.names[index]}] Type "{name}" is an extension type, but there is no type definition for '
            f'"{name}" in any subgraph.',
            {index: source},
        )


def _kind_in_supergraph(context: MergeContext, index: int, source: TypeDefinition) -> Kind:
    return Kind.INTERFACE if context.subgraphs[index].is_interface_object(source) else source.kind


def _report_kinds(
    context: MergeContext, name: str, kinds: dict[int, Kind], sources: Sources[TypeDefinition]
) -> None:
    texts = {index: KIND_NAMES[kind] for index, kind in kinds.items()}
    context.problem(
        "TYPE_KIND_MISMATCH",
        f'Type "{name}" has mismatched kind: it is defined as '
        f"{context.differences(texts, next(iter(texts.values())))}",
        sources,
    )
