"""Object types: the fields of all subgraphs together."""

from router.composition.merge.context import MergeContext, Sources
from router.composition.merge.fields import SUBGRAPH_FIELDS, merge_field
from router.composition.merge.overrides import NONE, find_overrides
from router.composition.merge.sharing import check_sharing
from router.federation.schema import Field, Kind, TypeDefinition


def merge_object(context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition) -> None:
    """A field of an entity may stand in any of its subgraphs; hints where that of a value type does not in all."""
    is_entity = _hint_inconsistent_entity(context, sources, target)
    root = next((kind for kind, name in context.schema.roots.items() if name == target.name), None)
    for name, fields in fields_of(sources).items():
        field = Field(name, f"{target.name}.{name}", parent=target.name)
        target.fields[name] = field
        if not is_entity and root is None:
            hint_missing_field(context, sources, fields, field)
        overrides = find_overrides(context, fields, field)
        if overrides is not NONE:
            context.overrides[field.coordinate] = overrides
        if root == "subscription":
            _check_subscription_field(context, fields)
        merge_field(context, fields, field, overrides)
        check_sharing(context, fields, field, overrides)


def fields_of(sources: Sources[TypeDefinition]) -> dict[str, dict[int, Field]]:
    """The fields of a type by name, each with the subgraphs that have it."""
    found: dict[str, dict[int, Field]] = {}
    for index, source in sources.items():
        for name, field in source.fields.items():
            if name not in SUBGRAPH_FIELDS:
                found.setdefault(name, {})[index] = field
    return found


def hint_missing_field(
    context: MergeContext, sources: Sources[TypeDefinition], fields: Sources[Field], target: Field
) -> None:
    """A field of a type that is not an entity should stand in all subgraphs that have the type."""
    missing = [index for index in sources if index not in fields]
    if all(_is_external(context, index, sources[index]) for index in missing):
        return
    is_object = context.schema.types[target.parent].kind is Kind.OBJECT
    described = "non-entity object type" if is_object else "interface type"
    context.hint(
        f"INCONSISTENT_{'OBJECT' if is_object else 'INTERFACE'}_VALUE_TYPE_FIELD",
        f'Field "{target.coordinate}" of {described} "{target.parent}" is defined in some but not all subgraphs that '
        f'define "{target.parent}": {context.presence(target.coordinate, fields, missing)}.',
        fields,
    )


def _is_external(context: MergeContext, index: int, source: TypeDefinition) -> bool:
    """Whether a subgraph resolves no field of the type, and so owes none."""
    return all(context.is_external(index, field) for field in source.fields.values())


def _hint_inconsistent_entity(
    context: MergeContext, sources: Sources[TypeDefinition], target: TypeDefinition
) -> bool:
    entities = [index for index, source in sources.items() if context.subgraphs[index].has(source, "key")]
    others = [index for index in sources if index not in entities]
    if entities and others:
        context.hint(
            "INCONSISTENT_ENTITY",
            f'Type "{target.name}" is declared as an entity (has a @key applied) in some but not all defining '
            f"subgraphs: it has no @key in {context.print_subgraphs(others)} but has some @key in "
            f"{context.print_subgraphs(entities)}.",
            sources,
        )
    return bool(entities)


def _check_subscription_field(context: MergeContext, fields: Sources[Field]) -> None:
    """A subscription has one source, so its fields are never shared."""
    shared = {i: each for i, each in fields.items() if context.subgraphs[i].is_shareable(each)}
    if shared:
        message = "Fields on root level subscription object cannot be marked as shareable"
        context.problem("INVALID_FIELD_SHARING", message, shared)
