"""Enum types: all values for outputs, the common ones for inputs, and the same in all subgraphs for both.

Enums come last of all types, because how they are used is known only when everything else is merged.
"""

from router.composition.merge.context import EnumUse, MergeContext, Sources
from router.composition.merge.descriptions import merge_description
from router.composition.merge.join import join_enum_value
from router.federation.schema import EnumValue, TypeDefinition


def merge_enum(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> None:
    """An enum that nothing uses is merged as an output."""
    use = context.enum_uses.get(target.name)
    if use is None:
        use = EnumUse(as_output="")
        context.hint(
            "UNUSED_ENUM_TYPE",
            f'Enum type "{target.name}" is defined but unused. It will be included in the supergraph with all the '
            'values appearing in any subgraph ("as if" it was only used as an output type).',
            sources,
        )
    for name in dict.fromkeys(name for source in sources.values() for name in source.values):
        values = {index: source.values[name] for index, source in sources.items() if name in source.values}
        value = EnumValue(name, f"{target.name}.{name}")
        merge_description(context, values, value)
        join_enum_value(context, values, value)
        if _is_kept(context, use, sources, values, value):
            target.values[name] = value
            context.applications.append((value, values))
    if not target.values:
        context.problem(
            "EMPTY_MERGED_ENUM_TYPE",
            f'None of the values of enum type "{target.name}" are defined consistently in all the subgraphs defining '
            "that type. As only values common to all subgraphs are merged, this would result in an empty type.",
            sources,
        )


def _is_kept(
    context: MergeContext,
    use: EnumUse,
    sources: Sources[TypeDefinition],
    values: Sources[EnumValue],
    value: EnumValue,
) -> bool:
    missing = [index for index in sources if index not in values]
    if not missing or any(
        context.subgraphs[index].has(each, "inaccessible") for index, each in values.items()
    ):
        return True
    name = value.coordinate.partition(".")[0]
    presence = context.presence(value.name, values, missing)
    if use.as_input is None:
        context.hint(
            "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
            f'Value "{value.name}" of enum type "{name}" has been added to the supergraph but is only defined in a '
            f'subset of the subgraphs defining "{name}": {presence}.',
            values,
        )
        return True
    if use.as_output is None:
        context.hint(
            "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
            f'Value "{value.name}" of enum type "{name}" will not be part of the supergraph as it is not defined in '
            f'all the subgraphs defining "{name}": {presence}.',
            values,
        )
        return False
    context.problem(
        "ENUM_VALUE_MISMATCH",
        f'Enum type "{name}" is used as both input type (for example, as type of "{use.as_input}") and output type '
        f'(for example, as type of "{use.as_output}"), but value "{value.name}" is not defined in all the subgraphs '
        f'defining "{name}": {presence}',
        values,
    )
    return True
