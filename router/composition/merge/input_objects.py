"""Input object types: the fields that all subgraphs have."""

from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.default_values import merge_default_value
from router.composition.merge.descriptions import merge_description
from router.composition.merge.join import join_input_field
from router.composition.merge.type_references import merge_input_type
from router.federation.schema import InputValue, TypeDefinition


def merge_input_object(
    context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition
) -> None:
    """An optional field that some subgraph lacks is left out with a hint, a required one is an error."""
    for name in dict.fromkeys(name for source in sources.values() for name in source.input_fields):
        fields = {i: each.input_fields[name] for i, each in sources.items() if name in each.input_fields}
        field = InputValue(name, f"{target.name}.{name}")
        merge_description(context, fields, field)
        same_types = merge_input_type(context, fields, field)
        join_input_field(context, fields, field, sources, same_types=same_types)
        merge_default_value(context, fields, field)
        if _is_kept(context, sources, fields, field):
            target.input_fields[name] = field
            context.applications.append((field, fields))
    if not target.input_fields:
        context.problem(
            "EMPTY_MERGED_INPUT_TYPE",
            f'None of the fields of input object type "{target.name}" are consistently defined in all the subgraphs '
            "defining that type. As only fields common to all subgraphs are merged, this would result in an empty type.",
            sources,
        )


def _is_kept(
    context: MergeContext, sources: Sources[TypeDefinition], fields: Sources[InputValue], field: InputValue
) -> bool:
    missing = [index for index in sources if index not in fields]
    if not missing or any(
        context.subgraphs[index].has(each, "inaccessible") for index, each in fields.items()
    ):
        return True
    required = [index for index, each in fields.items() if each.is_required]
    if required:
        context.problem(
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            f'Input object field "{field.coordinate}" is required in some subgraphs but does not appear in all '
            f"subgraphs: it is required in {context.print_subgraphs(required)} but does not appear in "
            f"{context.print_subgraphs(missing)}",
            fields,
        )
    else:
        context.hint(
            "INCONSISTENT_INPUT_OBJECT_FIELD",
            f'Input object field "{field.name}" will not be added to "{field.coordinate.partition(".")[0]}" in the '
            f"supergraph as it does not appear in all subgraphs: it is defined in {context.print_subgraphs(fields)} "
            f"but not in {context.print_subgraphs(missing)}.",
            fields,
        )
    return False
