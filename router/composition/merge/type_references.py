"""The type of a field or argument: outputs take the widest of the subgraphs' types, inputs the narrowest."""

from collections.abc import Callable

from router.composition.interface_rules import is_subtype_in
from router.composition.merge.context import EnumUse, MergeContext, Sources
from router.federation.schema import Field, InputValue, Kind
from router.federation.type_reference import is_strict_subtype, named_type


def merge_output_type(context: MergeContext, sources: Sources[Field], target: Field) -> bool:
    """Sets the type; True where all subgraphs have the same."""
    types = {index: source.type for index, source in sources.items()}
    target.type, compatible = _choose(context, types, is_input=False)
    record_enum_use(context, target.type, target.coordinate, is_input=False)
    if not compatible:
        _report_incompatible(context, "field", "FIELD_TYPE_MISMATCH", target, sources)
    elif len(set(types.values())) > 1:
        _hint(context, "field", "subtype", target, sources)
    return len(set(types.values())) == 1


def merge_input_type(context: MergeContext, sources: Sources[InputValue], target: InputValue) -> bool:
    """Sets the type of an argument or input field; True where all subgraphs have the same."""
    is_argument = target.coordinate.endswith(")")
    types = {index: source.type for index, source in sources.items()}
    target.type, compatible = _choose(context, types, is_input=True)
    record_enum_use(context, target.type, target.coordinate, is_input=True)
    element = "argument" if is_argument else "field"
    if not compatible:
        code = "FIELD_ARGUMENT_TYPE_MISMATCH" if is_argument else "FIELD_TYPE_MISMATCH"
        _report_incompatible(context, element, code, target, sources)
    elif len(set(types.values())) > 1:
        _hint(context, element, "supertype", target, sources)
    return len(set(types.values())) == 1


def subtype_test(context: MergeContext) -> Callable[[str, str], bool]:
    """Whether one named type is a subtype of another in the supergraph."""
    return is_subtype_in(context.schema)


def _choose(context: MergeContext, types: dict[int, str], *, is_input: bool) -> tuple[str, bool]:
    values = iter(types.values())
    chosen, compatible = next(values), True
    is_subtype = subtype_test(context)
    for each in values:
        if each == chosen:
            continue
        if is_strict_subtype(chosen, each, is_subtype):
            chosen = each if is_input else chosen
        elif is_strict_subtype(each, chosen, is_subtype):
            chosen = chosen if is_input else each
        else:
            compatible = False
    return chosen, compatible


def record_enum_use(context: MergeContext, reference: str, coordinate: str, *, is_input: bool) -> None:
    """Remembers that a reference to an enum type makes it an input or an output."""
    name = named_type(reference)
    definition = context.schema.types.get(name)
    if definition is None or definition.kind is not Kind.ENUM:
        return
    use = context.enum_uses.setdefault(name, EnumUse())
    if is_input:
        use.as_input = use.as_input or coordinate
    else:
        use.as_output = use.as_output or coordinate


def _report_incompatible(
    context: MergeContext,
    element: str,
    code: str,
    target: Field | InputValue,
    sources: Sources[Field] | Sources[InputValue],
) -> None:
    texts = {index: f'type "{source.type}"' for index, source in sources.items()}
    context.problem(
        code,
        f'Type of {element} "{target.coordinate}" is incompatible across subgraphs: it has '
        f"{context.differences(texts, f'type {chr(34)}{target.type}{chr(34)}')}",
        sources,
    )


def _hint(
    context: MergeContext,
    element: str,
    relation: str,
    target: Field | InputValue,
    sources: Sources[Field] | Sources[InputValue],
) -> None:
    users = [index for index, source in sources.items() if source.type == target.type]
    others = {index: f'{relation} "{source.type}"' for index, source in sources.items() if index not in users}
    differences = context.differences(others, next(iter(others.values()))).replace(" but ", " and ", 1)
    context.hint(
        f"INCONSISTENT_BUT_COMPATIBLE_{element.upper()}_TYPE",
        f'Type of {element} "{target.coordinate}" is inconsistent but compatible across subgraphs: will use type '
        f'"{target.type}" (from {context.print_subgraphs(users)}) in supergraph but "{target.coordinate}" has '
        f"{differences}.",
        sources,
    )
