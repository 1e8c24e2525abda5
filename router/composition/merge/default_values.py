"""Default values: one only where every subgraph has it, since what a subgraph needs must be sent to it."""

from router.composition.coercion import coerce_names
from router.composition.merge.context import MergeContext, Sources
from router.federation.schema import InputValue
from router.federation.value import normal_form, print_value


def merge_default_value(context: MergeContext, sources: Sources[InputValue], target: InputValue) -> None:
    """Different defaults are an error, a default in only some subgraphs is left out with a hint."""
    is_argument = target.coordinate.endswith(")")
    kind = "Argument" if is_argument else "Input field"
    defaults = {index: source.default for index, source in sources.items()}
    present = {index: value for index, value in defaults.items() if value is not None}
    if not present:
        return
    present = {index: coerce_names(context.schema, value, target.type) for index, value in present.items()}
    first = next(iter(present.values()))
    if target.coordinate.startswith("@"):
        target.default = first
    elif len({normal_form(value) for value in present.values()}) > 1:
        texts = {index: f"default value {print_value(value)}" for index, value in present.items()}
        context.problem(
            "FIELD_ARGUMENT_DEFAULT_MISMATCH" if is_argument else "INPUT_FIELD_DEFAULT_MISMATCH",
            f'{kind} "{target.coordinate}" has incompatible default values across subgraphs: it has '
            f"{context.differences(texts, next(iter(texts.values())))}",
            sources,
        )
    elif len(present) == len(defaults):
        target.default = first
    else:
        missing = [index for index in defaults if index not in present]
        context.hint(
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            f'{kind} "{target.coordinate}" has a default value in only some subgraphs: will not use a default in the '
            f'supergraph (there is no default in {context.print_subgraphs(missing)}) but "{target.coordinate}" has '
            f"default value {print_value(first)} in {context.print_subgraphs(present)}.",
            sources,
        )
